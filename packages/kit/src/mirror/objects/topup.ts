import type { MirroredObject } from '../mirrored-object.ts';

export const topup: MirroredObject = {
  object: 'topup',
  table: 'topups',
  list: '/v1/topups',
  columns: ['status'],
  priority: 2,
};
