import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { type Reminded, remind } from '../reminder.ts';
import { moveFirst } from '../subscription-schedule/transition.ts';
import { billSubscription, payerOf } from './bill.ts';
import { cancelNow } from './cancel.ts';
import { naturalPeriod } from './items.ts';
import { linesFor } from './lines.ts';
import { moveItem, tellRolled } from './renew.ts';

const DAY = 86_400;
const WARNING = 3 * DAY;

/** `trial_will_end` is told three days before, or at once where the trial is shorter. */
export function remindOfTrialEnd(draft: Draft, subscription: StripeObject): void {
  const at = subscription.trial_end - WARNING;
  if (at <= draft.now) draft.emit('customer.subscription.trial_will_end', subscription);
  else remind(draft, subscription, { what: 'warn of the end of its trial', at, test_clock: subscription.test_clock });
}

export const trialWarning: Reminded = {
  object: 'subscription',
  what: 'warn of the end of its trial',
  act: (draft, subscription) => {
    if (subscription.status === 'trialing') draft.emit('customer.subscription.trial_will_end', subscription);
  },
};

export const trialEndsAt = (subscription: StripeObject): number | null =>
  subscription.status === 'trialing' ? subscription.trial_end : null;

/** Why a subscription is paused, in the shape of the pinned version. */
export const pausedBecause = (draft: Draft, type: string) => ({
  paused: { subscription: { type }, transitioned_at: draft.now, type: 'subscription' },
});

/** What a trial was asked to end in where there is nothing to charge: nothing where there is, or where it is to be billed all the same. */
export function endsUnbilled(draft: Draft, subscription: StripeObject): 'cancel' | 'pause' | undefined {
  if (subscription.collection_method !== 'charge_automatically' || payerOf(draft, subscription) !== undefined) return undefined;
  const behavior = subscription.trial_settings?.end_behavior?.missing_payment_method;
  return behavior === 'cancel' || behavior === 'pause' ? behavior : undefined;
}

/** The trial is over and nothing is billed; `fields` are told with it. */
export function endUnbilled(draft: Draft, subscription: StripeObject, how: 'cancel' | 'pause', fields: Fields = {}): void {
  if (how === 'cancel') {
    cancelNow(draft, draft.set(subscription, fields, { event: null }), { reason: 'payment_failed' });
    return;
  }
  const status_details = pausedBecause(draft, 'trial_end_without_payment_method');
  const event = ['customer.subscription.updated', 'customer.subscription.paused'];
  draft.set(subscription, { ...fields, status: 'paused', status_details }, { event });
}

/** A trial ends: billed from now on, or paused or canceled where there is nothing to charge and it was asked so. */
export function endTrial(draft: Draft, before: StripeObject): void {
  moveFirst(draft, before);
  const subscription = draft.get('subscription', before.id)!;
  if ((trialEndsAt(subscription) ?? Number.POSITIVE_INFINITY) > draft.now) return;
  const unbilled = endsUnbilled(draft, subscription);
  if (unbilled !== undefined) {
    endUnbilled(draft, subscription, unbilled);
    return;
  }
  const ended = { start: subscription.trial_start, end: subscription.trial_end };
  for (const item of subscription.items.data as StripeObject[]) {
    const { end } = naturalPeriod(subscription, item.price, draft.now);
    moveItem(draft, item, { start: draft.now, end });
  }
  const active = draft.set(draft.get('subscription', subscription.id)!, { status: 'active' }, { event: null });
  const lines = linesFor(draft, active, active.items.data);
  billSubscription(draft, active, { reason: 'subscription_cycle', period: ended, lines });
  tellRolled(draft, subscription);
}
