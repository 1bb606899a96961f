import type { MirroredObject } from '../mirrored-object.ts';

export const transfer: MirroredObject = {
  object: 'transfer',
  table: 'transfers',
  list: '/v1/transfers',
  lists: [{ field: 'reversals', path: '/v1/transfers/{id}/reversals', view: 'transfer_reversals' }],
  columns: ['destination'],
  priority: 2,
};
