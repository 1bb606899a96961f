import { type Amount, amount, type Ratio, ratio, rounded, times, whole } from './amount.ts';
import { type Priced, priceAmount } from './price-amount.ts';

/** How a discount counts in MRR: it recurs for ever, for some months, or not at all. */
export type Duration = 'forever' | 'repeating' | 'once';

export interface MrrDiscount {
  readonly duration: Duration;
  readonly percent_off: number | null;
  readonly amount_off: number | null;
  /** Unix seconds; null while it has no end. */
  readonly end: number | null;
  readonly products?: readonly string[] | undefined;
}

export interface MrrItem {
  readonly price: Priced & {
    readonly product?: string | undefined;
    readonly recurring: { readonly interval: string; readonly interval_count: number; readonly usage_type?: string | undefined };
  };
  readonly quantity: number;
}

/** Which discounts are subtracted. A preset of the analytics. */
export type CountedDiscounts = ReadonlySet<Duration>;

const WEEKS = { over: 52n, under: 12n };
const DAYS = { over: 365n, under: 12n };

/** A period's price as a month's: year 1/12n, month 1/n, week 52/12n, day 365/12n. */
export function monthFactor(interval: string, count: number): Ratio {
  const per = { over: 1n, under: BigInt(count) };
  switch (interval) {
    case 'year':
      return { over: 1n, under: 12n * BigInt(count) };
    case 'month':
      return per;
    case 'week':
      return times(WEEKS, per);
    case 'day':
      return times(DAYS, per);
    default:
      throw new RangeError(`${interval} is no billing interval`);
  }
}

const metered = (item: MrrItem): boolean => item.price.recurring.usage_type === 'metered';

/** Discounts in force at an instant, of the durations that count. */
const inForce = (discounts: readonly MrrDiscount[], at: number, counted: CountedDiscounts): MrrDiscount[] =>
  discounts.filter((discount) => counted.has(discount.duration) && (discount.end === null || discount.end > at));

const applies = (discount: MrrDiscount, item: MrrItem): boolean =>
  discount.products === undefined || discount.products.includes(item.price.product ?? '');

/**
 * The integer MRR of each item of a subscription at an instant: its period's price made monthly, less its discounts, rounded
 * half up once per item, never below zero. Metered items count nothing. A fixed discount is per invoice: it is made monthly by
 * the item's own period and spread over the items it applies to by their share.
 */
export function itemMrr(
  items: readonly MrrItem[],
  discounts: readonly MrrDiscount[],
  options: { at: number; counted: CountedDiscounts },
): Amount[] {
  const active = inForce(discounts, options.at, options.counted);
  const prices = items.map((item) => (metered(item) ? 0 : priceAmount(item.price, item.quantity)));
  return items.map((item, index) => {
    let period: Ratio = whole(prices[index]!);
    for (const discount of active) {
      if (!applies(discount, item)) continue;
      if (discount.percent_off !== null) {
        const percent = ratio(String(discount.percent_off));
        period = times(period, { over: 100n * percent.under - percent.over, under: 100n * percent.under });
        continue;
      }
      const base = items.reduce((sum, other, at) => (applies(discount, other) ? sum + prices[at]! : sum), 0);
      if (base === 0) continue;
      const off = times(whole(discount.amount_off ?? 0), { over: BigInt(prices[index]!), under: BigInt(base) });
      period = { over: period.over * off.under - off.over * period.under, under: period.under * off.under };
    }
    const { interval, interval_count: count } = item.price.recurring;
    return amount(Math.max(0, rounded(times(period, monthFactor(interval, count)))));
  });
}
