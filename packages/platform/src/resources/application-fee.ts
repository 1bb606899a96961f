import { feeRefunded } from '@annex/money';
import {
  type Behaviour,
  type Draft,
  type DueRow,
  type Fields,
  invalid,
  type Params,
  type StripeObject,
  SYSTEM,
  type World,
} from '../engine/index.ts';
import { type FeeDetail, post } from './balance/ledger.ts';

/** What an answer may show of another world: the application that acts, and the fee it earned by this request. */
export function elsewhere(draft: Draft, object: string, id: string): StripeObject | undefined {
  if (object === 'application') return draft.in(SYSTEM).get('application', id);
  const { application } = draft.actor;
  return object === 'application_fee' && application !== null ? draft.in(platformWorld(draft, application)).get(object, id) : undefined;
}

/** Where a fee lives: the account that owns the application, in the charge's mode (oauth 9.2). */
function platformWorld(draft: Draft, application: string): World {
  const owner = draft.in(SYSTEM).get('annex.application', application)?.account;
  if (typeof owner !== 'string') throw new Error(`the application ${application} has no owner`);
  return { account: owner, livemode: draft.world.livemode };
}

/** The connected account's side: a line beside Stripe's own fee. */
export function applicationFeeDetail(draft: Draft, charge: StripeObject): FeeDetail | undefined {
  const { application, application_fee_amount: amount, currency } = charge;
  if (application === null || typeof amount !== 'number' || amount <= 0) return undefined;
  const name = draft.in(SYSTEM).get('application', application)?.name ?? 'Application';
  const capped = Math.min(amount, charge.amount_captured);
  return { amount: capped, application, currency, description: `${name} application fee`, type: 'application_fee' };
}

/** The platform's side: the fee with its ledger line and its event, and the charge that names it. */
function collectFee(draft: Draft, charge: StripeObject): StripeObject {
  const there = draft.in(platformWorld(draft, charge.application));
  const amount = Math.min(charge.application_fee_amount, charge.amount_captured);
  const id = there.id('application_fee');
  const movement = post(there, {
    amount,
    currency: charge.currency,
    type: 'application_fee',
    reporting_category: 'platform_earning',
    source: id,
    description: null,
    available_on: draft.get('balance_transaction', charge.balance_transaction)?.available_on ?? draft.now,
  });
  const fee = there.make('application_fee', {
    id,
    account: draft.world.account,
    amount,
    amount_refunded: 0,
    application: charge.application,
    balance_transaction: movement.id,
    charge: charge.id,
    currency: charge.currency,
    fee_source: { charge: charge.id, type: 'charge' },
    originating_transaction: null,
    refunded: false,
    refunds: { object: 'list', data: [], has_more: false, url: `/v1/application_fees/${id}/refunds` },
  });
  draft.set(charge, { application_fee: fee.id }, { event: 'charge.updated' });
  return fee;
}

/** Of a destination charge: taken from the payment that the connected account received, on the platform's own ledger. */
export function collectDestinationFee(
  draft: Draft,
  charge: StripeObject,
  given: { transfer: StripeObject; fee: FeeDetail; availableOn: number },
): StripeObject {
  const { transfer, fee, availableOn } = given;
  const id = draft.id('application_fee');
  const movement = post(draft, {
    amount: fee.amount,
    currency: fee.currency,
    type: 'application_fee',
    reporting_category: 'platform_earning',
    source: id,
    description: null,
    available_on: availableOn,
  });
  return draft.make('application_fee', {
    id,
    account: transfer.destination,
    amount: fee.amount,
    amount_refunded: 0,
    application: fee.application,
    balance_transaction: movement.id,
    charge: transfer.destination_payment,
    currency: fee.currency,
    fee_source: { charge: transfer.destination_payment, type: 'charge' },
    originating_transaction: charge.id,
    refunded: false,
    refunds: { object: 'list', data: [], has_more: false, url: `/v1/application_fees/${id}/refunds` },
  });
}

/** The fee that a destination charge paid by way of this transfer. */
export const feeOfDestination = (draft: Draft, transfer: StripeObject): StripeObject | undefined =>
  draft.find('application_fee', [['charge', transfer.destination_payment]])[0];

