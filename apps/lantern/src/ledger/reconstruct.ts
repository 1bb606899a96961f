import type { NetShare } from '@annex/money';
import type { Observation, SeenDiscount, SeenItem } from './observation.ts';

/** What of a mirrored subscription the ledger reads; Stripe's fields. */
export interface MirrorSubscription {
  readonly id: string;
  readonly customer: string | { readonly id: string };
  readonly currency: string;
  readonly status: string;
  readonly created: number;
  readonly start_date: number;
  readonly ended_at: number | null;
  readonly trial_end: number | null;
  readonly trial_start: number | null;
  readonly cancel_at: number | null;
  /** When the end was asked for, which may come later. Absent in states that were kept before it was read. */
  readonly canceled_at?: number | null;
  readonly cancel_at_period_end: boolean;
  readonly cancellation_details?: { readonly reason: string | null; readonly feedback: string | null } | null;
  readonly pause_collection: { readonly behavior: string } | null;
  readonly items: { readonly data: readonly MirrorItem[] };
}

export interface MirrorItem {
  readonly id: string;
  readonly quantity?: number;
  readonly price: MirrorPrice;
  /** Ids of the item's own. */
  readonly discounts?: readonly string[];
}

export type MirrorPrice = SeenItem['price'] & { readonly id: string; readonly product: string };

/** A line of an invoice of the subscription: what was billed, from when on. */
export interface MirrorInvoiceLine {
  readonly subscription_item: string | null;
  readonly price: MirrorPrice | undefined;
  readonly quantity: number | null;
  readonly start: number;
  readonly end: number;
  readonly amount: number;
  readonly proration: boolean;
  /** Unix seconds: when the invoice was made. */
  readonly made: number;
  /** Where it shows a tax that its price includes: what it came to after discounts, with that tax and without. */
  readonly taxed?: NetShare | undefined;
}

/** How a subscription fared with one of its invoices. Unix seconds. */
export interface InvoiceTried {
  /** When it was to be paid. */
  readonly at: number;
  /** When it was paid or given up; null while it is open. */
  readonly settled: number | null;
  /** A payment of it has failed. */
  readonly failed: boolean;
}

const idOf = (value: string | { readonly id: string }): string => (typeof value === 'string' ? value : value.id);
const seenItem = (item: MirrorItem): SeenItem => ({ id: item.id, price: item.price, quantity: item.quantity ?? 0 });

interface SeenAs {
  readonly at: number;
  readonly seen: number;
  readonly discounts: readonly SeenDiscount[];
  readonly pastDueSince: number | null;
}

/** The subscription as an event or a fetch showed it, from an instant on. */
export function observed(subscription: MirrorSubscription, as: SeenAs): Observation {
  const { cancellation_details: details } = subscription;
  return {
    subscription: subscription.id,
    customer: idOf(subscription.customer),
    currency: subscription.currency,
    at: as.at,
    seen: as.seen,
    status: subscription.status,
    items: subscription.items.data.map(seenItem),
    discounts: as.discounts,
    paused: subscription.pause_collection?.behavior ?? null,
    ending: subscription.cancel_at_period_end || subscription.cancel_at !== null,
    pastDueSince: as.pastDueSince,
    because: details?.feedback ?? details?.reason ?? null,
    reconstructed: false,
  };
}

/** What lines say of items from an instant on. */
interface Billed {
  /** Billed or changed to (an item), or taken away (null). */
  readonly items: Map<string, SeenItem | null>;
  /** Until when (unix seconds) an item is paid for in advance: of whole periods, not of prorations and usage. */
  readonly until: Map<string, number>;
}

function billedStates(lines: readonly MirrorInvoiceLine[]): Map<number, Billed> {
  const states = new Map<number, Billed>();
  for (const { subscription_item: id, price, quantity, ...line } of lines) {
    if (price === undefined || quantity === null || id === null) continue;
    const state = states.get(line.start) ?? { items: new Map(), until: new Map() };
    const isCredit = line.proration && line.amount < 0;
    // A credit alone takes the item away; with a debit beside it, the debit tells what it was changed to.
    if (!isCredit) state.items.set(id, { id, price, quantity });
    else if (!state.items.has(id)) state.items.set(id, null);
    if (!line.proration && price.recurring.usage_type !== 'metered') state.until.set(id, line.end);
    states.set(line.start, state);
  }
  return states;
}

