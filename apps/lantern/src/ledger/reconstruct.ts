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
  readonly cancel_at_period_end: boolean;
  readonly cancellation_details?: { readonly reason: string | null; readonly feedback: string | null } | null;
  readonly pause_collection: { readonly behavior: string } | null;
  readonly items: { readonly data: readonly MirrorItem[] };
}

export interface MirrorItem {
  readonly id: string;
  readonly quantity?: number;
  readonly price: MirrorPrice;
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

/** What lines say of items by instant: billed or changed to (an item), or taken away (null). */
function billedStates(lines: readonly MirrorInvoiceLine[]): Map<number, Map<string, SeenItem | null>> {
  const states = new Map<number, Map<string, SeenItem | null>>();
  for (const line of lines) {
    const id = line.subscription_item;
    if (line.price === undefined || line.quantity === null || id === null) continue;
    const at = states.get(line.start) ?? new Map<string, SeenItem | null>();
    const isCredit = line.proration && line.amount < 0;
    // A credit alone takes the item away; with a debit beside it, the debit tells what it was changed to.
    if (!isCredit) at.set(id, { id, price: line.price, quantity: line.quantity });
    else if (!at.has(id)) at.set(id, null);
    states.set(line.start, at);
  }
  return states;
}

/**
 * The past of a subscription that was first seen when it had one: the API tells only the present, so the past is read off
 * what its invoices billed. Discounts and pauses of the past are not known, and everything is marked as reconstructed.
 */
export function reconstructed(
  subscription: MirrorSubscription,
  lines: readonly MirrorInvoiceLine[],
  as: Omit<SeenAs, 'at'>,
): Observation[] {
  const present = { ...observed(subscription, { ...as, at: subscription.start_date }), reconstructed: true };
  const states = billedStates(lines);
  const { trial_end: trialEnd, ended_at: endedAt } = subscription;
  const current = new Map(present.items.map((item) => [item.id, item]));
  const items = new Map<string, SeenItem>(states.size === 0 ? current : []);
  const observations: Observation[] = [];
  const put = (at: number, status: string, known: readonly SeenItem[], more: Partial<Observation> = {}): void => {
    observations.push({ ...present, at, status, items: known, paused: null, ending: false, pastDueSince: null, because: null, ...more });
  };
  const instants = [...new Set([subscription.start_date, ...states.keys(), ...(trialEnd === null ? [] : [trialEnd])])].sort(
    (a, b) => a - b,
  );
  for (const at of instants) {
    if (endedAt !== null && at >= endedAt) continue;
    for (const [id, item] of states.get(at) ?? []) {
      if (item === null) items.delete(id);
      else items.set(id, item);
    }
    const trialing = trialEnd !== null && at < trialEnd;
    put(at, trialing ? 'trialing' : neverPaid(subscription) ? subscription.status : 'active', [...items.values()]);
  }
  if (endedAt !== null) put(endedAt, subscription.status, present.items, { because: present.because });
  else {
    // The present state, from its last known change on.
    const last = observations.at(-1)!;
    observations[observations.length - 1] = { ...present, at: last.at };
  }
  return observations;
}

const neverPaid = (subscription: MirrorSubscription): boolean =>
  subscription.status === 'incomplete' || subscription.status === 'incomplete_expired';
