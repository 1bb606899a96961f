import { itemMrr } from '@annex/money';
import { allDiscounts, type Observation, timelines } from './observation.ts';
import type { Rules } from './rules.ts';

export type Reason =
  | 'new subscription'
  | 'trial ended'
  | 'plan change'
  | 'seats'
  | 'usage'
  | 'tax'
  | 'item added'
  | 'item removed'
  | 'discount'
  | 'discount ended'
  | 'paused'
  | 'resumed'
  | 'delinquent'
  | 'recovered'
  | 'end asked for'
  | 'canceled';

/** The integer MRR of one item from an instant on, and why it changed. */
export interface LedgerRow {
  readonly subscription: string;
  readonly item: string;
  readonly customer: string;
  readonly currency: string;
  /** Unix seconds. */
  readonly at: number;
  /** Minor units a month. */
  readonly mrr: number;
  readonly before: number;
  readonly reason: Reason;
  /** What the customer said, where the reason is an end. */
  readonly because: string | null;
  /** The subscription lives, whatever it costs. */
  readonly living: boolean;
  readonly reconstructed: boolean;
  /** The price includes tax and no invoice has shown how much: the MRR still has it. */
  readonly tax_unknown: boolean;
}

export const DAY = 86_400;
const COUNTS = new Set(['active', 'past_due']);
const PAUSED = new Set(['void', 'mark_uncollectible']);

export const isPaused = (seen: Observation): boolean => seen.status === 'paused' || (seen.paused !== null && PAUSED.has(seen.paused));
const pastDueLimit = (seen: Observation, rules: Rules): number | null =>
  rules.pastDueDays === null || seen.status !== 'past_due' || seen.pastDueSince === null
    ? null
    : seen.pastDueSince + rules.pastDueDays * DAY;

/** Whether a state counts at an instant, under these rules. */
function counts(seen: Observation, at: number, rules: Rules): boolean {
  if (!COUNTS.has(seen.status)) return false;
  if (isPaused(seen) && rules.paused === 'zero') return false;
  if (seen.ending && rules.cancellation === 'at_request') return false;
  const limit = pastDueLimit(seen, rules);
  return limit === null || at < limit;
}

/** Instants inside a state at which its MRR may change by itself: a discount ends, patience with a failed payment ends. */
function changesWithin(seen: Observation, until: number, rules: Rules): number[] {
  const limit = pastDueLimit(seen, rules);
  const ends = [...allDiscounts(seen).map((discount) => discount.end), limit].filter(
    (at): at is number => at !== null && at > seen.at && at < until,
  );
  return [seen.at, ...new Set(ends.sort((a, b) => a - b))];
}

interface State {
  readonly seen: Observation;
  readonly counted: boolean;
  readonly mrr: ReadonlyMap<string, number>;
}

function stateAt(seen: Observation, at: number, rules: Rules): State {
  const counted = counts(seen, at, rules);
  const amounts = counted
    ? itemMrr(seen.items, seen.discounts, { at, counted: rules.discounts, metered: rules.metered === 'invoiced' })
    : [];
  return { seen, counted, mrr: new Map(seen.items.map((item, index) => [item.id, amounts[index] ?? 0])) };
}

/** Why a whole subscription began or ceased to count. */
function countingReason(before: State | undefined, now: State): Reason {
  const { status } = now.seen;
  if (now.counted) {
    if (before === undefined) return 'new subscription';
    if (before.seen.status === 'trialing') return 'trial ended';
    if (isPaused(before.seen)) return 'resumed';
    return ['past_due', 'unpaid'].includes(before.seen.status) ? 'recovered' : 'new subscription';
  }
  if (status === 'canceled' || status === 'incomplete_expired') return 'canceled';
  if (isPaused(now.seen)) return 'paused';
  if (status === 'past_due' || status === 'unpaid') return 'delinquent';
  return now.seen.ending ? 'end asked for' : 'canceled';
}