/** Gives a fee back in proportion; what was given back before counts. */
export function refundDestinationFee(draft: Draft, fee: StripeObject | undefined, share: { of: number; over: number }): void {
  if (fee === undefined) return;
  const target = Math.min(fee.amount, fee.amount_refunded + feeRefunded(fee.amount, share.of, share.over));
  if (target > fee.amount_refunded) refundFee(draft, fee, { amount: target - fee.amount_refunded });
}

/** A fee follows its charge a moment later; at once where the request wants to see it (documented). */
export function oweFee(draft: Draft, charge: StripeObject): void {
  if (applicationFeeDetail(draft, charge) === undefined) return;
  if (draft.willShow('application_fee')) collectFee(draft, charge);
  else draft.insert({ id: charge.id, object: 'annex.owed_fee', created: draft.now }, { event: null });
}

export const owedFee: DueRow = {
  object: 'annex.owed_fee',
  what: 'collect an application fee',
  // Owed at once, on whatever clock the charge lives: the fee is made in the charge's own moment.
  at: () => 0,
  act: (draft, owed) => {
    const charge = draft.get('charge', owed.id);
    if (charge !== undefined) collectFee(draft.at(owed.created), charge);
    draft.remove(owed, 'gone', { event: null });
  },
};

const tooMuch = (asked: number, left: number) =>
  invalid(`Refund amount (${asked}) is greater than the unrefunded amount of the application fee (${left}).`, 'amount');

function refundFee(draft: Draft, fee: StripeObject, given: { amount?: number; metadata?: Record<string, string> }): StripeObject {
  const left = fee.amount - fee.amount_refunded;
  const amount = given.amount ?? left;
  if (amount < 1 || amount > left) throw tooMuch(amount, left);
  const id = draft.id('fee_refund');
  const movement = post(draft, {
    amount: -amount,
    currency: fee.currency,
    type: 'application_fee_refund',
    reporting_category: 'platform_earning_refund',
    source: id,
    description: null,
    available_on: draft.now,
  });
  const fields: Fields = {
    id,
    amount,
    balance_transaction: movement.id,
    currency: fee.currency,
    fee: fee.id,
    metadata: given.metadata ?? {},
  };
  const refund = draft.make('fee_refund', fields, { event: null });
  const refunded = fee.amount_refunded + amount;
  draft.set(fee, { amount_refunded: refunded, refunded: refunded === fee.amount }, { event: 'application_fee.refunded' });
  const account = draft.in({ account: fee.account, livemode: draft.world.livemode });
  post(account, {
    amount,
    currency: fee.currency,
    type: 'adjustment',
    reporting_category: 'other_adjustment',
    source: id,
    description: 'Application fee refund',
    available_on: draft.now,
  });
  return refund;
}

/** `refund_application_fee`: the fee goes back in proportion to what is refunded of the charge; the last part takes the rest. */
export function refundFeeOf(draft: Draft, charge: StripeObject, refunded: number): void {
  const application = charge.application as string | null;
  if (application === null) return;
  const owed = draft.get('annex.owed_fee', charge.id);
  if (owed !== undefined) owedFee.act(draft, owed);
  const there = draft.in(platformWorld(draft, application));
  const fee = there.get('application_fee', draft.get('charge', charge.id)?.application_fee);
  if (fee === undefined) return;
  const soFar = charge.amount_refunded + refunded;
  const target = feeRefunded(fee.amount, soFar, charge.amount_captured);
  if (target > fee.amount_refunded) refundFee(there, fee, { amount: target - fee.amount_refunded });
}

const notAsApplication = () =>
  invalid('Application fees belong to the platform: make this request with your own key, without the Stripe-Account header.');

function createRefund(draft: Draft, params: Params, ids: readonly string[]): StripeObject {
  const fee = draft.get('application_fee', ids[0]);
  if (fee === undefined)
    throw draft.actor.application === null ? invalid(`No such application fee: '${ids[0]}'`, 'id', 'resource_missing') : notAsApplication();
  return refundFee(draft, fee, params);
}

export const applicationFee: Behaviour = {
  object: 'application_fee',
  grade: 'lived',
  filters: { charge: 'charge' },
  specials: { 'POST /v1/application_fees/{id}/refunds': createRefund },
};

/** What was given back of a fee; its events are named after the fee. */
export const feeRefund: Behaviour = { object: 'fee_refund', grade: 'ruled', events: { updated: 'application_fee.refund.updated' } };
