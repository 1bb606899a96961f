import { type Draft, type Fields, invalid, type Params, refuse, StripeError, type StripeObject } from '../../engine/index.ts';
import { activateMandate, makeMandate } from '../mandate.ts';
import { askForProof, proven } from '../microdeposits.ts';
import { askOwner } from '../next-action.ts';
import { methodFor } from '../payment-intent/confirm.ts';
import { methodOptions } from '../payment-intent/options.ts';
import { attach } from '../payment-method/attach.ts';
import type { Decline } from '../payment-method/cards.ts';
import { isDebit, needsProof } from '../payment-method/debit.ts';
import { cardOf, isSetUp, markSetUp } from '../payment-method/make.ts';

/** Refusals of a state are 400 and carry the whole setup intent, as a payment intent's do. */
export const unexpectedState = (intent: StripeObject, message: string): StripeError =>
  refuse({ status: 400, code: 'setup_intent_unexpected_state', message, more: { setup_intent: intent } });

const noMethod = (intent: StripeObject): StripeError =>
  unexpectedState(
    intent,
    "You cannot confirm this SetupIntent because it's missing a payment method. Update the SetupIntent with a payment method or provide one, and then confirm it again.",
  );
const belongsElsewhere = (method: StripeObject, intent: StripeObject) =>
  invalid(
    intent.customer === null
      ? `The PaymentMethod ${method.id} belongs to the Customer ${method.customer}. Please include the Customer in the \`customer\` parameter on the SetupIntent.`
      : `The provided PaymentMethod (${method.id}) does not belong to the Customer ${intent.customer}.`,
    'payment_method',
  );

const AUTHENTICATION_FAILED: Decline = {
  code: 'setup_intent_authentication_failure',
  decline_code: null,
  message:
    'The latest attempt to set up the payment method has failed because authentication failed. Provide a new payment method to try again.',
};

/** Each try is kept; the setup intent names the latest. */
function attempted(draft: Draft, intent: StripeObject, given: { method: StripeObject; status: string; error?: Fields }): string {
  const { method, status, error = null } = given;
  const fields: Fields = {
    application: intent.application,
    customer: intent.customer,
    flow_directions: null,
    on_behalf_of: intent.on_behalf_of,
    payment_method: method.id,
    payment_method_details: { type: method.type, [method.type]: detailsOf(method) },
    setup_error: error,
    setup_intent: intent.id,
    status,
    usage: intent.usage,
  };
  return draft.make('setup_attempt', fields, { event: null }).id;
}

const cardDetails = ({ card }: StripeObject): Fields => ({
  brand: card.brand,
  checks: card.checks,
  country: card.country,
  exp_month: card.exp_month,
  exp_year: card.exp_year,
  fingerprint: card.fingerprint,
  funding: card.funding,
  last4: card.last4,
  network: card.brand,
  three_d_secure: null,
  wallet: null,
});

/** The 402 of a failed attempt; the setup intent goes back to needing a payment method. */
function declined(draft: Draft, intent: StripeObject, method: StripeObject, decline: Decline): StripeError {
  const { code, decline_code: declineCode, message } = decline;
  const told: Fields = {
    code,
    ...(declineCode !== null && { decline_code: declineCode }),
    doc_url: `https://stripe.com/docs/error-codes/${code.replaceAll('_', '-')}`,
    message,
    payment_method: method,
    type: 'card_error',
  };
  const attempt = attempted(draft, intent, { method, status: 'failed', error: told });
  const after = draft.set(
    intent,
    { status: 'requires_payment_method', payment_method: null, last_setup_error: told, latest_attempt: attempt, next_action: null },
    { event: 'setup_intent.setup_failed' },
  );
  const more = { ...(declineCode !== null && { decline_code: declineCode }), payment_method: method, setup_intent: after };
  return new StripeError({ status: 402, type: 'card_error', code, message, more }, { keepsChanges: true });
}

