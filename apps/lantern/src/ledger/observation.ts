import type { Duration, MrrDiscount, MrrItem } from '@annex/money';

/** An item of a subscription as it was seen; prices in Stripe's words. */
export interface SeenItem extends MrrItem {
  readonly id: string;
}

export interface SeenDiscount {
  readonly id: string;
  readonly duration: Duration;
  readonly percent_off: number | null;
  readonly amount_off: number | null;
  /** Unix seconds; null without an end. */
  readonly end: number | null;
  readonly products?: readonly string[] | undefined;
}

/**
 * A subscription in the state that holds from an instant on, until the next observation of it. Back-filled ones are
 * reconstructed from invoices, because the API tells only the present: they say so.
 */
export interface Observation {
  readonly subscription: string;
  readonly customer: string;
  readonly currency: string;
  /** Unix seconds: from when on it holds. */
  readonly at: number;
  /** Unix milliseconds: when it was seen; of two states from the same instant on, the one seen later holds. */
  readonly seen: number;
  readonly status: string;
  readonly items: readonly SeenItem[];
  readonly discounts: readonly SeenDiscount[];
  /** `pause_collection.behavior`, or null. */
  readonly paused: string | null;
  /** An end is scheduled (`cancel_at`, `cancel_at_period_end`). */
  readonly ending: boolean;
  /** Unix seconds, while it is past due. */
  readonly pastDueSince: number | null;
  /** What the customer said when leaving (`cancellation_details.reason` or `.feedback`). */
  readonly because: string | null;
  readonly reconstructed: boolean;
}

/** Of the subscription and of its items. */
export const allDiscounts = ({ discounts, items }: Pick<Observation, 'discounts' | 'items'>): readonly MrrDiscount[] =>
  items.some((item) => item.discounts !== undefined) ? [...discounts, ...items.flatMap((item) => item.discounts ?? [])] : discounts;

/** What decides between two states of one subscription that hold from the same instant on and were seen at the same one. */
const text = (observation: Observation): string => JSON.stringify(observation, Object.keys(observation).sort().concat(NESTED));
/** Every key that may stand inside: JSON.stringify keeps only those that it is told. */
const NESTED = [
  'amount_off',
  'billing_scheme',
  'divide_by',
  'duration',
  'end',
  'flat_amount_decimal',
  'gross',
  'id',
  'interval',
  'interval_count',
  'invoiced',
  'net',
  'percent_off',
  'price',
  'product',
  'products',
  'quantity',
  'recurring',
  'round',
  'tax_behavior',
  'tiers',
  'tiers_mode',
  'transform_quantity',
  'unit_amount_decimal',
  'up_to',
  'usage_type',
  'without_tax',
  '0',
  '1',
];

/** Earliest first. The text decides where the times do not; it costs more than everything else here, so it is made only then. */
function byTime(): (a: Observation, b: Observation) => number {
  const made = new Map<Observation, string>();
  const textOf = (one: Observation): string => {
    const known = made.get(one) ?? text(one);
    made.set(one, known);
    return known;
  };
  return (a, b) => a.at - b.at || a.seen - b.seen || (textOf(a) < textOf(b) ? -1 : textOf(a) > textOf(b) ? 1 : 0);
}

/** The timelines of all subscriptions: in order, each instant once, whatever the order and number of what was given. */
export function timelines(observations: readonly Observation[]): Map<string, Observation[]> {
  const found = new Map<string, Observation[]>();
  for (const observation of observations) {
    const line = found.get(observation.subscription);
    if (line === undefined) found.set(observation.subscription, [observation]);
    else line.push(observation);
  }
  const lines = [...found].sort(([a], [b]) => (a < b ? -1 : 1));
  return new Map(lines.map(([subscription, line]) => [subscription, eachInstantOnce(line.sort(byTime()))]));
}

/** Of states that hold from the same instant on, the last. */
const eachInstantOnce = (line: readonly Observation[]): Observation[] => line.filter((one, n) => line[n + 1]?.at !== one.at);