/** The items that are there after each instant. One whose period is over, and which is not billed when others are, is gone. */
function itemsWalk(states: ReadonlyMap<number, Billed>, first: readonly SeenItem[]): (at: number) => SeenItem[] {
  const items = new Map(first.map((item) => [item.id, item]));
  const until = new Map<string, number>();
  return (at) => {
    const billed = states.get(at);
    for (const [id, item] of billed?.items ?? []) {
      if (item === null) items.delete(id);
      else items.set(id, item);
    }
    for (const [id, end] of billed?.until ?? []) until.set(id, end);
    if ((billed?.until.size ?? 0) > 0) for (const [id, end] of until) if (end <= at) items.delete(id);
    return [...items.values()];
  };
}

interface Past {
  readonly lines: readonly MirrorInvoiceLine[];
  /** The earliest first. */
  readonly tries: readonly InvoiceTried[];
}

/** Spans in which the newest invoice was not paid although it was tried: in them the subscription was past due. */
function failingSpans(tries: readonly InvoiceTried[], until: number): { readonly from: number; readonly to: number }[] {
  return tries.flatMap(({ at, settled, failed }, n) => {
    const to = Math.min(settled ?? until, tries[n + 1]?.at ?? until, until);
    return failed && to > at ? [{ from: at, to }] : [];
  });
}

/**
 * The past of a subscription that was first seen when it had one: the API tells only the present, so the past is read off what its
 * invoices billed, and everything is marked as reconstructed. It comes to the months that would have been counted live, but for what
 * neither tells:
 * - when a discount was taken off by hand: it counts until the next invoice; and one that no invoice ever named does not count;
 * - pauses that are over, and since when a present one lasts;
 * - times of being unpaid that are over, and since when a present one lasts;
 * - an end that was asked for and taken back;
 * - when a change without proration was made: it counts from the next invoice on, and one that no invoice ever billed does not count.
 */
export function reconstructed(subscription: MirrorSubscription, { lines, tries }: Past, as: Omit<SeenAs, 'at'>): Observation[] {
  const present = { ...observed(subscription, { ...as, at: subscription.start_date }), reconstructed: true };
  const states = billedStates(lines);
  const { trial_end: trialEnd, ended_at: endedAt, canceled_at: askedAt = null } = subscription;
  const failing = failingSpans(tries, endedAt ?? Number.POSITIVE_INFINITY);
  const isLasting = (at: number): boolean => Number.isFinite(at) && (endedAt === null || at < endedAt);
  const turns = [trialEnd, askedAt, ...failing.flatMap(({ from, to }) => [from, to])].filter((at) => at !== null);
  const instants = [...new Set([subscription.start_date, ...states.keys(), ...turns])].filter(isLasting).sort((a, b) => a - b);
  const itemsAt = itemsWalk(states, states.size === 0 ? present.items : []);
  const observations = instants.map((at): Observation => {
    const isTrialing = trialEnd !== null && at < trialEnd;
    const isFailing = failing.some(({ from, to }) => from <= at && at < to);
    const status = isTrialing ? 'trialing' : neverPaid(subscription) ? subscription.status : isFailing ? 'past_due' : 'active';
    const ending = askedAt !== null && askedAt <= at;
    return { ...present, at, status, items: itemsAt(at), paused: null, ending, because: ending ? present.because : null };
  });
  if (endedAt !== null) return [...observations, { ...present, at: endedAt, ending: false }];
  // The present state, from its last known change on.
  const last = observations.pop()!;
  return [...observations, { ...present, at: last.at }];
}

const neverPaid = (subscription: MirrorSubscription): boolean =>
  subscription.status === 'incomplete' || subscription.status === 'incomplete_expired';
