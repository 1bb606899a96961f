import { type Discounted, discountLines as discounted } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';

/** An invoice's lines with its discounts applied, as the arithmetic of money does it. */
export function discountLines(draft: Draft, lines: readonly StripeObject[], discounts: readonly StripeObject[]): Discounted {
  const priced = lines.map((line) => ({
    amount: line.amount,
    discountable: line.discountable,
    product: line.pricing?.price_details?.product,
  }));
  const applied = discounts.flatMap((discount) => {
    const coupon = draft.get('coupon', discount.source.coupon);
    if (coupon === undefined) return [];
    return [{ id: discount.id, percent_off: coupon.percent_off, amount_off: coupon.amount_off, products: coupon.applies_to?.products }];
  });
  return discounted(priced, applied);
}
