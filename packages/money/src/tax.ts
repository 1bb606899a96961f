import { allocate } from './allocate.ts';
import { type Amount, amount, plus, share as portion, type Ratio, ratio, rounded, times, whole } from './amount.ts';

/** What of a tax rate its arithmetic depends on. The percentage has up to four decimals. */
export interface TaxRate {
  readonly id: string;
  readonly percentage: number;
  /** An inclusive rate is part of the price; an exclusive one comes on top of it. */
  readonly inclusive: boolean;
}

export interface Tax {
  readonly rate: string;
  readonly inclusive: boolean;
  readonly amount: Amount;
  /** What the percentage was taken of: the price without any inclusive tax. */
  readonly taxable_amount: Amount;
}

export interface Taxed {
  /** In the order of the rates. */
  readonly taxes: readonly Tax[];
  /** The price without any tax. */
  readonly net: Amount;
  /** What is added to the price. */
  readonly exclusive: Amount;
}

const ONE: Ratio = whole(1);
const HUNDREDTH: Ratio = { over: 1n, under: 100n };
/** `String` writes small numbers as `1e-7`; a rate has at most four decimals. */
const share = (rate: TaxRate): Ratio => times(ratio(rate.percentage.toFixed(4)), HUNDREDTH);

/**
 * The taxes of one price, already discounted, in minor units; negative for a credit. Rounded half away from zero, on each
 * line, once per rate: Stripe's default, and the only way in which the taxes of the lines add up to those of the invoice.
 * Of inclusive rates the price without tax is rounded, and what is left of the price is split by their percentages, so that
 * nothing is lost between them. Exclusive rates are taken of the price without inclusive tax; rates never tax each other.
 */
export function taxOf(price: number, rates: readonly TaxRate[]): Taxed {
  const within = rates.filter((rate) => rate.inclusive);
  const all = within.reduce((sum, rate) => plus(sum, share(rate)), whole(0));
  const grown = plus(ONE, all);
  const net = rounded(times(whole(price), { over: grown.under, under: grown.over }));
  const parts = within.some((rate) => rate.percentage > 0)
    ? allocate(
        price - net,
        within.map((rate) => Math.round(rate.percentage * 10_000)),
      )
    : within.map(() => amount(0));
  let next = 0;
  const taxes = rates.map(
    (rate): Tax => ({
      rate: rate.id,
      inclusive: rate.inclusive,
      amount: rate.inclusive ? parts[next++]! : rounded(times(whole(net), share(rate))),
      taxable_amount: net,
    }),
  );
  const exclusive = taxes.reduce((sum, tax) => (tax.inclusive ? sum : sum + tax.amount), 0);
  return { taxes, net, exclusive: amount(exclusive) };
}

/** Taxes that were reckoned elsewhere: their amounts are taken as they are given. */
export function taxAsGiven(price: number, taxes: readonly Tax[]): Taxed {
  const of = (inclusive: boolean): number => taxes.reduce((sum, tax) => (tax.inclusive === inclusive ? sum + tax.amount : sum), 0);
  return { taxes, net: amount(price - of(true)), exclusive: amount(of(false)) };
}

/** Nothing is owed by an exempt customer, but the rates are still named; the price stays what it is. */
export const untaxed = (price: number, rates: readonly TaxRate[]): Taxed => ({
  taxes: rates.map((rate) => ({ rate: rate.id, inclusive: rate.inclusive, amount: amount(0), taxable_amount: amount(price) })),
  net: amount(price),
  exclusive: amount(0),
});

/** What of a price is left without the tax that it includes: `net` of every `gross`. Whole numbers. */
export interface NetShare {
  readonly net: number;
  readonly gross: number;
}

export const netOf = (price: number, { net, gross }: NetShare): Amount => portion(price, net, gross);

/**
 * The share behind a billed amount that came to `gross` with and to `net` without the tax inside it. Both were rounded, the rate was
 * not, and it is sought so that other amounts come out right too: of a percentage's four decimals the fewest that lead from this gross
 * to this net. Where none does (only a part was taxed), the amounts themselves are the share.
 */
export function netShare(gross: number, net: number): NetShare {
  if (!(net > 0 && gross >= net)) throw new RangeError(`${net} is no price without the tax in ${gross}`);
  for (let unit = 1; unit <= 10_000; unit *= 10) {
    const found = { net: 100 * unit, gross: 100 * unit + portion(gross - net, 100 * unit, net) };
    if (netOf(gross, found) === net) return found;
  }
  return { net, gross };
}

/** Taxes of several lines as one row per rate, in the order in which the rates first appear. */
export function sumTaxes(taxes: readonly Tax[]): Tax[] {
  const sums = new Map<string, Tax>();
  for (const tax of taxes) {
    const known = sums.get(tax.rate);
    sums.set(tax.rate, {
      ...tax,
      amount: amount((known?.amount ?? 0) + tax.amount),
      taxable_amount: amount((known?.taxable_amount ?? 0) + tax.taxable_amount),
    });
  }
  return [...sums.values()];
}
