import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { post } from '../balance/ledger.ts';
import { cardOf } from '../payment-method/make.ts';
import { type Afterthought, soon } from '../soon.ts';

/** Both tell of an update of a refund; the older one has outlived its successor (captured). */
const UPDATED = ['refund.updated', 'charge.refund.updated'];

/** The money is back on the ledger, and the charge is owed again. */
function giveUp(draft: Draft, refund: StripeObject, fields: Fields): StripeObject {
  const movement = post(draft, {
    amount: refund.amount,
    currency: refund.currency,
    type: 'refund_failure',
    reporting_category: 'refund_failure',
    source: refund.id,
    description: 'REFUND FAILURE',
    available_on: draft.now,
  });
  const charge = draft.get('charge', refund.charge)!;
  draft.set(charge, { amount_refunded: charge.amount_refunded - refund.amount, refunded: false }, { event: null });
  const ended = { ...fields, next_action: undefined, pending_reason: undefined, failure_balance_transaction: movement.id };
  return draft.set(draft.get('refund', refund.id)!, ended, { event: null });
}

export function fail(draft: Draft, refund: StripeObject, reason: string): StripeObject {
  const failed = giveUp(draft, refund, { status: 'failed', failure_reason: reason });
  for (const type of ['refund.failed', ...UPDATED]) draft.emit(type, failed);
  return failed;
}

export function cancel(draft: Draft, refund: StripeObject): StripeObject {
  const canceled = giveUp(draft, refund, { status: 'canceled' });
  for (const type of UPDATED) draft.emit(type, canceled);
  return canceled;
}

/** The network's reference, which an account's owner can give to a customer who misses the money. */
function settle(draft: Draft, refund: StripeObject): void {
  const details = refund.destination_details;
  const card =
    details?.card === undefined
      ? undefined
      : { ...details.card, reference: reference(refund.id), reference_status: 'available', type: 'refund' };
  draft.set(
    refund,
    { status: 'succeeded', pending_reason: undefined, ...(card !== undefined && { destination_details: { ...details, card } }) },
    { event: UPDATED },
  );
}

const reference = (id: string): string => {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) % 1e15;
  return String(sum).padStart(15, '0');
};

/** The bank's answer: most refunds arrive, one test card's bounces. */
export const bankAnswer: Afterthought = {
  object: 'refund',
  what: 'arrive',
  act: (draft, refund) => {
    if (refund.status !== 'succeeded' && refund.status !== 'pending') return;
    const method = draft.get('payment_method', refund.payment_method);
    if (method !== undefined && cardOf(draft, method).refund === 'fails') fail(draft, refund, 'unknown');
    else settle(draft, refund);
  },
};

export const awaitBank = (draft: Draft, refund: StripeObject): void => soon(draft, refund, bankAnswer.what);
