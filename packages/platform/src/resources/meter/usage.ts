import type { Draft, StripeObject } from '../../engine/index.ts';

/** One report of use as it is kept. Its id is the meter and the identifier, its `key` who used what. */
export const METER_EVENT = 'annex.meter_event';
export const usageKey = (meter: string, customer: string): string => `${meter}/${customer}`;

export interface UsageWindow {
  readonly customer: string;
  /** Unix seconds; the end is not part of it. */
  readonly start: number;
  readonly end: number;
}

type Formula = 'sum' | 'count' | 'last';

/** Reports of a customer to a meter in a window, oldest first. */
export const reportsIn = (draft: Draft, meter: string, { customer, start, end }: UsageWindow): StripeObject[] =>
  draft
    .find(METER_EVENT, [['key', usageKey(meter, customer)]], (row) => !row.canceled && row.timestamp >= start && row.timestamp < end)
    .reverse()
    .sort((a, b) => a.timestamp - b.timestamp);

const FORMULAS: Readonly<Record<Formula, (values: readonly number[]) => number>> = {
  sum: (values) => values.reduce((sum, value) => sum + value, 0),
  count: (values) => values.length,
  last: (values) => values.at(-1) ?? 0,
};

/** What a meter comes to for a customer in a window. */
export const aggregate = (draft: Draft, meter: StripeObject, window: UsageWindow): number =>
  FORMULAS[meter.default_aggregation.formula as Formula](reportsIn(draft, meter.id, window).map((row) => row.value));

/** The use of a metered item in a period. Fractions of a unit are rounded up, use below nothing is nothing. */
export function usageOf(draft: Draft, item: StripeObject, window: UsageWindow): number {
  const meter = draft.get('billing.meter', item.price.recurring.meter);
  return meter === undefined ? 0 : Math.max(0, Math.ceil(aggregate(draft, meter, window)));
}
