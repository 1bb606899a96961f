import { idOf, type StateTable } from './row.ts';

export const creditNote: StateTable = {
  object: 'credit_note',
  path: '/v1/credit_notes',
  reached: {
    issued: async (shop) =>
      idOf(shop.stripe.creditNotes.create({ invoice: (await shop.open((await shop.customer()).id, 1000)).id, amount: 400 })),
    void: async (shop) => {
      const invoice = (await shop.open((await shop.customer()).id, 1000)).id;
      return idOf(shop.stripe.creditNotes.voidCreditNote((await shop.stripe.creditNotes.create({ invoice, amount: 400 })).id));
    },
  },
};
