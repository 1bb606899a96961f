import { type InvoiceTotal, type TaxRate, totalInvoice } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';

/** The coupons behind the discounts of a session, in order. */
export const couponsOf = (draft: Draft, session: StripeObject): StripeObject[] =>
  ((session.discounts ?? []) as { coupon: string | null; promotion_code: string | null }[]).flatMap(({ coupon, promotion_code: code }) => {
    const found = draft.get('coupon', coupon ?? draft.get('promotion_code', code)?.promotion.coupon);
    return found === undefined ? [] : [found];
  });

const ratesOf = (draft: Draft, ids: readonly string[]): TaxRate[] =>
  ids.flatMap((id) => {
    const rate = draft.get('tax_rate', id);
    return rate === undefined ? [] : [{ id, percentage: rate.percentage, inclusive: rate.inclusive }];
  });

export interface Priceable {
  readonly items: readonly StripeObject[];
  /** What each of them costs today, in minor units. */
  readonly amounts: readonly number[];
  /** The rates of items that name none (`subscription_data[default_tax_rates]`). */
  readonly defaultRates: readonly string[];
}

/** What a session comes to, by the same arithmetic as the invoice that may follow from it. */
export function totalOf(draft: Draft, session: StripeObject, { items, amounts, defaultRates }: Priceable): InvoiceTotal {
  const lines = items.map((item, index) => ({
    amount: amounts[index]!,
    discountable: true,
    product: item.price.product as string,
    rates: ratesOf(draft, item.rates.length > 0 ? item.rates : defaultRates),
  }));
  const discounts = couponsOf(draft, session).map((coupon) => ({
    id: coupon.id,
    percent_off: coupon.percent_off,
    amount_off: coupon.amount_off,
    products: coupon.applies_to?.products,
  }));
  const exempt = (draft.get('customer', session.customer)?.tax_exempt ?? 'none') !== 'none';
  const shipping = session.shipping_cost === null ? undefined : { amount: session.shipping_cost.amount_subtotal as number, rates: [] };
  return totalInvoice({ lines, discounts, shipping, exempt });
}

const sum = (parts: readonly { readonly amount: number }[]): number => parts.reduce((all, part) => all + part.amount, 0);

/** Writes the amounts of the line items, and answers those of the session. */
export function total(draft: Draft, session: StripeObject, given: Priceable): Fields {
  const totals = totalOf(draft, session, given);
  given.items.forEach((item, index) => {
    const line = totals.lines[index]!;
    const subtotal = given.amounts[index]!;
    const discount = sum(line.discount_amounts);
    const exclusive = sum(line.taxes.filter((tax) => !tax.inclusive));
    const reckoned = {
      amount_discount: discount,
      amount_subtotal: subtotal,
      amount_tax: sum(line.taxes),
      amount_total: subtotal - discount + exclusive,
    };
    draft.set(draft.get('item', item.id)!, reckoned, { event: null });
  });
  return {
    amount_subtotal: totals.subtotal,
    amount_total: totals.total,
    total_details: {
      amount_discount: sum(totals.discount_amounts),
      amount_shipping: totals.shipping.amount_total,
      amount_tax: sum(totals.taxes),
    },
  };
}
