import type { Consequence, Draft, StripeObject } from '../engine/index.ts';
import { keepCard } from './billing-portal/keep-card.ts';
import { completeByIntent, failByIntent } from './checkout-session/complete.ts';
import { disputeIfCardDoes } from './dispute/open.ts';
import { debitRefused } from './invoice/collect.ts';
import { receive } from './invoice/payment.ts';
import { closeReview } from './review.ts';
import { tellUpdated } from './subscription/apply.ts';
import { afterPaid } from './subscription/bill.ts';
import { applyPending } from './subscription/pending-update.ts';
import { endWith } from './subscription-schedule/index.ts';

/** The subscription that an invoice bills, where it is the latest one of it. */
function billed(draft: Draft, invoice: StripeObject): StripeObject | undefined {
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  return subscription?.latest_invoice === invoice.id ? subscription : undefined;
}

/** Paying the latest invoice brings a subscription back to life, makes an update that waited for it, and spends what it can spend once. */
function activate(draft: Draft, invoice: StripeObject): void {
  const customer = draft.get('customer', invoice.customer);
  if (customer?.delinquent === true) draft.set(customer, { delinquent: false });
  const own = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  if (own === undefined) return;
  draft.set(own, afterPaid(draft, invoice), { event: null });
  tellUpdated(draft, own);
  const subscription = billed(draft, invoice);
  if (subscription?.pending_update) applyPending(draft, subscription);
}

/** Without its first invoice an incomplete subscription never begins; a later one that is given up no longer makes it past due. */
function giveUp(draft: Draft, invoice: StripeObject): void {
  const subscription = billed(draft, invoice);
  if (subscription?.status === 'incomplete') {
    const ended = { status: 'incomplete_expired', ended_at: draft.now, canceled_at: draft.now };
    draft.set(subscription, ended, { event: 'customer.subscription.updated' });
  } else if (subscription?.status === 'past_due') draft.set(subscription, { status: 'active' }, { event: 'customer.subscription.updated' });
  else if (subscription?.status === 'paused' && subscription.pending_update && invoice.status === 'uncollectible')
    applyPending(draft, subscription);
}

/** The setup intent that a subscription asked with is done: its method pays from now on. */
function takeMethod(draft: Draft, intent: StripeObject): void {
  for (const subscription of draft.find('subscription', [['pending_setup_intent', intent.id]])) {
    const fields = { pending_setup_intent: null, default_payment_method: intent.payment_method };
    draft.set(subscription, fields, { event: 'customer.subscription.updated' });
  }
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

/** What was canceled needs nobody's judgement. */
const endReview = (draft: Draft, intent: StripeObject): void => closeReview(draft, draft.get('charge', intent.latest_charge), 'canceled');

/** When an object enters a state, then … . Each row is a sentence; the work is a function. */
export const consequences: readonly Consequence[] = [
  { object: 'subscription', enters: ['canceled', 'incomplete_expired'], follows: endWith },
  { object: 'invoice', enters: ['paid'], follows: activate },
  { object: 'invoice', enters: ['void', 'uncollectible'], follows: giveUp },
  { object: 'payment_intent', enters: ['succeeded'], follows: payInvoice },
  { object: 'payment_intent', enters: ['succeeded', 'requires_capture', 'processing'], follows: completeByIntent },
  { object: 'setup_intent', enters: ['succeeded'], follows: completeByIntent },
  { object: 'setup_intent', enters: ['succeeded'], follows: keepCard },
  { object: 'payment_intent', enters: ['requires_payment_method'], follows: failByIntent },
  { object: 'payment_intent', enters: ['requires_payment_method'], follows: debitRefused },
  { object: 'payment_intent', enters: ['succeeded'], follows: objectToPayment },
  { object: 'payment_intent', enters: ['canceled'], follows: endReview },
  { object: 'setup_intent', enters: ['succeeded'], follows: takeMethod },
];
