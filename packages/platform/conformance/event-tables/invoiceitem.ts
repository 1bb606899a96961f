import { type EventRow, row } from './row.ts';

/** The amounts of an invoice that move with its lines. */
export const AMOUNTS = ['amount_due', 'amount_remaining', 'subtotal', 'subtotal_excluding_tax', 'total', 'total_excluding_tax'] as const;

export const invoiceitem: readonly EventRow[] = [
  row({
    operation: 'create an item that waits',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.invoiceItems.create({ customer: customer.id, amount: 500, currency: 'usd' }),
    tells: ['invoiceitem.created'],
  }),
  row({
    operation: 'create an item on a draft',
    given: async (shop) => shop.draft((await shop.customer()).id, 0),
    when: (shop, draft) =>
      shop.stripe.invoiceItems.create({ customer: draft.customer as string, invoice: draft.id, amount: 500, currency: 'usd' }),
    tells: ['invoiceitem.created', ['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'update an item on a draft',
    given: async (shop) => {
      const draft = await shop.draft((await shop.customer()).id, 500);
      return (await shop.stripe.invoiceItems.list({ invoice: draft.id })).data[0]!;
    },
    when: (shop, item) => shop.stripe.invoiceItems.update(item.id, { amount: 700 }),
    tells: [['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'delete an item on a draft',
    given: async (shop) => {
      const draft = await shop.draft((await shop.customer()).id, 500);
      return (await shop.stripe.invoiceItems.list({ invoice: draft.id })).data[0]!;
    },
    when: (shop, item) => shop.stripe.invoiceItems.del(item.id),
    tells: ['invoiceitem.deleted', ['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'update an item',
    given: async (shop) => shop.stripe.invoiceItems.create({ customer: (await shop.customer()).id, amount: 500, currency: 'usd' }),
    when: (shop, item) => shop.stripe.invoiceItems.update(item.id, { description: 'Set-up' }),
    tells: [],
  }),
  row({
    operation: 'delete an item',
    given: async (shop) => shop.stripe.invoiceItems.create({ customer: (await shop.customer()).id, amount: 500, currency: 'usd' }),
    when: (shop, item) => shop.stripe.invoiceItems.del(item.id),
    tells: ['invoiceitem.deleted'],
  }),
];
