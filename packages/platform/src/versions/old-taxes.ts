import type { StripeObject } from '../engine/index.ts';

interface Tax {
  readonly amount: number;
  readonly tax_behavior: 'exclusive' | 'inclusive';
  readonly tax_rate_details: { readonly tax_rate: string } | null;
  readonly taxability_reason: string;
  readonly taxable_amount: number | null;
}

/** Taxes as they were told before basil: `tax_amounts`. Their reason was null where there is none today. */
export const taxAmounts = (taxes: readonly Tax[] | null | undefined): StripeObject[] =>
  (taxes ?? []).map((tax) => ({
    amount: tax.amount,
    inclusive: tax.tax_behavior === 'inclusive',
    tax_rate: tax.tax_rate_details?.tax_rate ?? null,
    taxability_reason: tax.taxability_reason === 'not_available' ? null : tax.taxability_reason,
    taxable_amount: tax.taxable_amount,
  })) as unknown as StripeObject[];

export const sumOf = (taxes: readonly Tax[] | null | undefined): number => (taxes ?? []).reduce((sum, tax) => sum + tax.amount, 0);

/** An amount without the taxes that it includes. */
export const withoutTax = (amount: number, taxes: readonly Tax[] | null | undefined): number =>
  amount - sumOf((taxes ?? []).filter((tax) => tax.tax_behavior === 'inclusive'));

/** The price of one, as a decimal of at most twelve places; null where there is no quantity. */
export function unitAmount(amount: number, quantity: number | null | undefined): string | null {
  if (quantity === null || quantity === undefined || quantity === 0) return null;
  return String(Number((amount / quantity).toFixed(12)));
}
