import { format, step } from '@annex/money';
import { type Draft, type Fields, invalid, type Params, previousAttributes, type StripeObject } from '../engine/index.ts';
import { DELETED_COUPON, redeem, valid } from './coupon.ts';
import { forget, type Reminded, remind } from './reminder.ts';

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
  /** Minor units of what is bought, for codes that ask for a minimum; nothing where it is not known. */
  readonly subtotal?: { readonly amount: number; readonly currency: string };
  /** A quote only proposes: nothing is counted as redeemed, nor told, until it is accepted. */
  readonly proposes?: boolean;
  /** The discount whose place it takes: told as one change, `customer.discount.updated`. */
  readonly replaces?: StripeObject | undefined;
}

const nothingGiven = (at: string) => invalid('Must provide a coupon, promotion_code or discount.', at, 'parameter_missing');
const inactiveCode = (at: string) => invalid('This promotion code is inactive.', at);
const expiredCode = (at: string) => invalid('This promotion code has expired or has reached its maximum number of redemptions.', at);
const othersCode = (at: string) => invalid('This promotion code cannot be redeemed because it belongs to another customer.', at);
const priorTransactions = (at: string) =>
  invalid('This promotion code cannot be redeemed because the associated customer has prior transactions.', at);
const belowMinimum = (at: string, minimum: string) =>
  invalid(`This promotion code cannot be redeemed because the purchase is below its minimum of ${minimum}.`, at);
const wrongCurrency = (at: string, coupon: string, currency: string) =>
  invalid(`The coupon ${coupon} takes off an amount in another currency and cannot be applied to a purchase in ${currency}.`, at);

/** Refuses a code whose restrictions this redemption does not meet (api-and-events 3.10). */
function checkCode(draft: Draft, code: StripeObject, { owner, subtotal }: Redemption, at: string): void {
  if (!code.active) throw inactiveCode(at);
  const usedUp = code.max_redemptions !== null && code.times_redeemed >= code.max_redemptions;
  if (usedUp || (code.expires_at !== null && code.expires_at <= draft.now)) throw expiredCode(at);
  if (code.customer !== null && code.customer !== owner.customer) throw othersCode(at);
  const { first_time_transaction: first, minimum_amount: minimum, minimum_amount_currency: currency } = code.restrictions;
  const paidBefore = (): boolean =>
    draft.find('invoice', [['customer', owner.customer]], (row) => row.status === 'paid' && row.amount_paid > 0).length > 0 ||
    draft.find('charge', [['customer', owner.customer]], (row) => row.status === 'succeeded').length > 0;
  if (first && paidBefore()) throw priorTransactions(at);
  if (minimum === null || subtotal === undefined) return;
  const least = subtotal.currency === currency ? minimum : code.restrictions.currency_options?.[subtotal.currency]?.minimum_amount;
  if (least === undefined) throw belowMinimum(at, format(minimum, currency));
  if (subtotal.amount < least) throw belowMinimum(at, format(least, subtotal.currency));
}

/** The promotion code is used once more; the last redemption it allows makes it inactive. */
function consume(draft: Draft, code: StripeObject): void {
  const times = code.times_redeemed + 1;
  const isLast = code.max_redemptions !== null && times >= code.max_redemptions;
  draft.set(code, { times_redeemed: times, ...(isLast && { active: false }) });
}

