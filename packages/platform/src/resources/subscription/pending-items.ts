import { type Interval, step } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';
import { billSubscription } from './bill.ts';

/** When the next invoice of waiting items comes, where they are billed more often than the subscription. */
export const nextPending = (every: Pick<Interval, 'interval'> & { interval_count?: number | null }, from: number): number =>
  step(from, { interval: every.interval, interval_count: every.interval_count ?? 1 }, 1);

export const pendingAt = (subscription: StripeObject): number | null | undefined =>
  subscription.status === 'active' || subscription.status === 'past_due' ? subscription.next_pending_invoice_item_invoice : null;

/** Bills what waits, if anything does, and sets the next date. */
export function billPending(draft: Draft, subscription: StripeObject): void {
  const next = nextPending(subscription.pending_invoice_item_interval, draft.now);
  draft.set(subscription, { next_pending_invoice_item_invoice: next }, { event: null });
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
