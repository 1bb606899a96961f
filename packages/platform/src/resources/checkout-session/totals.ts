import { type InvoiceTotal, type Priced, priceAmount, type TaxRate, totalInvoice } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';

/** What an item costs today: nothing while a trial runs, and metered use is billed later. Minor units. */
function amountOf(item: StripeObject, trial: boolean): number {
  const { price, quantity } = item;
  if (price.type === 'recurring' && (trial || price.recurring.usage_type === 'metered')) return 0;
  return priceAmount(price as Priced & StripeObject, quantity ?? 1);
}

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
  /** A trial runs first, so what recurs costs nothing today. */
  readonly trial: boolean;
  /** The rates of items that name none (`subscription_data[default_tax_rates]`). */
  readonly defaultRates: readonly string[];
}

/** What a session comes to, by the same arithmetic as the invoice that may follow from it. */
export function totalOf(draft: Draft, session: StripeObject, { items, trial, defaultRates }: Priceable): InvoiceTotal {
  const lines = items.map((item) => ({
    amount: amountOf(item, trial),
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
    const subtotal = amountOf(item, given.trial);
    const discount = sum(line.discount_amounts);
    const exclusive = sum(line.taxes.filter((tax) => !tax.inclusive));
    const amounts = {
      amount_discount: discount,
      amount_subtotal: subtotal,
      amount_tax: sum(line.taxes),
      amount_total: subtotal - discount + exclusive,
    };
    draft.set(draft.get('item', item.id)!, amounts, { event: null });
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
