import { discountLines, type Priced, priceAmount } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';

/** What an item costs today: nothing while a trial runs, and metered use is billed later. */
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

/** Writes the amounts of its line items, and answers those of the session. Minor units. */
export function total(draft: Draft, session: StripeObject, given: { items: readonly StripeObject[]; trial: boolean }): Fields {
  const { items, trial } = given;
  const lines = items.map((item) => ({ amount: amountOf(item, trial), discountable: true, product: item.price.product as string }));
  const coupons = couponsOf(draft, session).map((coupon) => ({
    id: coupon.id,
    percent_off: coupon.percent_off,
    amount_off: coupon.amount_off,
    products: coupon.applies_to?.products,
  }));
  const discounted = discountLines(lines, coupons);
  const parts = items.map((item, index) => {
    const subtotal = lines[index]!.amount;
    const discount = discounted.perLine[index]!.reduce((sum, part) => sum + part.amount, 0);
    const amounts = { amount_discount: discount, amount_subtotal: subtotal, amount_tax: 0, amount_total: subtotal - discount };
    draft.set(draft.get('item', item.id)!, amounts, { event: null });
    return amounts;
  });
  const sum = (name: 'amount_subtotal' | 'amount_discount' | 'amount_tax' | 'amount_total'): number =>
    parts.reduce((all, part) => all + part[name], 0);
  return {
    amount_subtotal: sum('amount_subtotal'),
    amount_total: sum('amount_total'),
    total_details: { amount_discount: sum('amount_discount'), amount_shipping: 0, amount_tax: sum('amount_tax') },
  };
}
