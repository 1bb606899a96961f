import type { Consequence, Draft, StripeObject } from '../engine/index.ts';
import { keepCard } from './billing-portal/keep-card.ts';
import { completeByIntent, failByIntent } from './checkout-session/complete.ts';
import { disputeIfCardDoes } from './dispute/open.ts';
import { receive } from './invoice/payment.ts';

/** The subscription that an invoice bills, where it is the latest one of it. */
function billed(draft: Draft, invoice: StripeObject): StripeObject | undefined {
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  return subscription?.latest_invoice === invoice.id ? subscription : undefined;
}

/** Paying the latest invoice brings a subscription back to life. */
function activate(draft: Draft, invoice: StripeObject): void {
  const subscription = billed(draft, invoice);
  if (subscription !== undefined && ['incomplete', 'past_due', 'unpaid'].includes(subscription.status))
    draft.set(subscription, { status: 'active' });
  const customer = draft.get('customer', invoice.customer);
  if (customer?.delinquent === true) draft.set(customer, { delinquent: false });
}

/** Without its first invoice an incomplete subscription never begins. */
function expireIncomplete(draft: Draft, invoice: StripeObject): void {
  const subscription = billed(draft, invoice);
  if (subscription?.status === 'incomplete')
    draft.set(subscription, { status: 'incomplete_expired', ended_at: draft.now, canceled_at: draft.now });
}

/** A payment intent that was opened by an invoice, or tied to it, pays it, whoever confirmed it. */
function payInvoice(draft: Draft, intent: StripeObject): void {
  const payment = draft.find('invoice_payment', [['payment.payment_intent', intent.id]])[0];
  if (payment?.status === 'open') receive(draft, payment, intent.amount_received);
}

/** What the card's owner, or its bank, does about a payment that was captured. */
function objectToPayment(draft: Draft, intent: StripeObject): void {
  const charge = draft.get('charge', intent.latest_charge);
  if (charge !== undefined) disputeIfCardDoes(draft, charge);
}

/** When an object enters a state, then … . Each row is a sentence; the work is a function. */
export const consequences: readonly Consequence[] = [
  { object: 'invoice', enters: ['paid'], follows: activate },
  { object: 'invoice', enters: ['void', 'uncollectible'], follows: expireIncomplete },
  { object: 'payment_intent', enters: ['succeeded'], follows: payInvoice },
  { object: 'payment_intent', enters: ['succeeded', 'requires_capture', 'processing'], follows: completeByIntent },
  { object: 'setup_intent', enters: ['succeeded'], follows: completeByIntent },
  { object: 'setup_intent', enters: ['succeeded'], follows: keepCard },
  { object: 'payment_intent', enters: ['requires_payment_method'], follows: failByIntent },
  { object: 'payment_intent', enters: ['succeeded'], follows: objectToPayment },
];
