import type { MirroredObject } from '../mirrored-object.ts';

export const invoice: MirroredObject = {
  object: 'invoice',
  table: 'invoices',
  list: '/v1/invoices',
  lists: [{ field: 'lines', path: '/v1/invoices/{id}/lines', view: 'invoice_line_items' }],
  columns: ['customer', 'status'],
  deleted_by: ['invoice.deleted'],
  priority: 1,
};
