import { allocate } from './allocate.ts';
import { type Amount, amount, share } from './amount.ts';

export interface Discount {
  readonly id: string;
  readonly percent_off: number | null;
  /** Minor units of the invoice's currency. */
  readonly amount_off: number | null;
  /** Products it is limited to. */
  readonly products?: readonly string[] | undefined;
}

export interface DiscountableLine {
  readonly amount: number;
  readonly discountable: boolean;
  readonly product?: string | undefined;
}

export interface DiscountAmount {
  readonly amount: Amount;
  readonly discount: string;
}

export interface Discounted {
  /** Per line, in the order of the lines. */
  readonly perLine: readonly (readonly DiscountAmount[])[];
  /** Per discount, in the order of the discounts: the sum over the lines. */
  readonly totals: readonly DiscountAmount[];
  readonly amount: Amount;
}

/**
 * Applies discounts in order, each to what the ones before it left of the lines it applies to; never below zero. A percent is
 * rounded on each line; a fixed amount is split over the lines by what is left of them. Percents have up to two decimals.
 */
export function discountLines(lines: readonly DiscountableLine[], discounts: readonly Discount[]): Discounted {
  const left = lines.map((line) => (line.discountable ? Math.max(0, line.amount) : 0));
  const perLine: DiscountAmount[][] = lines.map(() => []);
  const totals = discounts.map((discount): DiscountAmount => {
    const applies = (line: DiscountableLine): boolean => discount.products === undefined || discount.products.includes(line.product ?? '');
    const weights = left.map((rest, index) => (applies(lines[index]!) ? rest : 0));
    const base = weights.reduce((sum, weight) => sum + weight, 0);
    const parts =
      discount.percent_off !== null
        ? weights.map((weight) => share(weight, Math.round(discount.percent_off! * 100), 10_000))
        : base === 0
          ? weights.map(() => amount(0))
          : allocate(Math.min(discount.amount_off ?? 0, base), weights);
    parts.forEach((part, index) => {
      if (part === 0) return;
      perLine[index]!.push({ amount: part, discount: discount.id });
      left[index]! -= part;
    });
    return { amount: amount(parts.reduce((sum, part) => sum + part, 0)), discount: discount.id };
  });
  return { perLine, totals, amount: amount(totals.reduce((sum, each) => sum + each.amount, 0)) };
}
