import type { MirroredObject } from '../mirrored-object.ts';

export const invoicePayment: MirroredObject = {
  object: 'invoice_payment',
  table: 'invoice_payments',
  list: '/v1/invoice_payments',
  columns: ['invoice', 'status'],
  quiet: true,
  priority: 1,
};
