import type { Shop } from '../event-tables/shop.ts';
import type { StateTable } from './row.ts';

/** The payment by which an invoice is collected. */
const paymentOf = async (shop: Shop, invoice: Promise<{ id: string }>): Promise<string> =>
  (await shop.stripe.invoicePayments.list({ invoice: (await invoice).id })).data[0]!.id;

export const invoicePayment: StateTable = {
  object: 'invoice_payment',
  path: '/v1/invoice_payments',
  statuses: ['canceled', 'open', 'paid'],
  reached: {
    open: async (shop) => paymentOf(shop, shop.open((await shop.customer()).id, 1000)),
    paid: async (shop) => paymentOf(shop, shop.paid((await shop.customer('tok_visa')).id, 1000)),
    canceled: async (shop) => paymentOf(shop, shop.stripe.invoices.voidInvoice((await shop.open((await shop.customer()).id, 1000)).id)),
  },
};
