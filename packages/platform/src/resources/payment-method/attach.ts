import { type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { cardError, cardOf, methodOf } from './make.ts';

const attachedElsewhere = () => invalid('The payment method you provided has already been attached to a customer.', 'payment_method');
const usedUp = () =>
  invalid(
    'This PaymentMethod was previously used without being attached to a Customer or was detached from a Customer, and may not be used again.',
    'payment_method',
  );

const notTheirs = (method: string, { customer, param }: { customer: string; param: string }) =>
  invalid(
    `The customer does not have a payment method with the ID ${method}. The payment method must be attached to the customer ${customer}.`,
    param,
    'resource_missing',
  );

/** The payment method that a parameter names as somebody's default: it must be attached to that customer. */
export function ownMethod(draft: Draft, id: string, of: { customer: string; param: string }): StripeObject {
  const method = draft.need('payment_method', id, of.param);
  if (method.customer !== of.customer) throw notTheirs(id, of);
  return method;
}

/** `default_payment_method` and `default_source` of a request: both must be the customer's own. */
export function checkDefaults(draft: Draft, params: Params, customer: string): void {
  for (const param of ['default_payment_method', 'default_source'])
    if (typeof params[param] === 'string') ownMethod(draft, params[param], { customer, param });
}

/** Cards that decline are refused when they are attached, except the one made to fail later (api-and-events 3.2). */
export function attach(draft: Draft, id: string, customer: string): StripeObject {
  const method = methodOf(draft, id);
  if (method.customer === customer) return method;
  if (method.customer !== null) throw attachedElsewhere();
  if (draft.get('annex.card', method.id)?.used === true) throw usedUp();
  const card = cardOf(draft, method);
  if (card.decline !== undefined && card.attaches !== true && card.authentication === undefined) throw cardError(card.decline);
  return draft.set(method, { customer }, { event: 'payment_method.attached' });
}

/** A detached payment method stays, and can never be attached again. */
export function detach(draft: Draft, method: StripeObject): StripeObject {
  const { customer } = method;
  if (customer === null)
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.', 'payment_method');
  const record = draft.get('annex.card', method.id);
  if (record !== undefined) draft.set(record, { used: true }, { event: null });
  const after = draft.set(method, { customer: null }, { event: 'payment_method.detached' });
  const owner = draft.get('customer', customer);
  if (owner?.invoice_settings?.default_payment_method === method.id) {
    draft.set(owner, { invoice_settings: { ...owner.invoice_settings, default_payment_method: null } });
  }
  return after;
}
