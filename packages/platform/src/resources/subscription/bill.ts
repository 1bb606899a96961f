import { format, step } from '@annex/money';
import { type Draft, invalid, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { redeem } from '../coupon.ts';
import type { NewLine } from '../invoice/lines.ts';
import { insertInvoice } from '../invoice/make.ts';
import { pendingItems } from '../invoice/pending.ts';
import { itemAmount, itemsOf } from './items.ts';

const EVERY: Readonly<Record<string, string>> = { day: 'day', week: 'week', month: 'month', year: 'year' };

/** `1 × Pro (at $20.00 / month)`, `Free trial for 1 × Pro`. */
function describe(draft: Draft, item: StripeObject, trial: boolean): string {
  const { price } = item;
  const name = draft.get('product', price.product)?.name ?? price.product;
  const quantity = item.quantity ?? 1;
  if (trial) return `Free trial for ${quantity} × ${name}`;
  const every =
    price.recurring.interval_count === 1
      ? EVERY[price.recurring.interval]
      : `${price.recurring.interval_count} ${price.recurring.interval}s`;
  const at = price.unit_amount === null ? '' : ` (at ${format(price.unit_amount, price.currency)} / ${every})`;
  return `${quantity} × ${name}${at}`;
}

/** The lines of a subscription for the periods its items are in. */
export function linesFor(draft: Draft, subscription: StripeObject, trial: boolean): NewLine[] {
  return itemsOf(draft, subscription.id).map((item) => ({
    amount: trial ? 0 : itemAmount(draft.get('price', item.price.id) ?? item.price, item.quantity ?? 0),
    currency: subscription.currency,
    description: describe(draft, item, trial),
    period: { start: item.current_period_start, end: item.current_period_end },
    price: item.price,
    quantity: item.quantity ?? 0,
    subscription: subscription.id,
    subscription_item: item.id,
    metadata: subscription.metadata,
  }));
}

/** Discounts that still apply at this instant. */
export const activeDiscounts = (draft: Draft, subscription: StripeObject): StripeObject[] =>
  (subscription.discounts as string[])
    .map((id) => draft.get('discount', id))
    .filter((discount): discount is StripeObject => discount !== undefined && (discount.end === null || discount.end > draft.now));

export interface Billing {
  readonly reason: string;
  readonly trial?: boolean;
  /** The interval just ended, or the moment of creation. */
  readonly period: { readonly start: number; readonly end: number };
  readonly lines?: readonly NewLine[];
}

/** A subscription's invoice as a draft: pending items first, then the items' new periods. */
export function billSubscription(draft: Draft, subscription: StripeObject, billing: Billing): StripeObject {
  const customer = draft.get('customer', subscription.customer)!;
  const discounts = activeDiscounts(draft, subscription);
  const invoice = insertInvoice(draft, {
    customer,
    currency: subscription.currency,
    billing_reason: billing.reason,
    collection_method: subscription.collection_method,
    lines: billing.lines ?? linesFor(draft, subscription, billing.trial ?? false),
    items: pendingItems(draft, customer.id, { currency: subscription.currency, subscription: subscription.id }),
    subscription,
    discounts,
    auto_advance: true,
    days_until_due: subscription.days_until_due,
    period: billing.period,
  });
  draft.set(
    draft.get('subscription', subscription.id)!,
    { latest_invoice: invoice.id, discounts: afterUse(draft, subscription, discounts) },
    { event: null },
  );
  return draft.get('invoice', invoice.id)!;
}

/** A coupon of duration `once` is used up by the invoice it was applied to. */
function afterUse(draft: Draft, subscription: StripeObject, used: readonly StripeObject[]): string[] {
  const spent = new Set(
    used.filter((discount) => draft.get('coupon', discount.source.coupon)?.duration === 'once').map((discount) => discount.id),
  );
  return (subscription.discounts as string[]).filter((id) => !spent.has(id));
}

/** `discounts[0][coupon]` and `[promotion_code]` as discounts of a subscription. */
export function insertDiscounts(draft: Draft, params: Params, of: { customer: string; subscription: string }): string[] {
  if (!Array.isArray(params.discounts)) return [];
  return params.discounts.map((given: Params, index: number) => {
    const at = `discounts[${index}]`;
    const code =
      given.promotion_code === undefined ? undefined : draft.need('promotion_code', given.promotion_code, `${at}[promotion_code]`);
    if (code !== undefined && !code.active) throw invalid('This promotion code is inactive.', `${at}[promotion_code]`);
    const couponId = code?.promotion.coupon ?? given.coupon;
    if (couponId === undefined) throw invalid('Must provide a coupon, promotion_code or discount.', at, 'parameter_missing');
    const coupon = redeem(draft, couponId, code === undefined ? `${at}[coupon]` : `${at}[promotion_code]`);
    if (code !== undefined) draft.set(code, { times_redeemed: code.times_redeemed + 1 });
    const months = coupon.duration === 'repeating' ? coupon.duration_in_months : undefined;
    const end = months === undefined ? null : step(draft.now, { interval: 'month', interval_count: months }, 1);
    const fields = { ...of, end, promotion_code: code?.id ?? null, source: { coupon: coupon.id, type: 'coupon' }, start: draft.now };
    return draft.make('discount', fields, { event: null }).id;
  });
}

export const noPaymentMethod = () =>
  refuse({
    status: 400,
    code: 'resource_missing',
    message:
      'This customer has no attached payment source or default payment method. Please consider adding a default payment method. For more information, visit https://stripe.com/docs/billing/subscriptions/payment-methods-setting#payment-method-priority.',
  });
