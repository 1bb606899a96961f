import type { MirroredObject } from '../mirrored-object.ts';

export const invoice: MirroredObject = {
  object: 'invoice',
  table: 'invoices',
  list: '/v1/invoices',
  // A discount that is over is shown nowhere else.
  expand: ['discounts'],
  needed: { discounts: 'false' },
  lists: [{ field: 'lines', path: '/v1/invoices/{id}/lines', view: 'invoice_line_items' }],
  columns: ['customer', 'status'],
  deleted_by: ['invoice.deleted'],
  priority: 1,
};
