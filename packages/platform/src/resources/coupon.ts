import { type Behaviour, type Draft, type Fields, invalid, type Params, type StripeObject } from '../engine/index.ts';
import { currencyOf } from './price.ts';

const oneOf = () => invalid('Must provide either percent_off or amount_off when creating a coupon.', undefined, 'parameter_missing');
const notBoth = () => invalid('You may only specify one of these parameters: percent_off, amount_off.');
const badPercent = (value: number) =>
  invalid(`Invalid percent_off: must be greater than 0 and at most 100, but it is ${value}.`, 'percent_off');
const needsCurrency = () => invalid('You must pass currency when passing amount_off', 'currency', 'parameter_missing');
const needsMonths = () =>
  invalid('You must pass duration_in_months when passing duration=repeating', 'duration_in_months', 'parameter_missing');
const noMonths = () => invalid('duration_in_months may only be passed with duration=repeating', 'duration_in_months');

/** A deleted coupon that discounts still name; its id is the coupon's. */
export const DELETED_COUPON = 'annex.deleted_coupon';

function create(draft: Draft, params: Params): Fields {
  const { percent_off: percent, amount_off: amount, currency, duration = 'once', duration_in_months: months } = params;
  if (percent === undefined && amount === undefined) throw oneOf();
  if (percent !== undefined && amount !== undefined) throw notBoth();
  if (percent !== undefined && (percent <= 0 || percent > 100)) throw badPercent(percent);
  if (amount !== undefined && currency === undefined) throw needsCurrency();
  if (duration === 'repeating' && months === undefined) throw needsMonths();
  if (duration !== 'repeating' && months !== undefined) throw noMonths();
  const redeemBy = params.redeem_by ?? null;
  return {
    duration,
    currency: amount === undefined ? null : currencyOf(currency),
    times_redeemed: 0,
    valid: redeemBy === null || redeemBy > draft.now,
    ...(params.applies_to !== undefined && { applies_to: params.applies_to }),
    ...(params.currency_options !== undefined && { currency_options: params.currency_options }),
  };
}

/** A coupon is valid until it is redeemed out or past its date. */
export function isValid(draft: Draft, coupon: StripeObject): boolean {
  const expired = coupon.redeem_by !== null && coupon.redeem_by <= draft.now;
  const exhausted = coupon.max_redemptions !== null && coupon.times_redeemed >= coupon.max_redemptions;
  return !expired && !exhausted;
}

/** The answer tells as of now. */
function retrieved(draft: Draft, coupon: StripeObject): StripeObject {
  const now = isValid(draft, coupon);
  return now === coupon.valid ? coupon : { ...coupon, valid: now };
}

/** The coupon behind a discount parameter, or the refusal for one that is no longer valid. */
export function valid(draft: Draft, id: string, param: string): StripeObject {
  const coupon = draft.need('coupon', id, param);
  if (!isValid(draft, coupon)) {
    throw invalid(`Coupon expired: ${id}. It has reached its redemption limit or its redeem_by date.`, param, 'coupon_expired');
  }
  return coupon;
}

/** The same, redeemed once more. */
export function redeem(draft: Draft, id: string, param: string): StripeObject {
  const coupon = valid(draft, id, param);
  const times = coupon.times_redeemed + 1;
  return draft.set(coupon, { times_redeemed: times, valid: coupon.max_redemptions === null || times < coupon.max_redemptions });
}

/** Deleted it cannot be redeemed any more; who has it keeps it, so it is remembered. */
function remove(draft: Draft, doomed: StripeObject): 'gone' {
  const known = draft.get(DELETED_COUPON, doomed.id);
  if (known !== undefined) draft.remove(known, 'gone', { event: null });
  draft.insert({ ...doomed, object: DELETED_COUPON }, { event: null });
  return 'gone';
}

export const coupon: Behaviour = {
  object: 'coupon',
  grade: 'lived',
  id: { chosenBy: 'id', style: 'short' },
  create,
  remove,
  retrieved,
};
