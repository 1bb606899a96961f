import type { Draft, Fields, StripeObject } from '../../engine/index.ts';

const DAY = 86_400;

export interface FeeDetail {
  readonly amount: number;
  readonly application: string | null;
  readonly currency: string;
  readonly description: string;
  readonly type: 'stripe_fee' | 'application_fee';
}

/** 2.9 % + 30 minor units, rounded half up per charge: 1000 → 59, 2000 → 88 (api-and-events 3.5, captured in test mode). */
export const processingFee = (amount: number): number => Math.floor((amount * 29 + 500) / 1000) + 30;

export const stripeFee = (amount: number, currency: string): FeeDetail => ({
  amount: processingFee(amount),
  application: null,
  currency,
  description: 'Stripe processing fees',
  type: 'stripe_fee',
});

/** The UTC midnight at which a movement becomes available: two business days later, as for accounts in the US. */
export function availableOn(now: number, businessDays: number): number {
  let day = Math.floor(now / DAY);
  for (let left = businessDays; left > 0; ) {
    day += 1;
    // 1970-01-01 was a Thursday: day 2 of the epoch a Saturday, day 3 a Sunday.
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return day * DAY;
}

export interface Movement {
  /** Signed, minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly type: string;
  readonly reporting_category: string;
  readonly source: string;
  readonly description: string | null;
  readonly fee_details?: readonly FeeDetail[];
  /** Unix seconds; now for refunds and payouts. */
  readonly available_on: number;
}

/** One line of the account's ledger. Balance transactions tell no events. */
export function post(draft: Draft, movement: Movement): StripeObject {
  const details = movement.fee_details ?? [];
  const fee = details.reduce((sum, detail) => sum + detail.amount, 0);
  const { amount, currency, type, reporting_category: category, source, description, available_on: available } = movement;
  const fields: Fields = {
    amount,
    available_on: available,
    balance_type: 'payments',
    created: draft.now,
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details: details,
    net: amount - fee,
    reporting_category: category,
    source,
    status: available <= draft.now ? 'available' : 'pending',
    type,
  };
  return draft.insert({ id: draft.id('balance_transaction'), object: 'balance_transaction', ...fields });
}
