import type { Draft, StripeObject } from '../../engine/index.ts';

/** Parts of a whole in proportion to their weights: floors, the remainder to the last (api-and-events 3.10: 500 over 1000 and 2000 is 166 and 334). */
export function share(total: number, weights: readonly number[]): number[] {
  const whole = weights.reduce((sum, weight) => sum + weight, 0);
  if (whole <= 0) return weights.map(() => 0);
  const parts = weights.map((weight) => Math.floor((total * weight) / whole));
  const last = weights.findLastIndex((weight) => weight > 0);
  parts[last]! += total - parts.reduce((sum, part) => sum + part, 0);
  return parts;
}

export interface Discounted {
  /** Per line, in the order of the lines; each with its discount. */
  readonly perLine: readonly (readonly { readonly amount: number; readonly discount: string }[])[];
  readonly totals: readonly { readonly amount: number; readonly discount: string }[];
  readonly amount: number;
}

/** Applies discounts in order, each to what the ones before it left; never below zero. */
export function discountLines(draft: Draft, lines: readonly StripeObject[], discounts: readonly StripeObject[]): Discounted {
  const left = lines.map((line) => (line.discountable ? Math.max(0, line.amount) : 0));
  const perLine: { amount: number; discount: string }[][] = lines.map(() => []);
  const totals: { amount: number; discount: string }[] = [];
  for (const discount of discounts) {
    const coupon = draft.get('coupon', discount.source.coupon) ?? discount.coupon_was;
    const applies = (line: StripeObject): boolean => {
      const products = coupon.applies_to?.products;
      return products === undefined || products.includes(line.pricing?.price_details?.product);
    };
    const weights = left.map((amount, index) => (applies(lines[index]!) ? amount : 0));
    const base = weights.reduce((sum, weight) => sum + weight, 0);
    const amount = coupon.percent_off !== null ? undefined : Math.min(coupon.amount_off, base);
    const parts = amount === undefined ? weights.map((weight) => Math.round((weight * coupon.percent_off) / 100)) : share(amount, weights);
    let total = 0;
    parts.forEach((part, index) => {
      if (part === 0) return;
      perLine[index]!.push({ amount: part, discount: discount.id });
      left[index]! -= part;
      total += part;
    });
    totals.push({ amount: total, discount: discount.id });
  }
  return { perLine, totals, amount: totals.reduce((sum, each) => sum + each.amount, 0) };
}
