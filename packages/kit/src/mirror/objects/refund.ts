import type { MirroredObject } from '../mirrored-object.ts';

export const refund: MirroredObject = {
  object: 'refund',
  table: 'refunds',
  list: '/v1/refunds',
  columns: ['charge', 'status'],
  priority: 1,
};
