import type { MirroredObject } from '../mirrored-object.ts';

export const dispute: MirroredObject = {
  object: 'dispute',
  table: 'disputes',
  list: '/v1/disputes',
  columns: ['charge', 'status'],
  priority: 1,
};
