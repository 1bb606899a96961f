import { type EventRow, row } from './row.ts';

export const invoice: readonly EventRow[] = [
  row({
    operation: 'create a draft',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.invoices.create({ customer: customer.id }),
    tells: ['invoice.created'],
  }),
  row({
    operation: 'edit a draft',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.update(draft.id, { description: 'June' }),
    tells: [['invoice.updated', { description: null }]],
  }),
  row({
    operation: 'edit a draft with what it already says',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000, { description: 'June' }),
    when: (shop, draft) => shop.stripe.invoices.update(draft.id, { description: 'June' }),
    tells: [],
  }),
  row({
    operation: 'delete a draft',
    given: async (shop) => shop.draft((await shop.customer()).id, 0),
    when: (shop, draft) => shop.stripe.invoices.del(draft.id),
    tells: ['invoice.deleted'],
  }),
  row({
    operation: 'finalise what is nothing',
    given: async (shop) => shop.draft((await shop.customer()).id, 0),
    when: (shop, draft) => shop.stripe.invoices.finalizeInvoice(draft.id),
    tells: [
      ['customer.updated', { currency: null, next_invoice_sequence: 1 }],
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
    ],
  }),
  row({
    operation: 'finalise what is charged automatically',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.finalizeInvoice(draft.id),
    tells: [['customer.updated', { currency: null, next_invoice_sequence: 1 }], 'invoice.finalized', 'payment_intent.created'],
  }),
  row({
    operation: 'void what is open',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.voidInvoice(open.id),
    tells: ['payment_intent.canceled', 'invoice.voided'],
  }),
  row({
    operation: 'pay with no payment method',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id),
    refused: 'invoice_no_payment_method_types',
    tells: [],
  }),
];
