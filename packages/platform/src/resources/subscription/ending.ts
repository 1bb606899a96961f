import type { Draft, Fields, Params, StripeObject } from '../../engine/index.ts';
import { itemsOf, naturalPeriod } from './items.ts';
import { insertProrations, prorations } from './prorate.ts';
import { notTogether, scheduled } from './refusals.ts';
import { moveItem } from './renew.ts';
import { cancelAtOf, shortens } from './terms.ts';

/** When the whole periods of its items end, as if no end were set. */
const naturalEnds = (draft: Draft, subscription: StripeObject): number[] =>
  itemsOf(draft, subscription.id).map((item) =>
    subscription.status === 'trialing' ? item.current_period_end : naturalPeriod(subscription, item.price, draft.now).end,
  );

/** `cancel_at_period_end` and `cancel_at`, set or taken back, as fields. Status stays as it is until the end comes. */
export function endFields(draft: Draft, subscription: StripeObject, params: Params): Fields {
  const { cancel_at_period_end: atEnd, cancel_at: at } = params;
  if (atEnd === undefined && at === undefined) return {};
  if (atEnd === true && at !== undefined && at !== null) throw notTogether('cancel_at_period_end', 'cancel_at');
  if (typeof subscription.schedule === 'string') throw scheduled(subscription.schedule);
  const ends = naturalEnds(draft, subscription);
  const cancelAt = atEnd === true ? Math.min(...ends) : atEnd === undefined || at !== undefined ? cancelAtOf(draft, at, ends) : null;
  // Setting what is not set changes nothing.
  if (cancelAt === null && subscription.cancel_at === null && atEnd !== true) return { cancel_at_period_end: false };
  const reason = cancelAt === null ? null : 'cancellation_requested';
  return {
    cancel_at: cancelAt,
    cancel_at_period_end: atEnd === true,
    canceled_at: cancelAt === null ? null : (subscription.canceled_at ?? draft.now),
    cancellation_details: { ...subscription.cancellation_details, reason },
  };
}

/** An end within a period shortens it and credits the rest; taking it back restores and charges it (documented). */
export function moveEnds(draft: Draft, subscription: StripeObject, fields: Fields, proration: string): void {
  if (Object.keys(fields).length === 0) return;
  draft.set(subscription, fields, { event: null });
  if (fields.cancel_at === undefined || subscription.status === 'trialing') return;
  const mode = subscription.billing_mode.type;
  const end = fields.cancel_at as number | null;
  for (const item of itemsOf(draft, subscription.id)) {
    const natural = naturalPeriod(subscription, item.price, draft.now).end;
    const target = end !== null && end < natural && shortens({ mode }, { proration_behavior: proration }) ? end : natural;
    if (target === item.current_period_end) continue;
    if (proration !== 'none') prorateEnd(draft, subscription, item, target);
    moveItem(draft, item, { start: item.current_period_start, end: target });
  }
}

function prorateEnd(draft: Draft, subscription: StripeObject, item: StripeObject, target: number): void {
  const isShorter = target < item.current_period_end;
  const after = { ...item, current_period_end: target };
  const changes = isShorter ? [{ before: item }] : [{ after }];
  const at = isShorter ? target : item.current_period_end;
  insertProrations(draft, prorations(draft, subscription, { changes, items: [after], at, creditsOnly: isShorter }));
}
