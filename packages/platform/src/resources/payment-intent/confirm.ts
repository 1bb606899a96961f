import { type Draft, type Fields, invalid, type Params, StripeError, type StripeObject } from '../../engine/index.ts';
import { oweFee } from '../application-fee.ts';
import { makeCharge } from '../charge/make.ts';
import { askOwner } from '../next-action.ts';
import { attach } from '../payment-method/attach.ts';
import type { Decline } from '../payment-method/cards.ts';
import { cardOf, isSetUp, markSetUp, methodFromParams, methodOf } from '../payment-method/make.ts';
import { unexpectedState } from './machine.ts';

const noMethod = (intent: StripeObject): StripeError =>
  unexpectedState(
    intent,
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
  );

const NEEDS_AUTHENTICATION: Decline = {
  code: 'authentication_required',
  decline_code: 'authentication_required',
  message: 'Your card was declined. This transaction requires authentication.',
};

/** The payment method of a request: named, given as data, or the one the intent already has. */
export function methodFor(draft: Draft, params: Params, current: string | null): StripeObject | undefined {
  if (typeof params.payment_method === 'string') return methodOf(draft, params.payment_method);
  if (params.payment_method_data !== undefined) return methodFromParams(draft, params.payment_method_data, 'payment_method_data');
  return draft.get('payment_method', current);
}

function checkOwner(intent: StripeObject, method: StripeObject): void {
  if (method.customer === null || method.customer === intent.customer) return;
  if (intent.customer === null) {
    throw invalid(
      `The PaymentMethod ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the PaymentIntent.`,
      'payment_method',
    );
  }
  throw invalid(`The provided PaymentMethod (${method.id}) does not belong to the Customer ${intent.customer}.`, 'payment_method');
}

/** The 402 that tells of a failed attempt; the intent goes back to needing a payment method. */
function declined(
  draft: Draft,
  intent: StripeObject,
  attempt: { method: StripeObject; decline: Decline; charge: StripeObject | undefined },
): StripeError {
  const { method, decline, charge } = attempt;
  const told: Fields = {
    ...(decline.blocked !== true && { advice_code: 'try_again_later' }),
    ...(charge !== undefined && { charge: charge.id }),
    code: decline.code,
    ...(decline.decline_code !== null && { decline_code: decline.decline_code }),
    doc_url: `https://stripe.com/docs/error-codes/${decline.code.replaceAll('_', '-')}`,
    message: decline.message,
    ...(decline.blocked !== true && { network_decline_code: '01' }),
    payment_method: method,
    type: 'card_error',
  };
  const after = draft.set(
    intent,
    {
      status: 'requires_payment_method',
      payment_method: null,
      last_payment_error: told,
      latest_charge: charge?.id ?? intent.latest_charge,
      next_action: null,
    },
    { event: 'payment_intent.payment_failed' },
  );
  const { type, code, message, doc_url: _doc, ...more } = told as { type: 'card_error'; code: string; message: string; doc_url: string };
  return new StripeError({ status: 402, type, code, message, more: { ...more, payment_intent: after } }, { keepsChanges: true });
}

function requireAction(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const fields = { status: 'requires_action', next_action: askOwner(draft, intent, params) };
  return draft.set(intent, fields, { event: 'payment_intent.requires_action' });
}

/** Charges the payment method of a confirmed intent, or refuses as its card does. */
export function charge(draft: Draft, intent: StripeObject, method: StripeObject): StripeObject {
  const card = cardOf(draft, method);
  const captured = intent.capture_method !== 'manual';
  const made = makeCharge(draft, { intent, method, card, captured, decline: card.decline });
  if (card.decline !== undefined) throw declined(draft, intent, { method, decline: card.decline, charge: made });
  if (intent.setup_future_usage !== null && intent.customer !== null && method.customer === null) attach(draft, method.id, intent.customer);
  if (intent.setup_future_usage !== null) markSetUp(draft, method);
  const common = { latest_charge: made.id, last_payment_error: null, next_action: null };
  const after = captured
    ? draft.set(intent, { ...common, status: 'succeeded', amount_received: intent.amount }, { event: 'payment_intent.succeeded' })
    : draft.set(
        intent,
        { ...common, status: 'requires_capture', amount_capturable: intent.amount },
        { event: 'payment_intent.amount_capturable_updated' },
      );
  if (captured) oweFee(draft, made);
  return after;
}

/** `off_session` payments cannot ask the customer for anything: a bank that wants to ask declines. */
export function confirm(draft: Draft, before: StripeObject, params: Params): StripeObject {
  const method = methodFor(draft, params, before.payment_method);
  if (method === undefined) throw noMethod(before);
  checkOwner(before, method);
  const usage = params.setup_future_usage ?? before.setup_future_usage;
  const types = before.payment_method_types.includes(method.type)
    ? before.payment_method_types
    : [...before.payment_method_types, method.type];
  const intent = draft.set(
    before,
    { payment_method: method.id, payment_method_types: types, setup_future_usage: usage ?? null },
    { event: null },
  );
  const card = cardOf(draft, method);
  const asks = card.authentication === 'always' || (card.authentication === 'unless_set_up' && !isSetUp(draft, method));
  const offSession = params.off_session !== undefined && params.off_session !== false;
  if (asks && (offSession || params.error_on_requires_action === true)) {
    throw declined(draft, intent, { method, decline: NEEDS_AUTHENTICATION, charge: undefined });
  }
  return asks ? requireAction(draft, intent, params) : charge(draft, intent, method);
}

const AUTHENTICATION_FAILED: Decline = {
  code: 'payment_intent_authentication_failure',
  decline_code: null,
  message:
    'The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.',
};

/** The customer answers the bank's question: approved goes on to the charge, failed goes back for another payment method. */
export function authenticate(draft: Draft, intent: StripeObject, approved: boolean): StripeObject {
  const method = draft.get('payment_method', intent.payment_method);
  if (intent.status !== 'requires_action' || method === undefined)
    throw unexpectedState(intent, `This PaymentIntent has a status of ${intent.status}.`);
  if (approved) return charge(draft, intent, method);
  throw declined(draft, intent, { method, decline: AUTHENTICATION_FAILED, charge: undefined });
}
