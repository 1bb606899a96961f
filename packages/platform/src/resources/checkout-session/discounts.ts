import { type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';

const oneOnly = () => invalid('You may only pass one discount.', 'discounts');
const eitherOr = (at: string) => invalid('Must provide a coupon or a promotion_code.', at, 'parameter_missing');
const notRedeemable = (at: string, why: string) => invalid(`This discount cannot be used: ${why}.`, at, 'coupon_expired');

export interface ChosenDiscount {
  readonly coupon: string | null;
  readonly promotion_code: string | null;
}

const isOver = (limit: unknown, now: number): boolean => typeof limit === 'number' && limit <= now;

/** Why a coupon or the code that leads to it cannot be used now, as the end of a sentence; nothing where it can. */
export function whyNot(
  draft: Draft,
  coupon: StripeObject | undefined,
  code: StripeObject | undefined,
  customer: string | null,
): string | undefined {
  if (coupon === undefined) return 'its coupon no longer exists';
  if (isOver(coupon.redeem_by, draft.now)) return 'it has expired';
  if (coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions) return 'it has been used up';
  if (code === undefined) return undefined;
  if (!code.active) return 'it is no longer active';
  if (isOver(code.expires_at, draft.now)) return 'it has expired';
  if (typeof code.max_redemptions === 'number' && code.times_redeemed >= code.max_redemptions) return 'it has been used up';
  if (typeof code.customer === 'string' && code.customer !== customer) return 'it is for another customer';
  const isFirst = customer === null || draft.find('charge', [['customer', customer]], (charge) => charge.paid === true).length === 0;
  if (code.restrictions.first_time_transaction === true && !isFirst) return 'it is only for a first purchase';
  return undefined;
}

/** `discounts` of a request: one coupon, or one promotion code. */
export function chosenDiscounts(draft: Draft, given: readonly Params[], customer: string | undefined): ChosenDiscount[] {
  if (given.length > 1) throw oneOnly();
  return given.map((each, index) => {
    const at = `discounts[${index}]`;
    const code = each.promotion_code === undefined ? undefined : draft.need('promotion_code', each.promotion_code, `${at}[promotion_code]`);
    const id = code?.promotion.coupon ?? each.coupon;
    if (id === undefined) throw eitherOr(at);
    const param = code === undefined ? `${at}[coupon]` : `${at}[promotion_code]`;
    const why = whyNot(draft, draft.need('coupon', id, param), code, customer ?? null);
    if (why !== undefined) throw notRedeemable(param, why);
    return { coupon: code === undefined ? id : null, promotion_code: code?.id ?? null };
  });
}
