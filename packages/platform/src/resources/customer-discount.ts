import { type Draft, type Fields, invalid, noSuch, type Params, type Special, type StripeObject } from '../engine/index.ts';
import { redeemDiscounts, tellOver } from './discount.ts';

/**
 * A customer's own discount, which its invoices and subscriptions fall back to. Only API versions before basil can give one:
 * their `coupon` and `promotion_code` come beside the parameters of the contract, `null` for an empty one.
 */

const noDiscount = (customer: string) =>
  noSuch('discount', customer, { param: 'customer', inPath: true, hint: '; the customer has no discount.' });
const eitherOf = () => invalid('You may only specify one of these parameters: coupon, promotion_code.');

const GIVEN = ['coupon', 'promotion_code'] as const;

/** The field as these parameters leave it; nothing where they do not speak of it. One that takes the place of another is told as a switch. */
export function discountGiven(draft: Draft, customer: StripeObject, params: Params): Fields {
  const given = GIVEN.filter((name) => params[name] !== undefined);
  if (given.length === 0) return {};
  if (given.length > 1) throw eitherOf();
  const value = params[given[0]!];
  const { discount: before } = customer;
  if (value === null) {
    if (before !== null) tellOver(draft, [before.id]);
    return { discount: null };
  }
  const redemption = { owner: { customer: customer.id }, param: 'discounts', replaces: before ?? undefined };
  const [id] = redeemDiscounts(draft, [{ [given[0]!]: value }], redemption);
  return { discount: draft.get('discount', id) };
}

/** `DELETE /v1/customers/{id}/discount` */
export const deleteCustomerDiscount: Special = (draft, _params, ids) => {
  const customer = draft.get('customer', ids[0]);
  if (customer === undefined) throw noSuch('customer', ids[0]!, { param: 'id', inPath: true });
  const { discount } = customer;
  if (discount === null) throw noDiscount(customer.id);
  tellOver(draft, [discount.id]);
  draft.set(customer, { discount: null }, { event: null });
  return { ...discount, deleted: true };
};
