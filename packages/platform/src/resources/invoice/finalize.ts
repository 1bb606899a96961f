import { applicationFee } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { insertIntent } from '../payment-intent/insert.ts';

/** The customer's balance pays first (a negative balance is a credit); what is left is due. */
function applyBalance(draft: Draft, invoice: StripeObject, customer: StripeObject): { due: number; ending: number } {
  const starting = customer.balance ?? 0;
  const due = Math.max(0, invoice.total + starting);
  const ending = invoice.total + starting - due;
  if (ending !== starting) {
    const amount = ending - starting;
    const row = {
      amount,
      currency: invoice.currency,
      customer: customer.id,
      ending_balance: ending,
      invoice: invoice.id,
      type: 'applied_to_invoice',
      description: null,
      metadata: {},
    };
    draft.make('customer_balance_transaction', row, { event: null });
  }
  return { due, ending };
}

/** One default payment per finalised invoice holds its payment intent. */
function insertPayment(draft: Draft, invoice: StripeObject, intent: StripeObject): void {
  const fields: Fields = {
    amount_paid: null,
    amount_requested: intent.amount,
    currency: invoice.currency,
    invoice: invoice.id,
    is_default: true,
    payment: { payment_intent: intent.id, type: 'payment_intent' },
    status: 'open',
    status_transitions: { canceled_at: null, paid_at: null },
  };
  draft.make('invoice_payment', fields, { event: null });
}

/**
 * Numbers the invoice, freezes its amounts, applies the customer's balance and opens the payment; nothing due is paid at once.
 * A payment that came first (a checkout session's) stands in the place of a new one.
 */
export function finalize(draft: Draft, invoice: StripeObject, payment?: StripeObject): StripeObject {
  const customer = draft.get('customer', invoice.customer)!;
  const sequence = customer.next_invoice_sequence ?? 1;
  const { due, ending } = applyBalance(draft, invoice, customer);
  const token = draft.random(24);
  const changes: Fields = {
    balance: ending,
    next_invoice_sequence: sequence + 1,
    ...(customer.currency === null && { currency: invoice.currency }),
  };
  draft.set(customer, changes);
  const open = draft.set(
    invoice,
    {
      amount_due: due,
      amount_remaining: due,
      automatically_finalizes_at: null,
      effective_at: draft.now,
      ending_balance: ending,
      hosted_invoice_url: `/i/${draft.world.account}/${token}`,
      invoice_pdf: `/i/${draft.world.account}/${token}/pdf`,
      next_payment_attempt: null,
      number: `${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}`,
      starting_balance: customer.balance ?? 0,
      status: 'open',
      status_transitions: { ...invoice.status_transitions, finalized_at: draft.now },
    },
    { event: 'invoice.finalized' },
  );
  if (due === 0) return markPaid(draft, open, { amount: 0, attempted: true });
  const { currency } = open;
  const given = { amount: due, currency, customer: customer.id, description: describe(open), ...earnings(draft, open, due) };
  insertPayment(draft, open, payment ?? insertIntent(draft, given));
  return open;
}

/** `application_fee_percent` of a subscription: a share of each invoice's total, tax included (oauth 9.2). */
function earnings(draft: Draft, invoice: StripeObject, due: number): { application: string | null; application_fee_amount: number | null } {
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  const application = subscription?.application ?? invoice.application ?? null;
  const percent = subscription?.application_fee_percent;
  return {
    application,
    application_fee_amount: typeof percent === 'number' ? applicationFee(invoice.total, percent, due) : null,
  };
}

const describe = (invoice: StripeObject): string =>
  ({ subscription_create: 'Subscription creation', subscription_cycle: 'Subscription update', subscription_update: 'Subscription update' })[
    invoice.billing_reason as string
  ] ?? `Payment for invoice ${invoice.number}`;

export const paymentOf = (draft: Draft, invoice: string): StripeObject | undefined =>
  draft.find('invoice_payment', [['invoice', invoice]]).find((row) => row.is_default);

/** The invoice is settled: by a payment, by the customer's balance, or outside of the platform. */
export function markPaid(
  draft: Draft,
  invoice: StripeObject,
  how: { amount: number; attempted: boolean; outOfBand?: boolean },
): StripeObject {
  const fields = {
    amount_paid: how.amount,
    amount_remaining: 0,
    attempted: how.attempted,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: draft.now },
  };
  const events = how.outOfBand
    ? ['invoice.updated', 'invoice.paid']
    : how.amount > 0
      ? ['invoice.updated', 'invoice.paid', 'invoice.payment_succeeded']
      : ['invoice.paid', 'invoice.payment_succeeded'];
  const paid = draft.set(invoice, fields, { event: events });
  const payment = paymentOf(draft, invoice.id);
  if (payment !== undefined && !how.outOfBand) {
    const settled = { amount_paid: how.amount, status: 'paid', status_transitions: { ...payment.status_transitions, paid_at: draft.now } };
    draft.set(payment, settled, { event: 'invoice_payment.paid' });
  }
  return draft.get('invoice', paid.id)!;
}
