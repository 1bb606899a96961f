import { type Amount, amount, share } from './amount.ts';

/** A billed line with its parts, in minor units: what was taken off it and what tax it carries. */
export interface CreditableLine {
  readonly amount: number;
  readonly discounts: readonly number[];
  readonly taxes: readonly { readonly amount: number; readonly taxable_amount: number }[];
}

export interface Credited {
  /** In the order of the line's discounts. */
  readonly discounts: readonly Amount[];
  /** In the order of the line's taxes. */
  readonly taxes: readonly { readonly amount: Amount; readonly taxable_amount: Amount }[];
}

/**
 * What the credit of a part of a line gives back of its discounts and taxes: in proportion, reckoned from all that was
 * credited so far, so that the credits of a line that is credited bit by bit add up to the line, to the cent.
 */
export function creditLine(line: CreditableLine, before: number, more: number): Credited {
  const part = (of: number): Amount =>
    line.amount === 0 ? amount(0) : amount(share(of, before + more, line.amount) - share(of, before, line.amount));
  return {
    discounts: line.discounts.map(part),
    taxes: line.taxes.map((tax) => ({ amount: part(tax.amount), taxable_amount: part(tax.taxable_amount) })),
  };
}
