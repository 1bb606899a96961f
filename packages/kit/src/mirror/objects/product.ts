import type { MirroredObject } from '../mirrored-object.ts';

export const product: MirroredObject = {
  object: 'product',
  table: 'products',
  list: '/v1/products',
  deleted_by: ['product.deleted'],
  priority: 0,
};
