import type { MirroredObject } from '../mirrored-object.ts';

export const taxId: MirroredObject = {
  object: 'tax_id',
  table: 'tax_ids',
  list: '/v1/tax_ids',
  by_created: false,
  deleted_by: ['customer.tax_id.deleted'],
  priority: 2,
};
