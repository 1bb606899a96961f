import { type Amount, share } from './amount.ts';

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
  return { credit: -remaining(change.before, span, at) as Amount, debit: remaining(change.after, span, at) };
}
