import { type EventRow, row } from './row.ts';

export const invoiceitem: readonly EventRow[] = [
  row({
    operation: 'create an item that waits',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.invoiceItems.create({ customer: customer.id, amount: 500, currency: 'usd' }),
    tells: ['invoiceitem.created'],
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
