import type { MirroredObject } from '../mirrored-object.ts';

export const radarValueList: MirroredObject = {
  object: 'radar.value_list',
  table: 'radar_value_lists',
  list: '/v1/radar/value_lists',
  quiet: true,
  priority: 2,
};
