import type { Observation, SeenItem } from '../ledger/index.ts';
import type { CompactSubscription } from './compact.ts';
import type { Origin } from './compose.ts';

/** A state of a subscription on its way to an observation. */
export interface Seen {
  readonly observation: Observation;
  readonly origin: Origin;
  /** As it was told, or, of the past, as it is now: the discounts in it are put into the observation by `withDiscounts`. */
  readonly state: CompactSubscription;
}

export const inTime = ({ observation: a }: Seen, { observation: b }: Seen): number => a.at - b.at || a.seen - b.seen;

/** What invoices tell of items. */
interface Told {
  /** When (seconds) they tell something new of this item. */
  instants(item: SeenItem): readonly number[];
  /** The item with what they tell of it at an instant. */
  itemAt(item: SeenItem, at: number): SeenItem;
}

/** Puts what invoices tell into the states of one subscription; a state is cut in two where they tell something new while it stands. */
export function cutAt(line: readonly Seen[], { instants, itemAt }: Told): readonly Seen[] {
  const sorted = [...line].sort(inTime);
  return sorted.flatMap(({ observation: seen, origin, state }, n): Seen[] => {
    const until = sorted[n + 1]?.observation.at ?? Number.POSITIVE_INFINITY;
    const cuts = seen.items.flatMap(instants).filter((at) => at > seen.at && at < until);
    return [seen.at, ...[...new Set(cuts)].sort((a, b) => a - b)].map((at) => {
      const items = seen.items.map((item) => itemAt(item, at));
      return { observation: { ...seen, at, items }, origin: at === seen.at ? origin : { kind: 'invoices' }, state };
    });
  });
}
