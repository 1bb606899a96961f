import { type Amount, amount, plus, type Ratio, ratio, rounded, times, whole } from './amount.ts';
import { exactPriceAmount, type Priced } from './price-amount.ts';
import type { NetShare } from './tax.ts';

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
    /** `inclusive` where tax is part of the price. */
    readonly tax_behavior?: string | undefined;
    readonly recurring: { readonly interval: string; readonly interval_count: number; readonly usage_type?: string | undefined };
  };
  readonly quantity: number;
  /** Its own, taken off it alone before those of the subscription. */
  readonly discounts?: readonly MrrDiscount[] | undefined;
  /** Of a metered item: what its last closed period was invoiced at, in minor units. */
  readonly invoiced?: number | undefined;
  /** What of its amount is left without the tax inside it; the whole where it is not told. */
  readonly without_tax?: NetShare | undefined;
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

const minus = (a: Ratio, b: Ratio): Ratio => plus(a, { over: -b.over, under: b.under });
const isLess = (a: Ratio, b: Ratio): boolean => a.over * b.under < b.over * a.under;

/** A fixed discount is taken off every invoice: it counts by the shortest period it applies to, spread by what is left of each item. */
function takeOff(months: readonly Ratio[], items: readonly MrrItem[], discount: MrrDiscount): Ratio[] {
  const eligible = items.map((item, index) => applies(discount, item) && months[index]!.over > 0n);
  const base = months.reduce((sum, month, index) => (eligible[index] ? plus(sum, month) : sum), whole(0));
  if (base.over <= 0n) return [...months];
  const factors = items.flatMap(({ price }, index) =>
    eligible[index] ? [monthFactor(price.recurring.interval, price.recurring.interval_count)] : [],
  );
  const invoices = factors.reduce((most, factor) => (isLess(most, factor) ? factor : most));
  const off = times(whole(discount.amount_off ?? 0), invoices);
  const capped = isLess(base, off) ? base : off;
  return months.map((month, index) =>
    eligible[index] ? minus(month, times(capped, { over: month.over * base.under, under: month.under * base.over })) : month,
  );
}

const percentOff = (months: readonly Ratio[], items: readonly MrrItem[], discount: MrrDiscount): Ratio[] => {
  const percent = ratio(String(discount.percent_off));
  const left = { over: 100n * percent.under - percent.over, under: 100n * percent.under };
  return months.map((month, index) => (applies(discount, items[index]!) ? times(month, left) : month));
};

const lessen = (months: readonly Ratio[], items: readonly MrrItem[], discount: MrrDiscount): Ratio[] =>
  discount.percent_off === null ? takeOff(months, items, discount) : percentOff(months, items, discount);

const withoutTax = (month: Ratio, { without_tax: left }: MrrItem): Ratio =>
  left === undefined ? month : times(month, { over: BigInt(left.net), under: BigInt(left.gross) });

/**
 * The integer MRR of each item of a subscription at an instant: its period's price made monthly, less its own discounts
 * and the subscription's in their order, less the tax inside what is left, rounded half up once per item, never below zero. Metered items count nothing, or what their last period was invoiced at.
 */
export function itemMrr(
  items: readonly MrrItem[],
  discounts: readonly MrrDiscount[],
  options: { at: number; counted: CountedDiscounts; metered?: boolean },
): Amount[] {
  let months: Ratio[] = items.map((item) => {
    const { interval, interval_count: count } = item.price.recurring;
    const period = metered(item) ? whole(options.metered === true ? (item.invoiced ?? 0) : 0) : exactPriceAmount(item.price, item.quantity);
    return times(period, monthFactor(interval, count));
  });
  items.forEach((item, index) => {
    const own = inForce(item.discounts ?? [], options.at, options.counted);
    for (const discount of own) [months[index]] = lessen([months[index]!], [item], discount) as [Ratio];
  });
  for (const discount of inForce(discounts, options.at, options.counted)) months = lessen(months, items, discount);
  return months.map((month, index) => amount(Math.max(0, rounded(withoutTax(month, items[index]!)))));
}
