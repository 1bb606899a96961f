import { availableOn } from '@annex/money';
import { type Draft, type Fields, invalid, refuse, type StripeObject } from '../../engine/index.ts';
import { post } from '../balance/ledger.ts';
import { availableIn } from '../balance/purse.ts';

/** Business days until a standard payout arrives. */
const DAYS = 2;
const HALF_HOUR = 1800;

const insufficient = () =>
  refuse({
    status: 400,
    code: 'balance_insufficient',
    message:
      'You have insufficient funds in your Stripe account for this payout. Your card balance is too low. You can use the /v1/balance endpoint to view your Stripe balance.',
    param: 'amount',
  });
const failedBefore = (account: StripeObject) =>
  invalid(
    `A payout to the external account ${account.id} failed, so it takes no more until it is updated.`,
    'destination',
    'bank_account_unusable',
  );

export interface NewPayout {
  /** Minor units; below zero for a reversal, which brings the money back. */
  readonly amount: number;
  readonly currency: string;
  readonly destination: StripeObject;
  readonly automatic: boolean;
  readonly method: 'standard' | 'instant';
  readonly fields?: Fields;
}

/** Takes the amount out of what is available and sends it on its way. */
export function makePayout(draft: Draft, given: NewPayout): StripeObject {
  const { amount, currency, destination, automatic, method } = given;
  if (destination.status === 'errored') throw failedBefore(destination);
  if (amount > availableIn(draft, currency)) throw insufficient();
  const id = draft.id('payout');
  const movement = post(draft, {
    amount: -amount,
    currency,
    type: 'payout',
    reporting_category: 'payout',
    source: id,
    description: 'STRIPE PAYOUT',
    available_on: draft.now,
  });
  return draft.make('payout', {
    id,
    amount,
    arrival_date: method === 'instant' ? draft.now + HALF_HOUR : availableOn(draft.now, DAYS),
    automatic,
    balance_transaction: movement.id,
    currency,
    destination: destination.id,
    metadata: {},
    method,
    reconciliation_status: automatic ? 'in_progress' : 'not_applicable',
    source_type: 'card',
    status: 'pending',
    trace_id: { status: 'pending', value: null },
    type: destination.object,
    ...given.fields,
  });
}
