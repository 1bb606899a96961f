import type { MirroredObject } from '../mirrored-object.ts';

export const invoiceitem: MirroredObject = {
  object: 'invoiceitem',
  table: 'invoiceitems',
  list: '/v1/invoiceitems',
  columns: ['customer', 'invoice'],
  deleted_by: ['invoiceitem.deleted'],
  quiet: true,
  priority: 1,
};
