import type { MirroredObject } from '../mirrored-object.ts';

export const price: MirroredObject = {
  object: 'price',
  table: 'prices',
  list: '/v1/prices',
  columns: ['product'],
  deleted_by: ['price.deleted'],
  priority: 0,
};