/** Deeply; an object that stands in both states is the same without a look inside. */
function samePrice(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => samePrice((a as Fields)[key], (b as Fields)[key]));
}
type Fields = Readonly<Record<string, unknown>>;

/** Why one item of a subscription that counts before and after has changed. */
function itemReason(id: string, before: State, now: State): Reason {
  const [old, fresh] = [before.seen.items.find((item) => item.id === id), now.seen.items.find((item) => item.id === id)];
  if (old === undefined) return 'item added';
  if (fresh === undefined) return 'item removed';
  if (!samePrice(old.price, fresh.price)) return 'plan change';
  if (old.quantity !== fresh.quantity) return 'seats';
  if (old.invoiced !== fresh.invoiced) return 'usage';
  if (!samePrice(old.without_tax, fresh.without_tax)) return 'tax';
  return (now.mrr.get(id) ?? 0) > (before.mrr.get(id) ?? 0) ? 'discount ended' : 'discount';
}

const hasUnknownTax = ({ items }: Observation, id: string): boolean =>
  items.some((item) => item.id === id && item.price.tax_behavior === 'inclusive' && item.without_tax === undefined);

const LIVING = new Set(['active', 'past_due', 'unpaid', 'paused']);

function rowsOfChange(before: State | undefined, now: State, at: number): LedgerRow[] {
  const { seen } = now;
  const rows: LedgerRow[] = [];
  for (const id of new Set([...(before?.mrr.keys() ?? []), ...now.mrr.keys()])) {
    const [was, is] = [before?.mrr.get(id) ?? 0, now.mrr.get(id) ?? 0];
    if (was === is) continue;
    const reason = before?.counted === true && now.counted ? itemReason(id, before, now) : countingReason(before, now);
    const { subscription, customer, currency, reconstructed } = seen;
    const because = reason === 'canceled' || reason === 'end asked for' ? seen.because : null;
    rows.push({
      subscription,
      item: id,
      customer,
      currency,
      at,
      mrr: is,
      before: was,
      reason,
      because,
      living: LIVING.has(seen.status),
      reconstructed,
      tax_unknown: is > 0 && hasUnknownTax(seen, id),
    });
  }
  return rows;
}

/** What a subscription's items come to in all, after the last change for which `until` says that it has come. */
export function endOf(line: readonly Observation[], rules: Rules, until: (at: number) => boolean): number {
  const last = line.findLastIndex(({ at }) => until(at));
  const seen = line[last];
  if (seen === undefined) return 0;
  const at = changesWithin(seen, line[last + 1]?.at ?? Number.POSITIVE_INFINITY, rules).findLast(until)!;
  let sum = 0;
  for (const mrr of stateAt(seen, at, rules).mrr.values()) sum += mrr;
  return sum;
}

/** The ledger of one account and mode: every change of every item, in order of time. The same bytes for the same observations, in any order and number. */
export const ledgerRows = (observations: readonly Observation[], rules: Rules): LedgerRow[] =>
  rowsOf([...timelines(observations).values()], rules);

/** The same of timelines that are made already. */
export function rowsOf(lines: readonly (readonly Observation[])[], rules: Rules): LedgerRow[] {
  const rows: LedgerRow[] = [];
  for (const line of lines) {
    let before: State | undefined;
    line.forEach((seen, index) => {
      const until = line[index + 1]?.at ?? Number.POSITIVE_INFINITY;
      for (const at of changesWithin(seen, until, rules)) {
        const now = stateAt(seen, at, rules);
        rows.push(...rowsOfChange(before, now, at));
        before = now;
      }
    });
  }
  return rows.sort(
    (a, b) =>
      a.at - b.at ||
      (a.subscription < b.subscription ? -1 : a.subscription > b.subscription ? 1 : a.item < b.item ? -1 : a.item > b.item ? 1 : 0),
  );
}
