import { type BilledLine, type Discount, type InvoiceTotal, settleInvoice, totalInvoice } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { balanceIn } from '../customer-balance.ts';
import { amountOff, couponOf } from '../discount.ts';
import { asTaxes, ratesOf, reasonFor, termsOf } from './tax.ts';

/** What the totals of an invoice depend on beside its lines. */
export interface BillTerms {
  readonly customer: StripeObject;
  readonly currency: string;
  readonly discounts: readonly StripeObject[];
  readonly default_tax_rates: readonly StripeObject[];
  readonly customer_tax_exempt: unknown;
  readonly shipping_cost: { readonly amount_subtotal: number } | null;
}

/** Discounts as the arithmetic of money takes them, in the currency of what they are taken off. */
export const asDiscounts = (draft: Draft, discounts: readonly StripeObject[], currency: string): Discount[] =>
  discounts.flatMap((discount) => {
    const coupon = couponOf(draft, discount);
    if (coupon === undefined) return [];
    const off = coupon.percent_off === null ? (amountOff(coupon, currency) ?? 0) : null;
    return [{ id: discount.id, percent_off: coupon.percent_off, amount_off: off, products: coupon.applies_to?.products }];
  });

const found = (draft: Draft, ids: readonly string[]): StripeObject[] =>
  ids.map((id) => draft.get('discount', id)).filter((discount) => discount !== undefined);

function billed(draft: Draft, line: StripeObject, terms: BillTerms): BilledLine {
  return {
    amount: line.amount,
    discountable: line.discountable,
    product: line.pricing?.price_details?.product,
    discounts: asDiscounts(draft, found(draft, line.discounts), terms.currency),
    rates: ratesOf(draft, line, terms.default_tax_rates),
    taxes: termsOf(draft, line.id)?.taxes,
  };
}

const pretax = (amounts: InvoiceTotal['discount_amounts']): Fields[] => amounts.map((each) => ({ ...each, type: 'discount' }));

export interface Totals {
  /** Fields of each line, in the order of the lines. */
  readonly lines: readonly Fields[];
  readonly invoice: Fields;
}

/** Amounts of a draft and of its lines. What is due takes the customer's present balance into account. */
export function totalsOf(draft: Draft, lines: readonly StripeObject[], terms: BillTerms): Totals {
  const total = totalInvoice({
    lines: lines.map((line) => billed(draft, line, terms)),
    discounts: asDiscounts(draft, terms.discounts, terms.currency),
    exempt: terms.customer_tax_exempt === 'exempt' || terms.customer_tax_exempt === 'reverse',
    shipping: terms.shipping_cost === null ? undefined : { amount: terms.shipping_cost.amount_subtotal, rates: [] },
  });
  const reason = reasonFor(terms.customer_tax_exempt);
  const starting = balanceIn(terms.customer, terms.currency);
  const { due } = settleInvoice(total.total, starting, terms.currency);
  return {
    lines: total.lines.map((line) => ({
      discount_amounts: line.discount_amounts,
      pretax_credit_amounts: pretax(line.discount_amounts),
      taxes: asTaxes(line.taxes, reason),
    })),
    invoice: {
      amount_due: due,
      amount_remaining: due,
      amount_shipping: total.shipping.amount_total,
      starting_balance: starting,
      subtotal: total.subtotal,
      subtotal_excluding_tax: total.subtotal_excluding_tax,
      total: total.total,
      total_excluding_tax: total.total_excluding_tax,
      total_discount_amounts: total.discount_amounts,
      total_pretax_credit_amounts: pretax(total.discount_amounts),
      total_taxes: asTaxes(total.taxes, reason),
    },
  };
}

const billTerms = (draft: Draft, invoice: StripeObject): BillTerms => ({
  customer: draft.get('customer', invoice.customer)!,
  currency: invoice.currency,
  discounts: found(draft, invoice.discounts),
  default_tax_rates: invoice.default_tax_rates ?? [],
  customer_tax_exempt: invoice.customer_tax_exempt,
  shipping_cost: invoice.shipping_cost ?? null,
});

/** The lines of an invoice, oldest first: the order in which discounts are split over them. */
export const linesOf = (draft: Draft, invoice: string): StripeObject[] => draft.find('line_item', [['invoice', invoice]]).reverse();

/** Amounts of a draft after its lines or its terms have changed. Tells nothing: what changed is told by who changed it. */
export function retotal(draft: Draft, id: string): StripeObject {
  const invoice = draft.get('invoice', id)!;
  const lines = linesOf(draft, id);
  const totals = totalsOf(draft, lines, billTerms(draft, invoice));
  lines.forEach((line, index) => {
    draft.set(line, totals.lines[index]!, { event: null });
  });
  return draft.set(draft.get('invoice', id)!, totals.invoice, { event: null });
}
