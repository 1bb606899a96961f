import type { Business } from './business.ts';
import type { Scenario, Stay } from './scenario.ts';

/** What was decided for one subscription, from instant to instant (unix seconds). */
export interface LedgerStay {
  readonly periods: readonly { readonly at: number; readonly state: string; readonly plan: string; readonly quantity: number }[];
  readonly discount: { readonly percent_off: number; readonly duration: 'forever' | 'repeating'; readonly end: number | null } | null;
  /** When its end was asked for. */
  readonly asked: number | null;
}

/**
 * What the scenario decided, as data: made from the file alone, so that analytics can be held against it without trusting the platform.
 */
export interface Ledger {
  readonly business: string;
  readonly seed: number;
  readonly from: number;
  readonly to: number;
  /** By plan: minor units for one interval. */
  readonly plans: Readonly<Record<string, { readonly amount: number; readonly currency: string; readonly interval: 'month' | 'year' }>>;
  /** By the customer's `metadata.simulated`. */
  readonly customers: readonly { readonly key: string; readonly subscriptions: readonly LedgerStay[] }[];
}

const stayOf = ({ periods, coupon, couponEnd, asked }: Stay): LedgerStay => ({
  periods: periods.map(({ at, state, plan, seats }) => ({ at, state, plan: plan.key, quantity: seats })),
  discount:
    coupon === null
      ? null
      : { percent_off: coupon.percent_off, duration: coupon.months === null ? 'forever' : 'repeating', end: couponEnd },
  asked,
});

export function ledgerOf(business: Business, { from, to, customers }: Scenario): Ledger {
  return {
    ...{ business: business.name, seed: business.seed, from, to },
    plans: Object.fromEntries(business.plans.map(({ key, amount, currency, interval }) => [key, { amount, currency, interval }])),
    customers: customers.map(({ key, stays }) => ({ key, subscriptions: stays.map(stayOf) })),
  };
}
