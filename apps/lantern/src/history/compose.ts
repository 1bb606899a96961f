import {
  type InvoiceTried,
  type MirrorInvoiceLine,
  type Observation,
  observed,
  reconstructed,
  type SeenDiscount,
} from '../ledger/index.ts';
import { inOrder } from './chain.ts';
import { type CompactSubscription, compactOf, type MirrorPrice } from './compact.ts';
import { cutAt, inTime, type Seen } from './cut.ts';
import { withoutIncludedTax } from './included-tax.ts';

/** An event's state of a subscription, as it was kept. */
export interface KeptEvent {
  readonly event: string;
  readonly subscription: string;
  readonly type: string;
  /** Seconds. */
  readonly at: number;
  /**
   * The state as it is stored (a `CompactSubscription`), and the state before, where the event tells it and `needBefore` asks for it. They
   * stay text until they are needed: thousands of parsed ones at once cost more than all else that is done with them.
   */
  readonly after: string;
  readonly before: string | null;
}

/** The mirror's row of a subscription: it was so at an instant between `lo` and `hi` (ms). */
export interface Present {
  readonly state: CompactSubscription;
  readonly lo: number;
  readonly hi: number;
  /** In doubt: it is being fetched again, and decides nothing. */
  readonly dirty: boolean;
}

export interface KnownDiscount extends SeenDiscount {
  readonly subscription: string | null;
  /** Where it is on one item of it alone. */
  readonly item: string | null;
  /** Seconds. */
  readonly starts: number | null;
}

export interface InvoicedUsage {
  /** Seconds: when the invoice was made. */
  readonly at: number;
  /** Minor units, before discounts and taxes. */
  readonly amount: number;
}

/** Everything that is known about the subscriptions of one customer. */
export interface CustomerHistory {
  readonly customer: string;
  readonly present: readonly Present[];
  readonly events: readonly KeptEvent[];
  /** By subscription: what its invoices billed. */
  readonly lines: ReadonlyMap<string, readonly MirrorInvoiceLine[]>;
  /** The newest of these invoices, by when the mirror last changed it (ms). */
  readonly invoicesMs?: number;
  /** By metered item: what its periods were invoiced at, the earliest first. */
  readonly usage: ReadonlyMap<string, readonly InvoicedUsage[]>;
  /** By subscription: how it fared with its invoices, the earliest first. */
  readonly tries: ReadonlyMap<string, readonly InvoiceTried[]>;
  readonly discounts: readonly KnownDiscount[];
  /** Tiers, which subscriptions do not carry. */
  readonly prices: ReadonlyMap<string, MirrorPrice>;
}

/** Where an observation comes from: an event, the present state as it was fetched, or what invoices billed. */
export type Origin =
  | { readonly kind: 'event'; readonly event: string; readonly type: string }
  | { readonly kind: 'fetch' }
  | { readonly kind: 'invoices' };

export interface Composed {
  readonly observations: readonly Observation[];
  /** By `subscription@seconds`; made when it is asked for. */
  origins(): ReadonlyMap<string, Origin>;
}

export const originKey = ({ subscription, at }: Pick<Observation, 'subscription' | 'at'>): string => `${subscription}@${at}`;

export const stateIn = (text: string): CompactSubscription => JSON.parse(text) as CompactSubscription;

/** Whoever stored it, in whatever order its fields came back. */
const textOf = (state: CompactSubscription): string => JSON.stringify(compactOf(state));

/** The customer's subscriptions as the ledger reads them: what was seen live, and before that what the invoices tell. */
export function composeHistory(history: CustomerHistory): Composed {
  const present = new Map(history.present.map((one) => [one.state.id, one]));
  const events = new Map<string, KeptEvent[]>();
  for (const one of history.events) {
    const own = events.get(one.subscription);
    if (own === undefined) events.set(one.subscription, [one]);
    else own.push(one);
  }
  const ids = [...new Set([...present.keys(), ...events.keys()])].sort();
  const observations: Observation[] = [];
  const lines = ids.map((id) => {
    const line = withUsage(lineOf(inOrder(events.get(id) ?? []), present.get(id), history), history);
    return withoutIncludedTax(line, history.lines.get(id));
  });
  for (const line of lines) for (const one of withPastDue(withDiscounts(line, history))) observations.push(one);
  const origins = () => new Map(lines.flat().map(({ observation, origin }) => [originKey(observation), origin]));
  return { observations, origins };
}

