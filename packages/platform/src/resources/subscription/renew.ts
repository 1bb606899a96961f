import { periodAt } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';
import { methodForInvoice } from '../invoice/pay.ts';
import { billSubscription } from './bill.ts';
import { cancelNow } from './index.ts';
import { itemsOf } from './items.ts';

const LIVING = new Set(['active', 'past_due', 'unpaid']);

/** When the earliest period of its items ends. */
export const periodEnd = (subscription: StripeObject): number | undefined => {
  const ends = subscription.items.data.map((item: StripeObject) => item.current_period_end as number);
  return ends.length === 0 ? undefined : Math.min(...ends);
};

export const renewsAt = (subscription: StripeObject): number | undefined =>
  LIVING.has(subscription.status) ? periodEnd(subscription) : undefined;
export const trialEndsAt = (subscription: StripeObject): number | null =>
  subscription.status === 'trialing' ? subscription.trial_end : null;
export const endsAt = (subscription: StripeObject): number | null =>
  LIVING.has(subscription.status) || subscription.status === 'trialing' ? subscription.cancel_at : null;

/** Moves the items that are due into their next period. Answers the period that has just ended. */
function roll(draft: Draft, subscription: StripeObject): { start: number; end: number } {
  let ended = { start: draft.now, end: draft.now };
  for (const item of itemsOf(draft, subscription.id)) {
    if (item.current_period_end > draft.now) continue;
    ended = { start: item.current_period_start, end: item.current_period_end };
    const next = periodAt(subscription.billing_cycle_anchor, item.price.recurring, draft.now);
    draft.set(item, { current_period_start: next.start, current_period_end: next.end }, { event: null });
  }
  return ended;
}

/** A period ends: the items roll on, and a draft invoice bills what comes next. It is finalised an hour later. */
export function renew(draft: Draft, subscription: StripeObject): void {
  const period = roll(draft, subscription);
  const rolled = draft.get('subscription', subscription.id)!;
  const invoice = billSubscription(draft, rolled, { reason: 'subscription_cycle', period });
  if (subscription.status === 'unpaid' || subscription.pause_collection?.behavior === 'keep_as_draft') {
    draft.set(invoice, { auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null }, { event: null });
  }
  tell(draft, subscription);
}

function tell(draft: Draft, before: StripeObject): void {
  const after = draft.get('subscription', before.id)!;
  const previous = {
    items: { data: before.items.data },
    ...(before.latest_invoice !== after.latest_invoice && { latest_invoice: before.latest_invoice }),
  };
  draft.emit('customer.subscription.updated', after, {
    previous: before.status === after.status ? previous : { ...previous, status: before.status },
  });
}

/** A trial ends: billed from now on, or paused or canceled where there is nothing to charge and it was asked so. */
export function endTrial(draft: Draft, subscription: StripeObject): void {
  const pays = methodForInvoice(draft, {
    parent: { subscription_details: { subscription: subscription.id } },
    customer: subscription.customer,
  } as unknown as StripeObject);
  const behavior = subscription.trial_settings?.end_behavior?.missing_payment_method ?? 'create_invoice';
  if (pays === undefined && behavior === 'cancel') {
    cancelNow(draft, subscription, { reason: 'payment_failed' });
    return;
  }
  if (pays === undefined && behavior === 'pause') {
    draft.set(subscription, { status: 'paused' }, { event: 'customer.subscription.paused' });
    return;
  }
  const period = roll(draft, subscription);
  draft.set(draft.get('subscription', subscription.id)!, { status: 'active' }, { event: null });
  billSubscription(draft, draft.get('subscription', subscription.id)!, { reason: 'subscription_cycle', period });
  tell(draft, subscription);
}

/** The end that was asked for earlier. */
export const end = (draft: Draft, subscription: StripeObject): void => {
  cancelNow(draft, subscription, {});
};
