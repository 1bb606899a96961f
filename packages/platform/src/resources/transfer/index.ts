import { type Behaviour, type Draft, invalid, missingParam, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { feeOfDestination, refundDestinationFee } from '../application-fee.ts';
import { currencyOf } from '../price.ts';
import { checkSource, destinationWorld, makeTransfer } from './make.ts';
import { reverseTransfer } from './reverse.ts';

/** The group of a charge and its transfers, made up where the charge has none. */
function groupOf(draft: Draft, params: Params, charge: StripeObject | undefined): string | null {
  if (params.transfer_group !== undefined || charge === undefined) return params.transfer_group ?? null;
  if (typeof charge.transfer_group === 'string') return charge.transfer_group;
  const group = `group_${charge.payment_intent ?? charge.id}`;
  draft.set(charge, { transfer_group: group }, { event: null });
  return group;
}

function create(draft: Draft, params: Params): StripeObject {
  const currency = currencyOf(params.currency);
  const destination = destinationWorld(draft, params.destination, 'destination');
  const charge =
    params.source_transaction === undefined ? undefined : draft.need('charge', params.source_transaction, 'source_transaction');
  const amount = params.amount ?? charge?.amount_captured;
  if (amount === undefined) throw missingParam('amount');
  if (amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (charge !== undefined) checkSource(draft, charge, { amount, currency });
  const group = groupOf(draft, params, charge);
  const availableOn =
    charge === undefined ? draft.now : (draft.get('balance_transaction', charge.balance_transaction)?.available_on ?? draft.now);
  return makeTransfer(draft, {
    amount,
    currency,
    destination,
    ...(charge !== undefined && { source: { charge, availableOn } }),
    fields: { description: params.description ?? null, metadata: params.metadata ?? {}, transfer_group: group },
  });
}

function reverse(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const transfer = draft.get('transfer', id);
  if (transfer === undefined) throw noSuch('transfer', id!, { param: 'id', inPath: true });
  const { amount, description, metadata } = params;
  const reversal = reverseTransfer(draft, transfer, {
    ...(amount !== undefined && { amount }),
    ...(description !== undefined && { description }),
    ...(metadata !== undefined && { metadata }),
  });
  if (params.refund_application_fee === true)
    refundDestinationFee(draft, feeOfDestination(draft, transfer), { of: reversal.amount, over: transfer.amount });
  return reversal;
}

export const transfer: Behaviour = {
  object: 'transfer',
  grade: 'lived',
  filters: { destination: 'destination', transfer_group: 'transfer_group' },
  specials: { 'POST /v1/transfers': create, 'POST /v1/transfers/{id}/reversals': reverse },
};

/** Its six verbs tell nothing: an edited reversal has no event of its own. */
export const transferReversal: Behaviour = {
  object: 'transfer_reversal',
  grade: 'lived',
  events: { created: null, updated: null },
};
