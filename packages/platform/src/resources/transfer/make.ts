import { format } from '@annex/money';
import { type Draft, type Fields, invalid, noSuch, refuse, type StripeObject, SYSTEM, type World } from '../../engine/index.ts';
import { type FeeDetail, post } from '../balance/ledger.ts';
import { availableIn } from '../balance/purse.ts';
import { connectionsFor } from '../connection.ts';

const insufficient = () =>
  refuse({
    status: 400,
    code: 'balance_insufficient',
    message:
      'You have insufficient available funds in your Stripe account. Try adding funds directly to your available balance by creating Charges using the 4000000000000077 test card. See: https://stripe.com/docs/testing#available-balance',
  });

/** Where the money goes: an account that is connected to this one. */
export function destinationWorld(draft: Draft, account: string, param: string): World {
  const { livemode } = draft.world;
  const connected = connectionsFor(draft, draft.world.account, livemode).some((row) => row.account === account);
  if (!connected) throw noSuch('destination', account, { param, inPath: false });
  return { account, livemode };
}

/** A payment that a connected account received: a charge whose id begins with `py_`. */
export const paymentId = (draft: Draft): string => draft.id('charge').replace(/^ch_/, 'py_');

export interface NewTransfer {
  readonly amount: number;
  readonly currency: string;
  readonly destination: World;
  /** The charge whose money it is; then it takes as long as that charge, and needs no balance. */
  readonly source?: { readonly charge: StripeObject; readonly availableOn: number };
  /** What the platform keeps of a destination charge, on the connected account's side. */
  readonly fee?: FeeDetail;
  readonly fields: Fields;
}

/** What the connected account gets: a payment with a ledger line of its own. */
function receive(draft: Draft, transfer: { id: string; payment: string }, given: NewTransfer): void {
  const there = draft.in(given.destination);
  const { amount, currency, fee } = given;
  const availableOn = given.source?.availableOn ?? draft.now;
  const movement = post(there, {
    amount,
    currency,
    type: 'payment',
    reporting_category: 'charge',
    source: transfer.payment,
    description: null,
    ...(fee !== undefined && { fee_details: [fee] }),
    available_on: availableOn,
  });
  const fields: Fields = {
    id: transfer.payment,
    amount,
    amount_captured: amount,
    balance_transaction: movement.id,
    captured: true,
    currency,
    fraud_details: {},
    outcome: null,
    paid: true,
    payment_method_details: { type: 'stripe_account', stripe_account: {} },
    source_transfer: transfer.id,
    status: 'succeeded',
  };
  there.make('charge', fields, { event: 'payment.created' });
}

/** Moves money to a connected account: both ledgers, both objects, both sides' events. */
export function makeTransfer(draft: Draft, given: NewTransfer): StripeObject {
  const { amount, currency, destination, source } = given;
  if (source === undefined && amount > availableIn(draft, currency)) throw insufficient();
  const id = draft.id('transfer');
  const movement = post(draft, {
    amount: -amount,
    currency,
    type: 'transfer',
    reporting_category: 'transfer',
    source: id,
    description: typeof given.fields.description === 'string' ? given.fields.description : null,
    available_on: source?.availableOn ?? draft.now,
  });
  const payment = paymentId(draft.in(destination));
  const transfer = draft.make('transfer', {
    amount,
    amount_reversed: 0,
    balance_transaction: movement.id,
    currency,
    destination: destination.account,
    destination_payment: payment,
    reversed: false,
    source_transaction: source?.charge.id ?? null,
    source_type: 'card',
    ...given.fields,
    id,
  });
  receive(draft, { id, payment }, given);
  return transfer;
}

const overSource = (draft: Draft, charge: StripeObject, already: number) =>
  invalid(
    `Transfers using this transaction as a source must not exceed the source amount of ${format(charge.amount_captured, charge.currency)}. (There are already transfers using this source, amounting to a total of ${format(already, draft.get('charge', charge.id)?.currency ?? charge.currency)}.)`,
    'amount',
  );

/** A charge can pay for transfers up to its own amount, in its own currency (documented). */
export function checkSource(draft: Draft, charge: StripeObject, asked: { amount: number; currency: string }): void {
  if (charge.status !== 'succeeded' || !charge.captured)
    throw invalid(`The charge ${charge.id} cannot pay for a transfer: it has not succeeded and been captured.`, 'source_transaction');
  if (asked.currency !== charge.currency)
    throw invalid(
      `The currency of source_transaction's balance transaction (${charge.currency}) must be the same as the transfer currency (${asked.currency}).`,
      'currency',
    );
  const already = draft
    .find('transfer', [['source_transaction', charge.id]])
    .reduce((sum, row) => sum + row.amount - row.amount_reversed, 0);
  if (already + asked.amount > charge.amount_captured) throw overSource(draft, charge, already);
}

/** The application of the platform's own mode, whose fees a destination charge pays. */
export const ownApplication = (draft: Draft): string | null =>
  draft.in(SYSTEM).find('annex.application', [['account', draft.world.account]], (row) => row.livemode === draft.world.livemode)[0]?.id ??
  null;
