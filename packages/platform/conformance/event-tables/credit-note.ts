import { type EventRow, row } from './row.ts';

const REDUCED = { amount_due: 1000, amount_remaining: 1000, pre_payment_credit_notes_amount: 0 };

export const creditNote: readonly EventRow[] = [
  row({
    operation: 'credit a part of what is open',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.creditNotes.create({ invoice: open.id, amount: 400 }),
    tells: ['credit_note.created', ['invoice.updated', REDUCED]],
  }),
  row({
    operation: 'credit all of what is open',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.creditNotes.create({ invoice: open.id, amount: 1000 }),
    tells: ['credit_note.created', ['invoice.updated', REDUCED], 'invoice.paid', 'invoice.payment_succeeded', 'payment_intent.canceled'],
  }),
  row({
    operation: 'refund what was paid',
    given: async (shop) => shop.paid((await shop.customer('tok_visa')).id, 1000),
    when: (shop, paid) => shop.stripe.creditNotes.create({ invoice: paid.id, amount: 400, refund_amount: 400 }),
    tells: [
      'refund.created',
      ['charge.refunded', { amount_refunded: 0 }],
      'credit_note.created',
      ['invoice.updated', { post_payment_credit_notes_amount: 0 }],
      // The network's reference, a moment later.
      ['refund.updated', ['destination_details']],
      ['charge.refund.updated', ['destination_details']],
    ],
  }),
  row({
    operation: "credit what was paid to the customer's balance",
    given: async (shop) => shop.paid((await shop.customer('tok_visa')).id, 1000),
    when: (shop, paid) => shop.stripe.creditNotes.create({ invoice: paid.id, amount: 400, credit_amount: 400 }),
    tells: [['customer.updated', { balance: 0 }], 'credit_note.created', ['invoice.updated', { post_payment_credit_notes_amount: 0 }]],
  }),
  row({
    operation: 'credit what was paid outside of the platform',
    given: async (shop) => shop.paid((await shop.customer('tok_visa')).id, 1000),
    when: (shop, paid) => shop.stripe.creditNotes.create({ invoice: paid.id, amount: 400, out_of_band_amount: 400 }),
    tells: ['credit_note.created', ['invoice.updated', { post_payment_credit_notes_amount: 0 }]],
  }),
  row({
    operation: 'update a credit note',
    given: async (shop) => shop.stripe.creditNotes.create({ invoice: (await shop.open((await shop.customer()).id, 1000)).id, amount: 400 }),
    when: (shop, note) => shop.stripe.creditNotes.update(note.id, { memo: 'Sorry' }),
    tells: [['credit_note.updated', { memo: null }]],
  }),
  row({
    operation: 'void a credit note',
    given: async (shop) => shop.stripe.creditNotes.create({ invoice: (await shop.open((await shop.customer()).id, 1000)).id, amount: 400 }),
    when: (shop, note) => shop.stripe.creditNotes.voidCreditNote(note.id),
    tells: ['credit_note.voided', ['invoice.updated', { amount_due: 600, amount_remaining: 600, pre_payment_credit_notes_amount: 400 }]],
  }),
  row({
    operation: 'preview a credit note',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.creditNotes.preview({ invoice: open.id, amount: 400 }),
    tells: [],
  }),
];
