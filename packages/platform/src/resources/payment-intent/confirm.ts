import { type Draft, invalid, type Params, type StripeError, type StripeObject } from '../../engine/index.ts';
import { oweFee } from '../application-fee.ts';
import { fundsArrive } from '../balance/index.ts';
import { payFromCash } from '../cash-balance/pay.ts';
import { makeCharge, termsOf } from '../charge/make.ts';
import { askForProof } from '../microdeposits.ts';
import { askOwner } from '../next-action.ts';
import { attach } from '../payment-method/attach.ts';
import type { TestCard } from '../payment-method/cards.ts';
import { isDebit, needsProof } from '../payment-method/debit.ts';
import { cardOf, isSetUp, markSetUp, methodFromParams, methodOf } from '../payment-method/make.ts';
import { soon } from '../soon.ts';
import { methodOfToken } from './confirmation-token.ts';
import { debit } from './debit.ts';
import { AUTHENTICATION_FAILED, declined, NEEDS_AUTHENTICATION } from './decline.ts';
import { unexpectedState } from './machine.ts';
import { detailFields, methodOptions } from './options.ts';

const noMethod = (intent: StripeObject): StripeError =>
  unexpectedState(
    intent,
    "You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.",
  );

/** The payment method of a request: named, given as data or by a confirmation token, or the one the intent already has. */
export function methodFor(draft: Draft, params: Params, current: string | null): StripeObject | undefined {
  if (typeof params.confirmation_token === 'string') return methodOfToken(draft, params.confirmation_token);
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

const incompatible = (method: StripeObject, types: readonly string[]) =>
  invalid(
    `The payment method type provided: ${method.type} is invalid. This PaymentIntent allows: ${types.join(', ')}.`,
    'payment_method',
    'payment_intent_incompatible_payment_method',
  );

/** Types that a request named are a limit; those that Annex worked out grow with the method that comes. */
function typesWith(intent: StripeObject, method: StripeObject): readonly string[] {
  const types: readonly string[] = intent.payment_method_types;
  if (types.includes(method.type)) return types;
  if (intent.allowed_payment_method_types !== null) throw incompatible(method, types);
  return [...types, method.type];
}

function requireAction(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const fields = { status: 'requires_action', next_action: askOwner(draft, intent, params) };
  return draft.set(intent, fields, { event: 'payment_intent.requires_action' });
}

/** Keeps a method for the next time, where the intent was asked to. */
function keepMethod(draft: Draft, intent: StripeObject, method: StripeObject): void {
  if (intent.setup_future_usage === null) return;
  if (intent.customer !== null && method.customer === null) attach(draft, method.id, intent.customer);
  markSetUp(draft, method);
}

/** Charges the payment method of a confirmed intent, or refuses as its card does. */
export function charge(draft: Draft, intent: StripeObject, method: StripeObject): StripeObject {
  if (method.type === 'customer_balance') return payFromCash(draft, intent, method);
  if (isDebit(method)) {
    if (needsProof(draft, method)) return askForProof(draft, intent, 'payment_intent');
    keepMethod(draft, intent, method);
    return debit(draft, intent, method);
  }
  const card = cardOf(draft, method);
  const captured = intent.capture_method !== 'manual';
  const made = makeCharge(draft, { terms: termsOf(intent), method, card, captured, decline: card.decline });
  if (card.decline !== undefined) throw declined(draft, intent, { method, decline: card.decline, charge: made });
  keepMethod(draft, intent, method);
  const common = { latest_charge: made.id, last_payment_error: null, next_action: null };
  const after = captured
    ? draft.set(intent, { ...common, status: 'succeeded', amount_received: intent.amount }, { event: 'payment_intent.succeeded' })
    : draft.set(
        intent,
        { ...common, status: 'requires_capture', amount_capturable: intent.amount },
        { event: 'payment_intent.amount_capturable_updated' },
      );
  if (captured) oweFee(draft, made);
  if (captured && card.bypassPending === true) soon(draft, made, fundsArrive.what);
  return after;
}

/** Whether the bank asks the card's owner: as the card says, or because 3D Secure is asked for where it can be. */
function bankAsks(draft: Draft, intent: StripeObject, given: { method: StripeObject; card: TestCard }): boolean {
  const { method, card } = given;
  if (method.type !== 'card' || draft.get('annex.authenticated', intent.id)?.method === method.id) return false;
  if (card.authentication === 'always') return true;
  if (card.authentication === 'unless_set_up') return !isSetUp(draft, method);
  const wish = intent.payment_method_options?.card?.request_three_d_secure;
  return card.authentication === 'if_requested' && (wish === 'any' || wish === 'challenge');
}

/** What a confirmation may still change of its intent. */
const CONFIRMS = ['capture_method', 'receipt_email', 'shipping'];

/** `off_session` payments cannot ask the customer for anything: a bank that wants to ask declines. */
export function confirm(draft: Draft, before: StripeObject, params: Params): StripeObject {
  const method = methodFor(draft, params, before.payment_method);
  if (method === undefined) throw noMethod(before);
  checkOwner(before, method);
  const usage = params.setup_future_usage ?? before.setup_future_usage;
  const own = Object.fromEntries(CONFIRMS.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]));
  const fields = {
    ...own,
    ...detailFields(draft, before, params),
    payment_method: method.id,
    payment_method_types: typesWith(before, method),
    setup_future_usage: usage === '' ? null : (usage ?? null),
    ...(params.payment_method_options !== undefined && {
      payment_method_options: methodOptions(params.payment_method_options, before.payment_method_options),
    }),
  };
  const intent = draft.set(before, fields, { event: null });
  const card = cardOf(draft, method);
  if (!bankAsks(draft, intent, { method, card })) return charge(draft, intent, method);
  const offSession = params.off_session !== undefined && params.off_session !== false;
  if (offSession || params.error_on_requires_action === true)
    throw declined(draft, intent, { method, decline: NEEDS_AUTHENTICATION, charge: undefined });
  return requireAction(draft, intent, params);
}

/** With manual confirmation the owner's answer brings the intent back to whoever confirms it, from a server (documented). */
function awaitServer(draft: Draft, intent: StripeObject, method: StripeObject): StripeObject {
  draft.insert({ id: intent.id, object: 'annex.authenticated', method: method.id, created: draft.now }, { event: null });
  return draft.set(intent, { status: 'requires_confirmation', next_action: null }, { event: null });
}

/** The customer answers the bank's question: approved goes on to the charge, failed goes back for another payment method. */
export function authenticate(draft: Draft, intent: StripeObject, approved: boolean): StripeObject {
  const method = draft.get('payment_method', intent.payment_method);
  if (intent.status !== 'requires_action' || method === undefined)
    throw unexpectedState(intent, `This PaymentIntent has a status of ${intent.status}.`);
  if (!approved) throw declined(draft, intent, { method, decline: AUTHENTICATION_FAILED, charge: undefined });
  return intent.confirmation_method === 'manual' ? awaitServer(draft, intent, method) : charge(draft, intent, method);
}
