import { type Draft, invalid, missingParam, type Params, refuse, StripeError, type StripeObject } from '../../engine/index.ts';
import { oweFee } from '../application-fee.ts';
import { checkAmount } from '../payment-intent/amount.ts';
import { cardOf, fromCardParams, insertMethod } from '../payment-method/make.ts';
import { currencyOf } from '../price.ts';
import { cardObject } from '../token.ts';
import { makeCharge, settle, type Terms } from './make.ts';

/** Charges made without a payment intent: the older way, still served (api-and-events 3.3). */

const noSource = () => invalid('Must provide source or customer.', 'source', 'parameter_missing');
const noCard = () =>
  refuse({ status: 402, type: 'card_error', code: 'missing', message: 'Cannot charge a customer that has no active card', param: 'card' });
const captured = (charge: StripeObject) =>
  refuse({ status: 400, code: 'charge_already_captured', message: `Charge ${charge.id} has already been captured.` });
const expired = (charge: StripeObject) =>
  refuse({
    status: 400,
    code: 'charge_expired_for_capture',
    message: `Charge ${charge.id} cannot be captured because the charge has expired. You can only capture a charge within 7 days of its creation, and charges are automatically refunded after they expire.`,
  });
const ofIntent = (charge: StripeObject) =>
  invalid(`Charge ${charge.id} was made by a PaymentIntent: capture ${charge.payment_intent} instead.`, 'charge');
const tooMuch = (charge: StripeObject) =>
  refuse({
    status: 400,
    code: 'amount_too_large',
    message: `The amount to capture is greater than the amount that was authorized (${charge.amount}).`,
    param: 'amount',
  });

interface Means {
  readonly method: StripeObject;
  readonly source: StripeObject | null;
}

/** A token is used up by its charge; a customer's card stays. */
function meansOf(draft: Draft, params: Params): Means {
  const customer = params.customer === undefined ? undefined : draft.need('customer', params.customer, 'customer');
  const named = params.source ?? customer?.default_source ?? null;
  if (named === null) throw customer === undefined ? noSource() : noCard();
  const kept = draft.get('payment_method', named);
  if (kept !== undefined) return { method: kept, source: draft.get('card', named) ?? null };
  const given = fromCardParams(draft, { token: named }, 'source');
  const id = draft.id('card');
  const source = { id, object: 'card', ...cardObject(draft, given), customer: null } as StripeObject;
  return { method: insertMethod(draft, { type: 'card', ...given, fields: { id } }), source };
}

function terms(draft: Draft, params: Params, source: StripeObject | null): Terms {
  const destination =
    params.destination === undefined ? undefined : { destination: params.destination.account, amount: params.destination.amount ?? null };
  return {
    amount: params.amount,
    application: draft.actor.application,
    application_fee_amount: params.application_fee_amount ?? params.application_fee ?? null,
    currency: currencyOf(params.currency),
    customer: params.customer ?? null,
    description: params.description ?? null,
    metadata: params.metadata ?? {},
    on_behalf_of: params.on_behalf_of ?? null,
    payment_intent: null,
    receipt_email: params.receipt_email ?? null,
    shipping: params.shipping ?? null,
    statement_descriptor: params.statement_descriptor ?? null,
    statement_descriptor_suffix: params.statement_descriptor_suffix ?? null,
    transfer_data: params.transfer_data === undefined ? (destination ?? null) : { amount: null, ...params.transfer_data },
    transfer_group: params.transfer_group ?? null,
    source,
  };
}

/** Banks cannot ask the card's owner here: a card that would ask is declined. */
export function createCharge(draft: Draft, params: Params): StripeObject {
  for (const name of ['amount', 'currency']) if (params[name] === undefined) throw missingParam(name);
  checkAmount(params.amount, currencyOf(params.currency));
  const { method, source } = meansOf(draft, params);
  const card = cardOf(draft, method);
  const decline = card.decline ?? (card.authentication === 'always' ? ASKS : undefined);
  const charge = makeCharge(draft, { terms: terms(draft, params, source), method, card, captured: params.capture !== false, decline });
  if (decline !== undefined) {
    const more = { charge: charge.id, ...(decline.decline_code !== null && { decline_code: decline.decline_code }) };
    throw new StripeError({ status: 402, type: 'card_error', code: decline.code, message: decline.message, more }, { keepsChanges: true });
  }
  if (charge.captured) oweFee(draft, charge);
  return draft.get('charge', charge.id)!;
}

const ASKS = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** Takes what was authorized, all of it or less; the rest is let go of. */
export function captureCharge(draft: Draft, charge: StripeObject, params: Params): StripeObject {
  if (charge.payment_intent !== null) throw ofIntent(charge);
  if (charge.captured) throw captured(charge);
  if (charge.refunded) throw expired(charge);
  const amount = params.amount ?? charge.amount;
  if (amount > charge.amount) throw tooMuch(charge);
  const fee = params.application_fee_amount ?? params.application_fee ?? charge.application_fee_amount;
  const told = { ...charge, amount_captured: amount, captured: true, application_fee_amount: fee };
  const settled = settle(draft, told, cardOf(draft, draft.get('payment_method', charge.payment_method)!));
  const { receipt_email, statement_descriptor, statement_descriptor_suffix } = params;
  const named = Object.fromEntries(
    Object.entries({ receipt_email, statement_descriptor, statement_descriptor_suffix }).filter(([, value]) => value !== undefined),
  );
  const after = draft.set(
    charge,
    { ...named, amount_captured: amount, captured: true, application_fee_amount: fee, ...settled },
    { event: 'charge.captured' },
  );
  oweFee(draft, after);
  return draft.get('charge', charge.id)!;
}
