import { format } from '@annex/money';
import { type Behaviour, type Draft, type Fields, invalid, noSuch, type Params, refuse, type StripeObject } from '../engine/index.ts';
import { refundFeeOf } from './application-fee.ts';
import { post } from './charge/ledger.ts';
import { cardOf } from './payment-method/make.ts';

const noTarget = () => invalid('One of the following params should be provided for this request: payment_intent or charge.');
const alreadyRefunded = (id: string) =>
  refuse({ status: 400, code: 'charge_already_refunded', message: `Charge ${id} has already been refunded.`, param: 'charge' });
const disputed = (id: string) =>
  refuse({ status: 400, code: 'charge_disputed', message: `Charge ${id} has been charged back; cannot issue a refund.`, param: 'charge' });
const nothingPaid = (intent: string) => invalid(`This PaymentIntent (${intent}) does not have a successful charge to refund.`);
const tooMuch = (asked: number, rest: number, currency: string) =>
  invalid(`Refund amount (${format(asked, currency)}) is greater than unrefunded amount on charge (${format(rest, currency)})`, 'amount');

function chargeOf(draft: Draft, params: Params): StripeObject {
  if (params.charge !== undefined) {
    const found = draft.get('charge', params.charge);
    if (found === undefined) throw noSuch('charge', params.charge, { param: 'charge', inPath: true });
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

function create(draft: Draft, params: Params): Fields {
  const charge = chargeOf(draft, params);
  const rest = charge.amount_captured - charge.amount_refunded;
  if (charge.disputed && !isRefundable(draft, charge)) throw disputed(charge.id);
  if (rest <= 0) throw alreadyRefunded(charge.id);
  const amount = params.amount ?? rest;
  if (amount <= 0) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (amount > rest) throw tooMuch(amount, rest, charge.currency);
  const method = draft.get('payment_method', charge.payment_method);
  const pending = method !== undefined && cardOf(draft, method).refund === 'pending';
  return {
    amount,
    charge: charge.id,
    currency: charge.currency,
    payment_intent: charge.payment_intent,
    reason: params.reason ?? null,
    receipt_number: null,
    status: pending ? 'pending' : 'succeeded',
    destination_details: {
      card: { reference_status: 'pending', reference_type: 'acquirer_reference_number', type: 'refund' },
      type: 'card',
    },
  };
}

/** Takes the money back on the ledger and marks the charge. Stripe keeps its fee. */
function created(draft: Draft, refund: StripeObject, params: Params): StripeObject {
  if (params.refund_application_fee === true) refundFeeOf(draft, draft.get('charge', refund.charge)!, refund.amount);
  const charge = draft.get('charge', refund.charge)!;
  const movement = post(draft, {
    amount: -refund.amount,
    currency: refund.currency,
    type: 'refund',
    reporting_category: 'refund',
    source: refund.id,
    description: `REFUND FOR CHARGE${charge.description === null ? '' : ` (${charge.description})`}`,
    available_on: draft.now,
  });
  const after = draft.set(refund, { balance_transaction: movement.id }, { event: null });
  const amountRefunded = charge.amount_refunded + refund.amount;
  draft.set(charge, { amount_refunded: amountRefunded, refunded: amountRefunded === charge.amount_captured }, { event: 'charge.refunded' });
  return after;
}

export const refund: Behaviour = {
  object: 'refund',
  grade: 'lived',
  filters: { charge: 'charge', payment_intent: 'payment_intent' },
  create,
  created,
};
