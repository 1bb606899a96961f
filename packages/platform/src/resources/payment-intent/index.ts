import { format, minimumCharge } from '@annex/money';
import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  type Params,
  refuse,
  StripeError,
  type StripeObject,
} from '../../engine/index.ts';
import { oweFee } from '../application-fee.ts';
import { settle } from '../charge/make.ts';
import { cardOf } from '../payment-method/make.ts';
import { currencyOf } from '../price.ts';
import { confirm, methodFor } from './confirm.ts';
import { machine, unexpectedState } from './machine.ts';

const tooSmall = (minimum: number, currency: string) =>
  refuse({
    status: 400,
    code: 'amount_too_small',
    message: `Amount must be at least ${format(minimum, currency)} ${currency}`,
    param: 'amount',
  });
const tooLarge = () =>
  refuse({ status: 400, code: 'amount_too_large', message: 'Amount must be no more than $999,999.99', param: 'amount' });
const noFeeHere = () =>
  invalid(
    'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
    'application_fee_amount',
  );

function checkAmount(amount: number, currency: string): void {
  if (amount < 1) throw invalid('This value must be greater than or equal to 1.', 'amount', 'parameter_invalid_integer');
  const minimum = minimumCharge(currency);
  if (amount < minimum) throw tooSmall(minimum, currency);
  if (amount > 99_999_999) throw tooLarge();
}

function create(draft: Draft, params: Params): Fields {
  const currency = currencyOf(params.currency);
  checkAmount(params.amount, currency);
  if (params.application_fee_amount !== undefined && draft.actor.application === null) throw noFeeHere();
  if (params.customer !== undefined) draft.need('customer', params.customer, 'customer');
  const method = params.confirm === true ? undefined : methodFor(draft, params, null);
  const automatic = params.automatic_payment_methods;
  const allowed = params.allowed_payment_method_types ?? null;
  return {
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    automatic_payment_methods:
      allowed !== null ? null : { allow_redirects: automatic?.allow_redirects ?? 'always', enabled: automatic?.enabled ?? true },
    capture_method: params.capture_method ?? 'automatic_async',
    client_secret: null,
    confirmation_method: params.confirmation_method ?? 'automatic',
    currency,
    last_payment_error: null,
    latest_charge: null,
    payment_method: method?.id ?? null,
    payment_method_options: { card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' } },
    payment_method_types: allowed ?? ['card'],
    setup_future_usage: params.setup_future_usage ?? null,
    status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
  };
}

function created(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const made = draft.set(intent, { client_secret: `${intent.id}_secret_${draft.random(25)}` }, { event: null });
  return params.confirm === true ? confirm(draft, made, params) : made;
}

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  if (before.status === 'succeeded' || before.status === 'canceled') {
    const asked = Object.keys(params).filter(
      (name) => !['metadata', 'description', 'receipt_email', 'shipping', 'transfer_group'].includes(name),
    );
    if (asked.length > 0) {
      throw unexpectedState(before, `This PaymentIntent's ${asked[0]} could not be updated because it has a status of ${before.status}.`);
    }
  }
  if (params.amount !== undefined)
    checkAmount(params.amount, params.currency === undefined ? before.currency : currencyOf(params.currency));
  const method =
    params.payment_method === undefined && params.payment_method_data === undefined ? undefined : methodFor(draft, params, null);
  return method === undefined ? {} : { payment_method: method.id, status: 'requires_confirmation' };
}

const tooMuch = (intent: StripeObject) =>
  refuse({
    status: 400,
    code: 'amount_too_large',
    message: `The payment could not be captured because the requested capture amount is greater than the amount you can capture for this charge (${intent.amount_capturable}).`,
    param: 'amount_to_capture',
    more: { payment_intent: intent },
  });

function capture(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const amount = params.amount_to_capture ?? intent.amount_capturable;
  if (amount > intent.amount_capturable) throw tooMuch(intent);
  const charge = draft.get('charge', intent.latest_charge)!;
  const card = cardOf(draft, draft.get('payment_method', charge.payment_method)!);
  const captured = { ...charge, amount_captured: amount, captured: true, amount_refunded: 0 };
  const movement = settle(draft, captured, card);
  const after = draft.set(
    charge,
    { amount_captured: amount, captured: true, balance_transaction: movement.id },
    { event: 'charge.captured' },
  );
  const done = draft.set(
    intent,
    { status: 'succeeded', amount_capturable: 0, amount_received: amount },
    { event: 'payment_intent.succeeded' },
  );
  oweFee(draft, after);
  return done;
}

/** Lets go of an authorization, where there is one. Also used when an invoice is voided. */
export function cancel(draft: Draft, intent: StripeObject, reason: string | null): StripeObject {
  const charge = intent.status === 'requires_capture' ? draft.get('charge', intent.latest_charge) : undefined;
  if (charge !== undefined) draft.set(charge, { amount_refunded: charge.amount, refunded: true }, { event: 'charge.refunded' });
  const fields = { status: 'canceled', canceled_at: draft.now, cancellation_reason: reason, amount_capturable: 0, next_action: null };
  return draft.set(intent, fields, { event: 'payment_intent.canceled' });
}

export const paymentIntent: Behaviour = {
  object: 'payment_intent',
  grade: 'lived',
  events: { updated: null },
  machine,
  filters: { customer: 'customer' },
  create,
  created,
  update,
  actions: {
    confirm,
    capture,
    cancel: (draft, intent, params) => cancel(draft, intent, params.cancellation_reason ?? null),
  },
};

/** Whether an error is a payment's refusal rather than a mistake in the request. */
export const isPaymentRefusal = (error: unknown): error is StripeError => error instanceof StripeError && error.status === 402;
