import { format } from '@annex/money';
import { type Draft, invalid, type StripeObject } from '../../engine/index.ts';
import { post } from '../balance/ledger.ts';

const tooMuch = (asked: number, left: number, currency: string) =>
  invalid(
    `Transfer reversal amount (${format(asked, currency)}) is greater than unreversed amount on transfer (${format(left, currency)})`,
    'amount',
  );
const reversedBefore = (transfer: StripeObject) => invalid(`Transfer ${transfer.id} is already fully reversed.`);

export interface Reversal {
  readonly amount?: number;
  readonly description?: string | null;
  readonly metadata?: Record<string, string>;
  /** The refund that brought it about. */
  readonly source_refund?: string;
}

/** The connected account gives it back: a refund (`pyr_`) of the payment that it had received. */
function giveBack(draft: Draft, transfer: StripeObject, amount: number): string {
  const there = draft.in({ account: transfer.destination, livemode: draft.world.livemode });
  const id = there.id('refund').replace(/^re_/, 'pyr_');
  const movement = post(there, {
    amount: -amount,
    currency: transfer.currency,
    type: 'payment_refund',
    reporting_category: 'refund',
    source: id,
    description: 'REFUND FOR PAYMENT',
    available_on: draft.now,
  });
  const payment = there.get('charge', transfer.destination_payment)!;
  const fields = {
    id,
    amount,
    balance_transaction: movement.id,
    charge: payment.id,
    currency: transfer.currency,
    status: 'succeeded',
    metadata: {},
  };
  there.make('refund', fields);
  const refunded = payment.amount_refunded + amount;
  there.set(payment, { amount_refunded: refunded, refunded: refunded === payment.amount }, { event: 'charge.refunded' });
  return id;
}

/** Takes a transfer back, whole or in part. */
export function reverseTransfer(draft: Draft, transfer: StripeObject, given: Reversal): StripeObject {
  const left = transfer.amount - transfer.amount_reversed;
  if (left <= 0) throw reversedBefore(transfer);
  const amount = given.amount ?? left;
  if (amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  if (amount > left) throw tooMuch(amount, left, transfer.currency);
  const id = draft.id('transfer_reversal');
  const movement = post(draft, {
    amount,
    currency: transfer.currency,
    type: 'transfer_refund',
    reporting_category: 'transfer_reversal',
    source: id,
    description: given.description ?? null,
    available_on: draft.now,
  });
  const reversal = draft.make(
    'transfer_reversal',
    {
      id,
      amount,
      balance_transaction: movement.id,
      currency: transfer.currency,
      destination_payment_refund: giveBack(draft, transfer, amount),
      metadata: given.metadata ?? {},
      source_refund: given.source_refund ?? null,
      transfer: transfer.id,
    },
    { event: null },
  );
  const reversed = transfer.amount_reversed + amount;
  draft.set(
    draft.get('transfer', transfer.id)!,
    { amount_reversed: reversed, reversed: reversed === transfer.amount },
    { event: 'transfer.reversed' },
  );
  return reversal;
}
