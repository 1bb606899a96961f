import { step } from '@annex/money';
import { type Draft, invalid, type Params } from '../engine/index.ts';
import { redeem } from './coupon.ts';

/** What a discount is on: an invoice, a subscription, one of its items … The customer is always named. */
export interface DiscountOwner {
  readonly customer: string;
  readonly subscription?: string;
  readonly subscription_item?: string;
  readonly invoice?: string;
  readonly invoice_item?: string;
}

export interface Redemption {
  readonly owner: DiscountOwner;
  /** The parameter, for refusals: `discounts`, `items[0][discounts]`. */
  readonly param: string;
}

const nothingGiven = (at: string) => invalid('Must provide a coupon, promotion_code or discount.', at, 'parameter_missing');
const inactiveCode = (at: string) => invalid('This promotion code is inactive.', at);

function redeemOne(draft: Draft, given: Params, owner: DiscountOwner, at: string): string {
  if (given.discount !== undefined) return draft.need('discount', given.discount, `${at}[discount]`).id;
  const code = given.promotion_code === undefined ? undefined : draft.need('promotion_code', given.promotion_code, `${at}[promotion_code]`);
  if (code !== undefined && !code.active) throw inactiveCode(`${at}[promotion_code]`);
  const id = code?.promotion.coupon ?? given.coupon;
  if (id === undefined) throw nothingGiven(at);
  const coupon = redeem(draft, id, code === undefined ? `${at}[coupon]` : `${at}[promotion_code]`);
  if (code !== undefined) draft.set(code, { times_redeemed: code.times_redeemed + 1 });
  const end = coupon.duration === 'repeating' ? step(draft.now, { interval: 'month', interval_count: coupon.duration_in_months }, 1) : null;
  const fields = { ...owner, end, promotion_code: code?.id ?? null, source: { coupon: coupon.id, type: 'coupon' }, start: draft.now };
  return draft.make('discount', fields, { event: null }).id;
}

/** `discounts[0][coupon|promotion_code|discount]` as discounts, in order; an empty value is none. */
export function redeemDiscounts(draft: Draft, given: unknown, redemption: Redemption): string[] {
  if (!Array.isArray(given)) return [];
  return given.map((each: Params, index) => redeemOne(draft, each, redemption.owner, `${redemption.param}[${index}]`));
}