const seenAs = (at: number, seen: number) => ({ at, seen, discounts: [], pastDueSince: null });

/** One subscription: its past from invoices, then its events, then its present state where no event told it. */
function lineOf(events: readonly KeptEvent[], present: Present | undefined, history: CustomerHistory): Seen[] {
  const [first] = events;
  const past = first === undefined ? present?.state : first.type.endsWith('.created') ? undefined : beforeOf(first);
  const line: Seen[] =
    past === undefined
      ? []
      : pastOf(past, history, { until: first?.at ?? Number.POSITIVE_INFINITY, seen: first?.at ?? (present?.lo ?? 0) / 1000 });
  // Most events leave the state as it was, as a renewal does: each text is read once.
  const states = new Map<string, CompactSubscription>();
  events.forEach(({ event, type, at, after }, n) => {
    const state = states.get(after) ?? stateIn(after);
    states.set(after, state);
    const observation = ofState(state, history, seenAs(at, at * 1000 + n + 1));
    line.push({ observation, origin: { kind: 'event', event, type }, state });
  });
  const last = events.at(-1);
  if (last !== undefined && present !== undefined && tellsMore(present, last)) {
    const observation = ofState(present.state, history, seenAs(sinceWhen(present, last), present.lo));
    line.push({ observation, origin: { kind: 'fetch' }, state: present.state });
  }
  return line;
}

const beforeOf = ({ before, after }: KeptEvent): CompactSubscription => stateIn(before ?? after);

/** An event was missed: what was fetched is certainly newer than the last event, and other. */
const tellsMore = (present: Present, last: KeptEvent): boolean =>
  !present.dirty && present.lo > last.at * 1000 + 999 && textOf(present.state) !== textOf(stateIn(last.after));

/**
 * Since when (seconds) the present state stands that no event told: its own end, or the end of the trial that the last event still
 * showed; else not later than when it was fetched.
 */
function sinceWhen({ state, lo }: Present, last: KeptEvent): number {
  const fetched = Math.floor(lo / 1000);
  const own = state.ended_at ?? (stateIn(last.after).status === 'trialing' && state.status !== 'trialing' ? state.trial_end : null);
  return own !== null && own >= last.at && own <= fetched ? own : fetched;
}

/** `until` (seconds) the past is wanted, and `seen` when the state was. */
function pastOf(state: CompactSubscription, history: CustomerHistory, { until, seen }: { until: number; seen: number }): Seen[] {
  const lines = (history.lines.get(state.id) ?? []).filter(({ start }) => start < until).map((line) => onItem(line, state));
  const tries = history.tries.get(state.id) ?? [];
  const past = reconstructed(withTiers(state, history), { lines, tries }, { seen: 0, discounts: [], pastDueSince: null });
  const own = history.discounts.filter(({ subscription, item }) => subscription === state.id && item === null);
  const others = own.filter(({ id }) => !state.discounts.includes(id));
  const began = new Map(own.map(({ id, starts }) => [id, starts ?? 0]));
  return past
    .filter(({ at }) => at < until)
    .map((observation, n) => {
      const next = past[n + 1]?.at ?? seen;
      const standing = others.filter(({ starts, end }) => {
        const stood = (starts ?? 0) < next && (end === null || end > observation.at);
        // The last state is the one that was seen: what does not stand in it was over by then.
        return stood && (n < past.length - 1 || (end !== null && end <= seen));
      });
      const ids = [...state.discounts, ...standing.map(({ id }) => id)];
      // They are taken off in the order in which they were given.
      const discounts = standing.length === 0 ? ids : ids.sort((a, b) => (began.get(a) ?? 0) - (began.get(b) ?? 0));
      return { observation, origin: { kind: 'invoices' }, state: { ...state, discounts } };
    });
}

