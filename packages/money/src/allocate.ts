import { type Amount, amount } from './amount.ts';

/**
 * Splits a total by weights so that the parts add up to it: each part is rounded down, and what is left goes to the last
 * weighted part (documented for coupons: 500 over 1000 and 2000 is 166 and 334). No weight, no part. Weights are not negative.
 */
export function allocate(total: number, weights: readonly number[]): Amount[] {
  if (weights.some((weight) => weight < 0)) throw new RangeError(`weights must not be negative: ${weights.join(', ')}`);
  const sum = weights.reduce((all, weight) => all + BigInt(weight), 0n);
  if (sum === 0n) {
    if (total !== 0) throw new RangeError(`${total} cannot be split: all weights are 0`);
    return weights.map(() => amount(0));
  }
  const sign = total < 0 ? -1 : 1;
  const size = BigInt(Math.abs(total));
  const parts = weights.map((weight) => Number((size * BigInt(weight)) / sum));
  const last = weights.findLastIndex((weight) => weight > 0);
  parts[last]! += Math.abs(total) - parts.reduce((all, part) => all + part, 0);
  return parts.map((part) => amount(part === 0 ? 0 : sign * part));
}
