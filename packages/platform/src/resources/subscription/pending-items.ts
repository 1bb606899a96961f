import { type Interval, step } from '@annex/money';
import type { Draft, Fields, Params, StripeObject } from '../../engine/index.ts';
import { billSubscription } from './bill.ts';

/** `pending_invoice_item_interval`, once a unit of it unless told, and when the next invoice of waiting items comes. */
export function pendingFields(given: Params | null | undefined, now: number): Fields {
  if (given === undefined) return {};
  if (given === null) return { pending_invoice_item_interval: null, next_pending_invoice_item_invoice: null };
  const every = { interval: given.interval, interval_count: given.interval_count ?? 1 };
  return { pending_invoice_item_interval: every, next_pending_invoice_item_invoice: step(now, every as Interval, 1) };
}

export const pendingAt = (subscription: StripeObject): number | null | undefined =>
  subscription.status === 'active' || subscription.status === 'past_due' ? subscription.next_pending_invoice_item_invoice : null;

/** Bills what waits, if anything does, and sets the next date. */
export function billPending(draft: Draft, subscription: StripeObject): void {
  draft.set(subscription, pendingFields(subscription.pending_invoice_item_interval, draft.now), { event: null });
  billSubscription(draft, draft.get('subscription', subscription.id)!, {
    reason: 'automatic_pending_invoice_item_invoice',
    period: { start: draft.now, end: draft.now },
    lines: [],
    items: (item) => item.parent?.subscription_details?.subscription === subscription.id,
  });
  const previous = {
    next_pending_invoice_item_invoice: subscription.next_pending_invoice_item_invoice,
    latest_invoice: subscription.latest_invoice,
  };
  draft.emit('customer.subscription.updated', draft.get('subscription', subscription.id)!, { previous });
}
