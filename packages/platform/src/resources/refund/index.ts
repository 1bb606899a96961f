import { type Behaviour, type Draft, invalid, type Machine, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { feeOfDestination, refundDestinationFee, refundFeeOf } from '../application-fee.ts';
import { post } from '../balance/ledger.ts';
import { closeReview } from '../review.ts';
import { reverseTransfer } from '../transfer/reverse.ts';
import { create } from './create.ts';
import { awaitBank, cancel, fail } from './life.ts';

const machine: Machine = {
  field: 'status',
  moves: { cancel: { from: ['requires_action'], to: ['canceled'] } },
  refusal: (refund) =>
    invalid(
      `You cannot cancel this refund because it has a status of ${refund.status}. Only a refund with the status requires_action may be canceled.`,
    ),
};

/** What the refund of a destination charge takes back from the connected account, where it is asked to. */
function takeBack(draft: Draft, refund: StripeObject, params: Params): Record<string, unknown> {
  const charge = draft.get('charge', refund.charge)!;
  const transfer = draft.get('transfer', charge.transfer);
  if (transfer === undefined) {
    if (params.refund_application_fee === true) refundFeeOf(draft, charge, refund.amount);
    return {};
  }
  if (params.refund_application_fee === true)
    refundDestinationFee(draft, feeOfDestination(draft, transfer), { of: refund.amount, over: charge.amount_captured });
  if (params.reverse_transfer !== true) return {};
  const soFar = charge.amount_refunded + refund.amount;
  const target = soFar >= charge.amount_captured ? transfer.amount : Math.round((transfer.amount * soFar) / charge.amount_captured);
  const amount = Math.min(target, transfer.amount) - transfer.amount_reversed;
  if (amount < 1) return {};
  return { transfer_reversal: reverseTransfer(draft, transfer, { amount, source_refund: refund.id }).id };
}

/** Takes the money back on the ledger and marks the charge. Stripe keeps its fee. */
function created(draft: Draft, refund: StripeObject, params: Params): StripeObject {
  const taken = takeBack(draft, refund, params);
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
  const after = draft.set(refund, { balance_transaction: movement.id, ...taken }, { event: null });
  const amountRefunded = charge.amount_refunded + refund.amount;
  draft.set(charge, { amount_refunded: amountRefunded, refunded: amountRefunded === charge.amount_captured }, { event: 'charge.refunded' });
  if (amountRefunded === charge.amount_captured)
    closeReview(draft, charge, refund.reason === 'fraudulent' ? 'refunded_as_fraud' : 'refunded');
  if (after.status !== 'requires_action') awaitBank(draft, after);
  return after;
}

/** A test helper: the customer never answered the email. */
function expire(draft: Draft, _params: Params, [id]: readonly string[]): StripeObject {
  const found = draft.get('refund', id);
  if (found === undefined) throw noSuch('refund', id!, { param: 'refund', inPath: true });
  if (found.status !== 'requires_action')
    throw invalid(`Only a refund with the status requires_action may expire; this one has a status of ${found.status}.`);
  return fail(draft, found, 'unknown');
}

export const refund: Behaviour = {
  object: 'refund',
  grade: 'lived',
  events: { updated: null },
  machine,
  filters: { charge: 'charge', payment_intent: 'payment_intent' },
  create,
  created,
  updated: (draft, after, _params, before) => {
    const previous = { metadata: before.metadata };
    if (JSON.stringify(before.metadata) === JSON.stringify(after.metadata)) return after;
    for (const type of ['refund.updated', 'charge.refund.updated']) draft.emit(type, after, { previous });
    return after;
  },
  actions: { cancel: (draft, target) => cancel(draft, target) },
  specials: { 'POST /v1/test_helpers/refunds/{id}/expire': expire },
};
