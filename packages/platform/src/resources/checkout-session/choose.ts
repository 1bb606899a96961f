import { type Draft, invalid, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { shippingCost } from './collect.ts';
import { retotal } from './create.ts';
import { whyNot } from './discounts.ts';

/** What a person chooses on the page before paying: a promotion code, a quantity. */

const noSuchCode = (code: string) => invalid(`The code ${code} is not valid.`, 'code');
const notNow = (code: string, why: string) => invalid(`The code ${code} cannot be used: ${why}.`, 'code');
const notAsked = () => invalid('This session takes no promotion codes.', 'code');
const notAdjustable = () => invalid('The quantity of this item cannot be changed.', 'quantity');
const outOfRange = (least: number, most: number) => invalid(`Choose a quantity between ${least} and ${most}.`, 'quantity');
const notOffered = () => invalid('This way of shipping is not offered.', 'shipping_rate');
const notOpen = (session: StripeObject) =>
  refuse({ status: 400, message: `This Checkout Session is ${session.status}; it cannot be changed.` });

function mustBeOpen(session: StripeObject): void {
  if (session.status !== 'open') throw notOpen(session);
}

/** The code that a person typed, in whatever case. */
export function takeCode(draft: Draft, session: StripeObject, text: string): StripeObject {
  mustBeOpen(session);
  if (session.allow_promotion_codes !== true) throw notAsked();
  const wanted = text.trim().toLowerCase();
  const code = draft.find('promotion_code', [['active', true]], (row) => String(row.code).toLowerCase() === wanted)[0];
  if (code === undefined) throw noSuchCode(text.trim());
  const why = whyNot(draft, draft.get('coupon', code.promotion.coupon), code, session.customer) ?? tooLittle(code, session);
  if (why !== undefined) throw notNow(text.trim(), why);
  return retotal(draft, draft.set(session, { discounts: [{ coupon: null, promotion_code: code.id }] }, { event: null }));
}

function tooLittle(code: StripeObject, session: StripeObject): string | undefined {
  const { minimum_amount: least, minimum_amount_currency: currency } = code.restrictions;
  if (typeof least !== 'number') return undefined;
  return currency === session.currency && session.amount_subtotal >= least ? undefined : 'the order is too small for it';
}

export function removeCode(draft: Draft, session: StripeObject): StripeObject {
  mustBeOpen(session);
  if (session.allow_promotion_codes !== true) throw notAsked();
  return retotal(draft, draft.set(session, { discounts: [] }, { event: null }));
}

export function chooseShipping(draft: Draft, session: StripeObject, rate: string): StripeObject {
  mustBeOpen(session);
  const option = (session.shipping_options as Params[]).find((each) => each.shipping_rate === rate);
  if (option === undefined) throw notOffered();
  return retotal(draft, draft.set(session, { shipping_cost: shippingCost(option) }, { event: null }));
}

export function changeQuantity(draft: Draft, session: StripeObject, given: { item: string; quantity: number }): StripeObject {
  mustBeOpen(session);
  const item = draft.get('item', given.item);
  if (item === undefined || item.checkout_session !== session.id || item.adjustable_quantity === null) throw notAdjustable();
  const { minimum, maximum } = item.adjustable_quantity;
  if (!Number.isInteger(given.quantity) || given.quantity < minimum || given.quantity > maximum) throw outOfRange(minimum, maximum);
  draft.set(item, { quantity: given.quantity }, { event: null });
  return retotal(draft, session);
}
