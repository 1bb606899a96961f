import type { Span } from '@annex/money';
import { type Draft, previousAttributes, type StripeObject } from '../../engine/index.ts';
import { moveFirst } from '../subscription-schedule/transition.ts';
import { billSubscription } from './bill.ts';
import { itemsOf, naturalPeriod } from './items.ts';
import { linesFor, usageLines } from './lines.ts';
import { remindOfInvoice } from './upcoming.ts';

const LIVING = new Set(['active', 'past_due', 'unpaid']);

/** When the earliest period of its items ends. */
export const periodEnd = (subscription: StripeObject): number | undefined => {
  const ends = subscription.items.data.map((item: StripeObject) => item.current_period_end as number);
  return ends.length === 0 ? undefined : Math.min(...ends);
};

export const renewsAt = (subscription: StripeObject): number | undefined =>
  LIVING.has(subscription.status) ? periodEnd(subscription) : undefined;

export const moveItem = (draft: Draft, item: StripeObject, period: Span): StripeObject =>
  draft.set(
    draft.get('subscription_item', item.id)!,
    { current_period_start: period.start, current_period_end: period.end },
    { event: null },
  );

/** What has been used of an item counts from when it was added. */
export const usedSpan = (item: StripeObject): Span => ({
  start: Math.max(item.current_period_start, Math.min(item.created, item.current_period_end)),
  end: item.current_period_end,
});

/** Moves the items that are due into their next period. */
function roll(draft: Draft, subscription: StripeObject): { before: StripeObject; after: StripeObject }[] {
  return itemsOf(draft, subscription.id)
    .filter((item) => item.current_period_end <= draft.now)
    .map((before) => {
      const natural = naturalPeriod(subscription, before.price, draft.now);
      // Another interval may begin within one of its whole periods: then only the rest of it is the next period.
      const start = Math.max(natural.start, before.current_period_end);
      return { before, after: moveItem(draft, before, { start, end: natural.end }) };
    });
}

/** A period ends: its items roll on, and a draft invoice bills what was used and what comes next. It is finalised an hour later. */
export function renew(draft: Draft, before: StripeObject): void {
  moveFirst(draft, before);
  const subscription = draft.get('subscription', before.id)!;
  if ((renewsAt(subscription) ?? Number.POSITIVE_INFINITY) > draft.now) return;
  const rolled = roll(draft, subscription);
  const now = draft.get('subscription', subscription.id)!;
  const lines = [
    ...usageLines(
      draft,
      now,
      rolled.map(({ before }) => ({ item: before, period: usedSpan(before) })),
    ),
    ...linesFor(
      draft,
      now,
      rolled.map(({ after }) => after).filter((item) => item.price.recurring.usage_type !== 'metered'),
    ),
  ];
  const ended = rolled.at(-1)?.before;
  const period =
    ended === undefined ? { start: draft.now, end: draft.now } : { start: ended.current_period_start, end: ended.current_period_end };
  const kept = subscription.status === 'unpaid' || subscription.pause_collection?.behavior === 'keep_as_draft';
  billSubscription(draft, now, { reason: 'subscription_cycle', period, lines, kept });
  tellRolled(draft, subscription);
}

/** `customer.subscription.updated` with what has changed since. */
export function tellRolled(draft: Draft, before: StripeObject): void {
  const after = draft.get('subscription', before.id)!;
  remindOfInvoice(draft, after);
  const previous = previousAttributes(before, after);
  if (previous !== undefined) draft.emit('customer.subscription.updated', after, { previous });
}
