import { format } from '@annex/money';
import { type Draft, type Fields, invalid, noSuch, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { cardOf } from '../payment-method/make.ts';

const DAY = 86_400;

const noTarget = () => invalid('One of the following params should be provided for this request: payment_intent or charge.');
const bothTargets = () => invalid('Only one of these params can be provided: charge, payment_intent.');
const alreadyRefunded = (id: string) =>
  refuse({ status: 400, code: 'charge_already_refunded', message: `Charge ${id} has already been refunded.`, param: 'charge' });
const disputed = (id: string) =>
  refuse({ status: 400, code: 'charge_disputed', message: `Charge ${id} has been charged back; cannot issue a refund.`, param: 'charge' });
const nothingPaid = (intent: string) => invalid(`This PaymentIntent (${intent}) does not have a successful charge to refund.`);
const notPaid = (charge: StripeObject) =>
  invalid(
    charge.status === 'succeeded'
      ? `Charge ${charge.id} has not been captured; cancel its PaymentIntent to release the authorization.`
      : `Charge ${charge.id} cannot be refunded because it has a status of ${charge.status}.`,
    'charge',
    'charge_not_refundable',
  );
const tooMuch = (asked: number, rest: number, currency: string) =>
  invalid(`Refund amount (${format(asked, currency)}) is greater than unrefunded amount on charge (${format(rest, currency)})`, 'amount');

function chargeOf(draft: Draft, params: Params): StripeObject {
  if (params.charge !== undefined && params.payment_intent !== undefined) throw bothTargets();
  if (params.charge !== undefined) {
    const found = draft.get('charge', params.charge);
    if (found === undefined) throw noSuch('charge', params.charge, { param: 'charge', inPath: true });
    if (found.status !== 'succeeded' || !found.captured) throw notPaid(found);
    return found;
  }
  if (params.payment_intent === undefined) throw noTarget();
  const intent = draft.need('payment_intent', params.payment_intent, 'payment_intent');
  const charge = draft.get('charge', intent.latest_charge);
  if (charge === undefined || charge.status !== 'succeeded' || !charge.captured) throw nothingPaid(intent.id);
  return charge;
}

/** An inquiry leaves the money where it is, so it can still be given back. */
const isRefundable = (draft: Draft, charge: StripeObject): boolean =>
  draft.find('dispute', [['charge', charge.id]]).every((dispute) => dispute.is_charge_refundable);

/** Methods that money cannot be sent back by: the customer is asked by email where to send it (documented). */
const ASKS_BY_EMAIL = new Set(['boleto', 'konbini', 'multibanco', 'oxxo', 'promptpay']);
const DAYS_TO_ANSWER = 45;

function destination(draft: Draft, charge: StripeObject, params: Params): Fields {
  const type = charge.payment_method_details?.type ?? 'card';
  if (ASKS_BY_EMAIL.has(type)) {
    if (params.instructions_email === undefined)
      throw invalid(`You must provide \`instructions_email\` for refunds of ${type} payments.`, 'instructions_email', 'parameter_missing');
    const sent = { email_sent_at: draft.now, email_sent_to: params.instructions_email };
    const details = { email_sent: sent, expires_at: draft.now + DAYS_TO_ANSWER * DAY };
    return {
      status: 'requires_action',
      instructions_email: params.instructions_email,
      next_action: { type: 'display_details', display_details: details },
      destination_details: { type, [type]: {} },
    };
  }
  if (type !== 'card')
    return {
      status: type === 'us_bank_account' || type === 'sepa_debit' ? 'pending' : 'succeeded',
      destination_details: { type, [type]: {} },
    };
  const method = draft.get('payment_method', charge.payment_method);
  const pending = method !== undefined && cardOf(draft, method).refund === 'pending';
  return {
    status: pending ? 'pending' : 'succeeded',
    ...(pending && { pending_reason: 'processing' }),
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: pending ? 'pending' : 'refund' },
      type: 'card',
    },
  };
}

/** Judges the request in Stripe's order; what it does to money comes when the refund is stored. */
export function create(draft: Draft, params: Params): Fields {
  if (params.origin !== undefined)
    throw invalid('Annex does not simulate refunds of a cash balance; refund the payment instead.', 'origin');
  const charge = chargeOf(draft, params);
  const rest = charge.amount_captured - charge.amount_refunded;
  if (charge.disputed && !isRefundable(draft, charge)) throw disputed(charge.id);
  if (rest <= 0) throw alreadyRefunded(charge.id);
  const amount = params.amount ?? rest;
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (amount > rest) throw tooMuch(amount, rest, charge.currency);
  if (params.reverse_transfer === true && typeof charge.transfer !== 'string')
    throw invalid(`Cannot reverse transfer on charge ${charge.id}: it has no associated transfer.`, 'reverse_transfer');
  if (params.refund_application_fee === true && charge.application_fee_amount === null)
    throw invalid('Attempting to refund_application_fee on charge, but it has no application fee.', 'refund_application_fee');
  return {
    amount,
    charge: charge.id,
    currency: charge.currency,
    customer: charge.customer,
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: params.reason ?? null,
    receipt_number: null,
    ...destination(draft, charge, params),
  };
}
