import { type Amount, amount, share } from './amount.ts';

/** A period of a subscription item, unix seconds; the end is not part of it. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * The part of a period's price that remains at an instant: seconds remaining over seconds in the period, rounded once. The
 * credit of an old configuration and the debit of a new one are each rounded on their own (documented), which is why a change
 * and its opposite at the same instant cancel out exactly.
 */
export function remaining(price: number, span: Span, at: number): Amount {
  if (span.end <= span.start) throw new RangeError(`a period must end after it begins: ${span.start} to ${span.end}`);
  const left = Math.min(Math.max(span.end - at, 0), span.end - span.start);
  return share(price, left, span.end - span.start);
}

/** What a change at an instant comes to: the old is credited, the new is charged. */
export function prorate(change: { before: number; after: number }, span: Span, at: number): { credit: Amount; debit: Amount } {
  return { credit: amount(-remaining(change.before, span, at)), debit: remaining(change.after, span, at) };
}

/** A line that was billed and is not yet credited: what it came to after its discounts, for which period. */
export interface Debit {
  readonly amount: number;
  readonly span: Span;
}

/**
 * The credit of a classic subscription: the unused part of what the item costs now, with the discounts that were last taken
 * off it, whatever was really billed.
 */
export const classicCredit = (item: { price: number; discount: number }, span: Span, at: number): Amount =>
  amount(-remaining(item.price - item.discount, span, at));

/**
 * The credits of a flexible subscription: the unused part of each line that was really billed, one credit for each, so that
 * a change that was never billed is never credited.
 */
export const flexibleCredits = (debits: readonly Debit[], at: number): Amount[] =>
  debits.map((debit) => amount(-remaining(debit.amount, debit.span, at)));