/** A proration may not say which item it is of: then it is the one with its price, or the only one there is. */
function onItem(line: MirrorInvoiceLine, state: CompactSubscription): MirrorInvoiceLine {
  if (line.subscription_item !== null) return line;
  const items = state.items.data;
  const found = items.find(({ price }) => price.id === line.price?.id) ?? (items.length === 1 ? items[0] : undefined);
  return { ...line, subscription_item: found?.id ?? null };
}

const isTiered = ({ price }: CompactSubscription['items']['data'][number]): boolean => price.billing_scheme === 'tiered';

function withTiers(state: CompactSubscription, { prices }: CustomerHistory): CompactSubscription {
  if (!state.items.data.some(isTiered)) return state;
  const data = state.items.data.map((item) => {
    const known = isTiered(item) && item.price.tiers == null ? prices.get(item.price.id) : undefined;
    return known === undefined ? item : { ...item, price: { ...item.price, tiers: known.tiers ?? null } };
  });
  return { ...state, items: { data } };
}

const ofState = (state: CompactSubscription, history: CustomerHistory, as: Parameters<typeof observed>[1]): Observation =>
  observed(withTiers(state, history), as);

/** Puts into metered items what their last period was invoiced at; a state is cut in two where an invoice comes while it stands. */
function withUsage(line: readonly Seen[], { usage }: CustomerHistory): readonly Seen[] {
  if (usage.size === 0) return line;
  return cutAt(line, {
    instants: ({ id }) => (usage.get(id) ?? []).map(({ at }) => at),
    itemAt(item, at) {
      const last = usage.get(item.id)?.findLast((one) => one.at <= at);
      return last === undefined ? item : { ...item, invoiced: last.amount };
    },
  });
}

/**
 * Puts the discounts into the states: those that stand in the state, or else the customer's, and those of its items. Where one began later than the state it
 * stands in (the past is read off invoices), the state is cut in two.
 */
function withDiscounts(line: readonly Seen[], { discounts }: CustomerHistory): Observation[] {
  const sorted = [...line].sort(inTime);
  if (discounts.length === 0) return sorted.map(({ observation }) => observation);
  const known = new Map(discounts.map((one) => [one.id, one]));
  const ofCustomer = discounts.filter(({ subscription, item }) => subscription === null && item === null);
  const knownIn = (ids: readonly string[]): KnownDiscount[] => ids.flatMap((id) => known.get(id) ?? []);
  return sorted.flatMap(({ observation: seen, state }, n) => {
    const until = sorted[n + 1]?.observation.at ?? Number.POSITIVE_INFINITY;
    const standing = state.discounts.length > 0 ? knownIn(state.discounts) : ofCustomer.filter(({ end }) => end === null || end > seen.at);
    const ofItems = new Map(state.items.data.flatMap(({ id, discounts: ids }) => (ids === undefined ? [] : [[id, knownIn(ids)]])));
    if (standing.length === 0 && ofItems.size === 0) return [seen];
    const starts = [standing, ...ofItems.values()].flat().map(({ starts: at }) => at ?? 0);
    const cuts = starts.filter((at) => at > seen.at && at < until).sort((a, b) => a - b);
    return [seen.at, ...new Set(cuts)].map((at) => {
      const begun = (some: readonly KnownDiscount[]): SeenDiscount[] => some.filter(({ starts: from }) => (from ?? 0) <= at).map(shown);
      const items = seen.items.map((item) => {
        const own = begun(ofItems.get(item.id) ?? []);
        return own.length === 0 ? item : { ...item, discounts: own };
      });
      return { ...seen, at, discounts: begun(standing), items };
    });
  });
}

const shown = ({ id, duration, percent_off, amount_off, end, products }: KnownDiscount): SeenDiscount => ({
  ...{ id, duration, percent_off, amount_off, end },
  ...(products !== undefined && { products }),
});

/** Since when a subscription is past due: the first of the states in a row that say so. */
function withPastDue(line: readonly Observation[]): Observation[] {
  let since: number | null = null;
  return line.map((seen) => {
    since = seen.status === 'past_due' ? (since ?? seen.pastDueSince ?? seen.at) : null;
    return since === seen.pastDueSince ? seen : { ...seen, pastDueSince: since };
  });
}
