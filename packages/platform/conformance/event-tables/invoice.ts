import type Stripe from 'stripe';
import { AMOUNTS } from './invoiceitem.ts';
import { type EventRow, row, type Told } from './row.ts';
import type { Shop } from './shop.ts';

/** What the first invoice of a customer does to it. */
const NUMBERED: Told = ['customer.updated', { currency: null, next_invoice_sequence: 1 }];
const SENT: Stripe.InvoiceCreateParams = { collection_method: 'send_invoice', days_until_due: 30 };

/** A payment of the invoice's customer that has succeeded. */
async function succeeded(shop: Shop, invoice: Stripe.Invoice, amount: number): Promise<string> {
  const customer = await shop.stripe.customers.retrieve(invoice.customer as string);
  const method = (customer as Stripe.Customer).invoice_settings.default_payment_method as string;
  const made = await shop.stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    customer: customer.id,
    payment_method: method,
    confirm: true,
    return_url: 'https://example.com',
  });
  return made.id;
}

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
    tells: [NUMBERED, 'invoice.finalized', 'invoice.paid', 'invoice.payment_succeeded'],
  }),
  row({
    operation: 'finalise what is charged automatically',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.finalizeInvoice(draft.id),
    tells: [NUMBERED, 'invoice.finalized', 'payment_intent.created'],
  }),
  row({
    operation: 'finalise what a credit pays',
    given: async (shop) => shop.draft((await shop.customer(undefined, { balance: -5000 })).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.finalizeInvoice(draft.id),
    tells: [
      ['customer.updated', { balance: -5000, currency: null, next_invoice_sequence: 1 }],
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
    ],
  }),
  row({
    operation: 'finalise what is too small to charge',
    given: async (shop) => shop.draft((await shop.customer()).id, 20),
    when: (shop, draft) => shop.stripe.invoices.finalizeInvoice(draft.id),
    tells: [
      ['customer.updated', { balance: 0, currency: null, next_invoice_sequence: 1 }],
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
    ],
  }),
  row({
    operation: 'finalise without the location that automatic tax needs',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000, { automatic_tax: { enabled: true } }),
    when: (shop, draft) => shop.stripe.invoices.finalizeInvoice(draft.id),
    refused: 'customer_tax_location_invalid',
    tells: ['invoice.finalization_failed'],
  }),
  row({
    operation: 'send a draft',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000, SENT),
    when: (shop, draft) => shop.stripe.invoices.sendInvoice(draft.id),
    tells: [NUMBERED, 'invoice.finalized', 'payment_intent.created', 'invoice.sent'],
  }),
  row({
    operation: 'send again what is open',
    given: async (shop) => shop.open((await shop.customer()).id, 1000, SENT),
    when: (shop, open) => shop.stripe.invoices.sendInvoice(open.id),
    tells: ['invoice.sent'],
  }),
  row({
    operation: 'edit what is open',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.update(open.id, { metadata: { order: '7' } }),
    tells: [['invoice.updated', { metadata: { order: null } }]],
  }),
  row({
    operation: 'pay what is open',
    given: async (shop) => shop.open((await shop.customer('tok_visa')).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id),
    tells: [
      'charge.succeeded',
      'payment_intent.succeeded',
      [
        'invoice.updated',
        {
          amount_paid: 0,
          amount_remaining: 1000,
          attempted: false,
          status: 'open',
          status_transitions: { paid_at: null },
        },
      ],
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
    ],
  }),
  row({
    operation: 'pay by a card that declines',
    given: async (shop) => shop.open((await shop.customer('tok_chargeCustomerFail')).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id),
    refused: 'card_declined',
    tells: [
      'charge.failed',
      'payment_intent.payment_failed',
      ['invoice.updated', { attempt_count: 0, attempted: false }],
      'invoice.payment_failed',
    ],
  }),
  row({
    operation: 'pay with no payment method',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id),
    refused: 'invoice_no_payment_method_types',
    tells: ['invoice.payment_failed'],
  }),
  row({
    operation: 'pay by a card whose bank asks, off session',
    given: async (shop) => shop.open((await shop.customer('tok_threeDSecure2Required')).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id),
    refused: 'invoice_payment_intent_requires_action',
    tells: ['payment_intent.requires_action', 'invoice.payment_action_required', 'invoice.payment_failed'],
  }),
  row({
    operation: 'pay by a card whose bank asks, on session',
    given: async (shop) => shop.open((await shop.customer('tok_threeDSecure2Required')).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id, { off_session: false }),
    refused: 'invoice_payment_intent_requires_action',
    tells: ['payment_intent.requires_action', 'invoice.payment_action_required'],
  }),
  row({
    operation: 'pay out of band',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.pay(open.id, { paid_out_of_band: true }),
    tells: [
      [
        'invoice.updated',
        { amount_paid: 0, amount_paid_off_stripe: null, amount_remaining: 1000, status: 'open', status_transitions: { paid_at: null } },
      ],
      'invoice.paid',
      'payment_intent.canceled',
    ],
  }),
  row({
    operation: 'pay a part by another payment',
    given: async (shop) => shop.open((await shop.customer('tok_visa')).id, 1000),
    when: async (shop, open) => shop.stripe.invoices.attachPayment(open.id, { payment_intent: await succeeded(shop, open, 400) }),
    tells: [
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      ['invoice.updated', { amount_paid: 0, amount_remaining: 1000 }],
      'invoice_payment.paid',
    ],
  }),
  row({
    operation: 'pay more than is due',
    given: async (shop) => shop.open((await shop.customer('tok_visa')).id, 1000),
    when: async (shop, open) => shop.stripe.invoices.attachPayment(open.id, { payment_intent: await succeeded(shop, open, 1500) }),
    tells: [
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      ['invoice.updated', ['amount_paid', 'amount_remaining', 'attempted', 'status', 'status_transitions']],
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'payment_intent.canceled',
      ['customer.updated', { balance: 0 }],
      'invoice.overpaid',
    ],
  }),
  row({
    operation: 'void what is open',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.voidInvoice(open.id),
    tells: ['payment_intent.canceled', 'invoice.voided'],
  }),
  row({
    operation: "void what took the customer's credit",
    given: async (shop) => shop.open((await shop.customer(undefined, { balance: -400 })).id, 1000),
    when: (shop, open) => shop.stripe.invoices.voidInvoice(open.id),
    tells: ['payment_intent.canceled', ['customer.updated', { balance: 0 }], 'invoice.voided'],
  }),
  row({
    operation: 'mark uncollectible',
    given: async (shop) => shop.open((await shop.customer()).id, 1000),
    when: (shop, open) => shop.stripe.invoices.markUncollectible(open.id),
    tells: [
      'invoice.marked_uncollectible',
      ['invoice.updated', { status: 'open', status_details: null, status_transitions: { marked_uncollectible_at: null } }],
    ],
  }),
  row({
    operation: 'come within a week of a renewal',
    given: async (shop) => {
      const clock = (await shop.clock()).id;
      const customer = await shop.customer('tok_visa', { test_clock: clock });
      await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: (await shop.price(2000)).id }] });
      return clock;
    },
    when: (shop, clock) => shop.advanceDays(clock, 25),
    tells: ['test_helpers.test_clock.advancing', 'invoice.upcoming', 'test_helpers.test_clock.ready'],
  }),
  row({
    operation: 'preview the next invoice',
    given: async (shop) => {
      const customer = await shop.customer('tok_visa');
      return shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: (await shop.price(2000)).id }] });
    },
    when: (shop, subscription) => shop.stripe.invoices.createPreview({ subscription: subscription.id }),
    tells: [],
  }),
  row({
    operation: 'add a line',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.addLines(draft.id, { lines: [{ amount: 500, description: 'More' }] }),
    tells: ['invoiceitem.created', ['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'update lines',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.updateLines(draft.id, { lines: [{ id: draft.lines.data[0]!.id, amount: 900 }] }),
    tells: [['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'update one line',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.updateLineItem(draft.id, draft.lines.data[0]!.id, { description: 'Other work' }),
    tells: [['invoice.updated', ['lines']]],
  }),
  row({
    operation: 'remove a line for good',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.removeLines(draft.id, { lines: [{ id: draft.lines.data[0]!.id, behavior: 'delete' }] }),
    tells: ['invoiceitem.deleted', ['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'take a line off so that its item waits again',
    given: async (shop) => shop.draft((await shop.customer()).id, 1000),
    when: (shop, draft) => shop.stripe.invoices.removeLines(draft.id, { lines: [{ id: draft.lines.data[0]!.id, behavior: 'unassign' }] }),
    tells: [['invoice.updated', [...AMOUNTS, 'lines']]],
  }),
  row({
    operation: 'come due where the account is told of due dates',
    given: async (shop) => {
      const account = (await shop.stripe.accounts.retrieveCurrent()).id;
      await shop.stage.platform.control.setInvoicing({ account, will_be_due_days: 3, overdue_days: 5 });
      const clock = (await shop.clock()).id;
      const customer = await shop.customer(undefined, { test_clock: clock });
      await shop.open(customer.id, 1000, { collection_method: 'send_invoice', days_until_due: 10 });
      return clock;
    },
    when: (shop, clock) => shop.advanceDays(clock, 16),
    tells: ['test_helpers.test_clock.advancing', 'invoice.will_be_due', 'invoice.overdue', 'test_helpers.test_clock.ready'],
  }),
];