function redeemOne(draft: Draft, given: Params, redemption: Redemption, at: string): string {
  if (given.discount !== undefined) return draft.need('discount', given.discount, `${at}[discount]`).id;
  const byCode = given.promotion_code !== undefined;
  const param = byCode ? `${at}[promotion_code]` : `${at}[coupon]`;
  const code = byCode ? draft.need('promotion_code', given.promotion_code, param) : undefined;
  if (code !== undefined) checkCode(draft, code, redemption, param);
  const couponId = code?.promotion.coupon ?? given.coupon;
  if (couponId === undefined) throw nothingGiven(at);
  const proposes = redemption.proposes === true;
  const coupon = proposes ? valid(draft, couponId, param) : redeem(draft, couponId, param);
  const currency = redemption.subtotal?.currency;
  if (coupon.amount_off !== null && currency !== undefined && amountOff(coupon, currency) === undefined)
    throw wrongCurrency(param, coupon.id, currency);
  if (code !== undefined && !proposes) consume(draft, code);
  const end = coupon.duration === 'repeating' ? step(draft.now, { interval: 'month', interval_count: coupon.duration_in_months }, 1) : null;
  const fields: Fields = {
    ...redemption.owner,
    end,
    promotion_code: code?.id ?? null,
    source: { coupon: coupon.id, type: 'coupon' },
    start: draft.now,
  };
  const { replaces } = redemption;
  const discount = draft.make('discount', fields, { event: proposes || replaces !== undefined ? null : 'customer.discount.created' });
  if (replaces !== undefined) draft.emit('customer.discount.updated', discount, { previous: previousAttributes(replaces, discount) ?? {} });
  const clock = draft.get('customer', redemption.owner.customer)?.test_clock ?? null;
  if (end !== null && !proposes) remind(draft, discount, { what: 'end', at: end, test_clock: clock });
  return discount.id;
}

/** `discounts[0][coupon|promotion_code|discount]` as discounts, in order; an empty value is none. */
export function redeemDiscounts(draft: Draft, given: unknown, redemption: Redemption): string[] {
  if (!Array.isArray(given)) return [];
  return given.map((each: Params, index) => redeemOne(draft, each, redemption, `${redemption.param}[${index}]`));
}

/** The coupon of a discount, also where it has been deleted since: those who have it keep it (documented). */
export const couponOf = (draft: Draft, discount: StripeObject): StripeObject | undefined =>
  draft.get('coupon', discount.source.coupon) ?? draft.get(DELETED_COUPON, discount.source.coupon);

/** What a coupon takes off in a currency: its own, or one of its `currency_options`. */
export const amountOff = (coupon: StripeObject, currency: string): number | undefined =>
  coupon.currency === currency ? coupon.amount_off : coupon.currency_options?.[currency]?.amount_off;

/** Discounts that still apply at this instant. */
export const inForce = (draft: Draft, ids: readonly string[]): StripeObject[] =>
  ids
    .map((id) => draft.get('discount', id))
    .filter((discount): discount is StripeObject => discount !== undefined && (discount.end === null || discount.end > draft.now));

/** What is left of these without those that are over. */
const without = (discounts: readonly string[], over: readonly string[]): string[] => discounts.filter((id) => !over.includes(id));

/** Takes discounts that are over off the subscription's items. Tells nothing. */
export function takeOffItems(draft: Draft, over: readonly string[]): void {
  for (const id of over) {
    const item = draft.get('subscription_item', draft.get('discount', id)?.subscription_item);
    if (item?.discounts.includes(id)) draft.set(item, { discounts: without(item.discounts, over) }, { event: null });
  }
}

/** A repeating discount has run its months. */
export const discountEnds: Reminded = {
  object: 'discount',
  what: 'end',
  act: (draft, discount) => {
    tellOver(draft, [discount.id]);
    const before = draft.get('subscription', discount.subscription);
    if (before === undefined) return;
    takeOffItems(draft, [discount.id]);
    const after = draft.set(
      draft.get('subscription', before.id)!,
      { discounts: without(before.discounts, [discount.id]) },
      { event: null },
    );
    const previous = previousAttributes(before, after);
    if (previous !== undefined) draft.emit('customer.subscription.updated', after, { previous });
  },
};

/** A discount is over, which is told once: its months no longer end. The object stays, because invoices name it. */
export const tellOver = (draft: Draft, ids: readonly string[]): void => {
  for (const id of ids) {
    const discount = draft.get('discount', id);
    if (discount === undefined) continue;
    forget(draft, discount, 'end');
    draft.emit('customer.discount.deleted', discount);
  }
};
