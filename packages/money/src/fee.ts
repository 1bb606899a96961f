import { type Amount, amount, share } from './amount.ts';

/** 2.9 % + 30 minor units, rounded half up per charge: 1000 → 59, 2000 → 88 (captured in test mode). */
export const processingFee = (charged: number): Amount => amount(share(charged, 29, 1000) + 30);

/** Of a bank debit: 0.8 %, at most 500 minor units (published for ACH). */
export const debitFee = (debited: number): Amount => amount(Math.min(500, share(debited, 8, 1000)));

/** An application's share of a total, at most all of it; percent with up to two decimals, rounded half up. */
export const applicationFee = (total: number, percent: number, most: number): Amount =>
  amount(Math.max(0, Math.min(most, share(total, Math.round(percent * 100), 10_000))));

/** How much of a fee has gone back once so much of its charge has: in proportion, all of it with the last part. */
export const feeRefunded = (fee: number, refunded: number, charged: number): Amount =>
  refunded >= charged ? amount(fee) : share(fee, refunded, charged);

const DAY = 86_400;

/** The UTC midnight at which money becomes available, so many business days from an instant (unix seconds). */
export function availableOn(now: number, businessDays: number): number {
  let day = Math.floor(now / DAY);
  for (let left = businessDays; left > 0; ) {
    day += 1;
    // 1970-01-01 was a Thursday.
    const weekday = (day + 4) % 7;
    if (weekday !== 0 && weekday !== 6) left -= 1;
  }
  return day * DAY;
}
