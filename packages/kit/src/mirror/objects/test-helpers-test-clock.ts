import type { MirroredObject } from '../mirrored-object.ts';

export const testHelpersTestClock: MirroredObject = {
  object: 'test_helpers.test_clock',
  table: 'test_clocks',
  list: '/v1/test_helpers/test_clocks',
  by_created: false,
  deleted_by: ['test_helpers.test_clock.deleted'],
  priority: 2,
  usual: false,
};
