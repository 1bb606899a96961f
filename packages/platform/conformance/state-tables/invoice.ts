import { idOf, type StateTable } from './row.ts';

export const invoice: StateTable = {
  object: 'invoice',
  path: '/v1/invoices',
  reached: {
    draft: async (shop) => idOf(shop.draft((await shop.customer()).id, 1000)),
    open: async (shop) => idOf(shop.open((await shop.customer()).id, 1000)),
    paid: async (shop) => idOf(shop.paid((await shop.customer('tok_visa')).id, 1000)),
    uncollectible: async (shop) => idOf(shop.stripe.invoices.markUncollectible((await shop.open((await shop.customer()).id, 1000)).id)),
    void: async (shop) => idOf(shop.stripe.invoices.voidInvoice((await shop.open((await shop.customer()).id, 1000)).id)),
  },
};
