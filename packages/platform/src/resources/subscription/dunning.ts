import type { Draft, StripeObject } from '../../engine/index.ts';
import { billingSettings } from '../billing-settings.ts';
import { cancelNow, ENDED } from './cancel.ts';

const DAY = 86_400;

/** Declines that no later try with the same method will change (api-and-events, Dunning). */
export const HARD: ReadonlySet<string> = new Set([
  'incorrect_number',
  'lost_card',
  'pickup_card',
  'stolen_card',
  'revocation_of_authorization',
  'revocation_of_all_authorizations',
  'authentication_required',
  'highest_risk_level',
  'transaction_not_allowed',
]);

/** When an invoice is tried again after so many failures; null where all the tries are over. */
export function nextTry(draft: Draft, failures: number): number | null {
  const days = billingSettings(draft).retry_days[Math.max(0, failures - 1)];
  return days === undefined ? null : draft.now + DAY * days;
}

/** The tries are over: canceled, unpaid, or left past due, as the account has set. */
function giveUp(draft: Draft, subscription: StripeObject): void {
  const behavior = billingSettings(draft).after_retries;
  if (behavior === 'cancel') cancelNow(draft, subscription, { reason: 'payment_failed' });
  else if (subscription.status !== behavior) draft.set(subscription, { status: behavior }, { event: 'customer.subscription.updated' });
}

/** What follows a failed automatic payment: the next try, a delinquent customer, and a subscription that is past due or over. */
export function afterFailure(draft: Draft, failed: StripeObject): void {
  const invoice = draft.get('invoice', failed.id)!;
  const next = nextTry(draft, invoice.attempt_count);
  draft.set(invoice, { next_payment_attempt: next }, { event: null });
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  if (subscription?.latest_invoice === invoice.id && !ENDED.has(subscription.status)) {
    if (next === null) giveUp(draft, subscription);
    else if (subscription.status === 'active' || subscription.status === 'trialing')
      draft.set(subscription, { status: 'past_due' }, { event: 'customer.subscription.updated' });
  }
  const customer = draft.get('customer', invoice.customer);
  if (customer !== undefined && customer.delinquent !== true) draft.set(customer, { delinquent: true });
}
