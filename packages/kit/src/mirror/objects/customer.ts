import type { MirroredObject } from '../mirrored-object.ts';

export const customer: MirroredObject = {
  object: 'customer',
  table: 'customers',
  list: '/v1/customers',
  columns: ['email'],
  deleted_by: ['customer.deleted'],
  priority: 0,
};