const detailsOf = (method: StripeObject): Fields => (method.type === 'card' ? cardDetails(method) : {});

/** Banks ask no more for a card that was set up; a customer of the intent gets it. */
function succeed(draft: Draft, intent: StripeObject, method: StripeObject, waited = true): StripeObject {
  const { decline, attaches } = cardOf(draft, method);
  if (decline !== undefined && attaches !== true) throw declined(draft, intent, method, decline);
  if (typeof intent.customer === 'string' && method.customer === null) attach(draft, method.id, intent.customer);
  markSetUp(draft, method);
  activateMandate(draft, intent, waited);
  const attempt = attempted(draft, intent, { method, status: 'succeeded' });
  const fields = { status: 'succeeded', last_setup_error: null, latest_attempt: attempt, next_action: null };
  return draft.set(intent, fields, { event: 'setup_intent.succeeded' });
}

function requireAction(draft: Draft, intent: StripeObject, given: { method: StripeObject; params: Params }): StripeObject {
  const attempt = attempted(draft, intent, { method: given.method, status: 'requires_action' });
  const fields = { status: 'requires_action', next_action: askOwner(draft, intent, given.params), latest_attempt: attempt };
  return draft.set(intent, fields, { event: 'setup_intent.requires_action' });
}

const incompatible = (method: StripeObject, types: readonly string[]) =>
  invalid(`The payment method type provided: ${method.type} is invalid. This SetupIntent allows: ${types.join(', ')}.`, 'payment_method');

/** Types that a request named are a limit; others grow with the method that comes. */
function typesWith(intent: StripeObject, method: StripeObject, allowed: readonly string[] | null): readonly string[] {
  const types: readonly string[] = allowed ?? intent.payment_method_types;
  if (types.includes(method.type)) return types;
  if (allowed !== null) throw incompatible(method, types);
  return [...types, method.type];
}

/** The deposits are proven: the account can be debited from now on. */
export function verify(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  return succeed(draft, intent, proven(draft, intent, params));
}

/** What a request for 3D Secure may say beside `automatic`. */
const REQUESTED = new Set(['any', 'challenge']);

export function confirm(draft: Draft, before: StripeObject, params: Params): StripeObject {
  const method = methodFor(draft, params, before.payment_method);
  if (method === undefined) throw noMethod(before);
  if (method.customer !== null && method.customer !== before.customer) throw belongsElsewhere(method, before);
  const allowed = params.allowed_payment_method_types ?? before.allowed_payment_method_types;
  const fields = {
    allowed_payment_method_types: allowed,
    payment_method: method.id,
    payment_method_types: typesWith(before, method, allowed),
    ...(params.mandate_data && { mandate: makeMandate(draft, params.mandate_data, method) }),
    ...(params.payment_method_options !== undefined && {
      payment_method_options: methodOptions(params.payment_method_options, before.payment_method_options ?? {}),
    }),
  };
  const intent = draft.set(before, fields, { event: null });
  if (isDebit(method) && needsProof(draft, method)) return askForProof(draft, intent, 'setup_intent');
  const { authentication } = method.type === 'card' ? cardOf(draft, method) : { authentication: undefined };
  const wished = authentication === 'if_requested' && REQUESTED.has(intent.payment_method_options?.card?.request_three_d_secure);
  const asks = wished || authentication === 'always' || (authentication === 'unless_set_up' && !isSetUp(draft, method));
  return asks ? requireAction(draft, intent, { method, params }) : succeed(draft, intent, method, false);
}

/** The customer answers the bank's question. */
export function authenticate(draft: Draft, intent: StripeObject, approved: boolean): StripeObject {
  const method = draft.get('payment_method', intent.payment_method);
  if (intent.status !== 'requires_action' || method === undefined)
    throw unexpectedState(intent, `This SetupIntent has a status of ${intent.status}.`);
  if (approved) return succeed(draft, intent, method);
  throw declined(draft, intent, method, AUTHENTICATION_FAILED);
}
