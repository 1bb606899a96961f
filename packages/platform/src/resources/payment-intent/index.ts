import { type Behaviour, type Draft, type Fields, invalid, type Params, StripeError, type StripeObject } from '../../engine/index.ts';
import { payFromCash } from '../cash-balance/pay.ts';
import { proven } from '../microdeposits.ts';
import { currencyOf } from '../price.ts';
import { destinationWorld } from '../transfer/make.ts';
import { checkAmount } from './amount.ts';
import { capture, incrementAuthorization } from './capture.ts';
import { confirm, methodFor } from './confirm.ts';
import { spendConfirmation } from './confirmation-token.ts';
import { debit, withdraw } from './debit.ts';
import { machine, unexpectedState } from './machine.ts';
import { amountDetails, methodOptions } from './options.ts';

const noFeeHere = () =>
  invalid(
    'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
    'application_fee_amount',
  );

const both = () => invalid('You cannot pass both `transfer_data[amount]` and `application_fee_amount`.', 'transfer_data[amount]');
const feeTooHigh = (fee: number, amount: number) =>
  invalid(
    `The application fee amount (${fee}) must be greater than 0 and cannot be greater than the amount of the payment (${amount}).`,
    'application_fee_amount',
  );
const onlyOnConfirm = (name: string) => invalid(`The parameter \`${name}\` can only be used when \`confirm\` is true.`, name);

/** What means something to a confirmation alone (documented for each). */
const WITH_CONFIRM = ['error_on_requires_action', 'mandate', 'mandate_data', 'off_session', 'return_url'];

/** Who gets what of a payment, where others than the account do. */
function checkShares(draft: Draft, params: Params, amount: number): void {
  const { application_fee_amount: fee, transfer_data: passes, on_behalf_of: behalf } = params;
  if (passes?.destination !== undefined) destinationWorld(draft, passes.destination, 'transfer_data[destination]');
  if (typeof behalf === 'string') destinationWorld(draft, behalf, 'on_behalf_of');
  if (typeof fee !== 'number') return;
  if (draft.actor.application === null && passes?.destination === undefined) throw noFeeHere();
  if (passes?.amount !== undefined) throw both();
  if (fee < 1 || fee > amount) throw feeTooHigh(fee, amount);
}

function checkCustomer(draft: Draft, params: Params): void {
  if (typeof params.customer === 'string') draft.need('customer', params.customer, 'customer');
}

function create(draft: Draft, params: Params): Fields {
  const currency = currencyOf(params.currency);
  checkAmount(params.amount, currency);
  const early = params.confirm === true ? undefined : WITH_CONFIRM.find((name) => params[name] !== undefined);
  if (early !== undefined) throw onlyOnConfirm(early);
  checkShares(draft, params, params.amount);
  checkCustomer(draft, params);
  const method = params.confirm === true ? undefined : methodFor(draft, params, null);
  const automatic = params.automatic_payment_methods;
  const allowed = params.allowed_payment_method_types ?? null;
  return {
    amount_capturable: 0,
    amount_details: amountDetails(params.amount_details),
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
    payment_method_options: methodOptions(params.payment_method_options),
    payment_method_types: allowed ?? ['card'],
    setup_future_usage: params.setup_future_usage ?? null,
    status: method === undefined ? 'requires_payment_method' : 'requires_confirmation',
    transfer_data: params.transfer_data === undefined ? null : { amount: null, ...params.transfer_data },
  };
}

/** What can be changed once money is held, has moved or never will. */
const ALWAYS = new Set([
  'metadata',
  'description',
  'receipt_email',
  'shipping',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'transfer_group',
]);
function created(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const made = draft.set(intent, { client_secret: `${intent.id}_secret_${draft.random(25)}` }, { event: null });
  if (params.confirm !== true) return made;
  spendConfirmation(draft, params, made);
  return confirm(draft, made, params);
}

const OPEN = new Set(['requires_payment_method', 'requires_confirmation', 'requires_action']);

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  const frozen = OPEN.has(before.status) ? undefined : Object.keys(params).find((name) => !ALWAYS.has(name));
  if (frozen !== undefined)
    throw unexpectedState(before, `This PaymentIntent's ${frozen} could not be updated because it has a status of ${before.status}.`);
  const currency = params.currency === undefined ? before.currency : currencyOf(params.currency);
  if (params.amount !== undefined || params.currency !== undefined) checkAmount(params.amount ?? before.amount, currency);
  const shares = { transfer_data: before.transfer_data ?? undefined, ...params };
  if (OPEN.has(before.status)) checkShares(draft, shares, params.amount ?? before.amount);
  checkCustomer(draft, params);
  const given = params.payment_method !== undefined || params.payment_method_data !== undefined;
  const method = given ? methodFor(draft, params, null) : undefined;
  return {
    currency,
    ...(params.amount_details !== undefined && { amount_details: amountDetails(params.amount_details) }),
    ...(params.payment_method_options !== undefined && {
      payment_method_options: methodOptions(params.payment_method_options, before.payment_method_options ?? {}),
    }),
    ...(params.transfer_data !== undefined && { transfer_data: { ...before.transfer_data, ...params.transfer_data } }),
    ...(method !== undefined && { payment_method: method.id, status: 'requires_confirmation' }),
  };
}

/** Lets go of an authorization, where there is one. Also used when an invoice is voided. */
export function cancel(draft: Draft, intent: StripeObject, reason: string | null): StripeObject {
  const charge = intent.status === 'requires_capture' ? draft.get('charge', intent.latest_charge) : undefined;
  if (charge !== undefined && charge.amount_captured === 0)
    draft.set(
      charge,
      { amount_refunded: charge.amount, refunded: true },
      { event: reason === 'automatic' ? 'charge.expired' : 'charge.refunded' },
    );
  if (intent.status === 'processing') withdraw(draft, intent);
  const fields = {
    status: 'canceled',
    canceled_at: draft.now,
    cancellation_reason: reason,
    amount_capturable: 0,
    next_action: null,
  };
  return draft.set(intent, fields, { event: 'payment_intent.canceled' });
}

/** Cash that the customer sent is put towards an intent by hand. */
function applyBalance(draft: Draft, intent: StripeObject, params: Params): StripeObject {
  const method = draft.get('payment_method', intent.payment_method);
  if (method?.type !== 'customer_balance')
    throw unexpectedState(intent, 'Only a PaymentIntent that awaits a bank transfer can be paid from the cash balance of its customer.');
  return payFromCash(draft, intent, method, params.amount);
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
    confirm: (draft, intent, params) => {
      spendConfirmation(draft, params, intent);
      return confirm(draft, intent, params);
    },
    capture,
    increment_authorization: incrementAuthorization,
    apply_customer_balance: applyBalance,
    verify_microdeposits: (draft, intent, params) => debit(draft, intent, proven(draft, intent, params)),
    cancel: (draft, intent, params) => cancel(draft, intent, params.cancellation_reason ?? null),
  },
};

/** Whether an error is a payment's refusal rather than a mistake in the request. */
export const isPaymentRefusal = (error: unknown): error is StripeError => error instanceof StripeError && error.status === 402;
