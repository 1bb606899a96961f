import { availableOn } from '@annex/money';
import { type Behaviour, type Draft, type DueRow, invalid, type Machine, type Params, type StripeObject } from '../engine/index.ts';
import { post } from './balance/ledger.ts';
import { BANK_REFUSALS, bankOfToken } from './payment-method/banks.ts';
import { currencyOf } from './price.ts';

const machine: Machine = {
  field: 'status',
  moves: { cancel: { from: ['pending'], to: ['canceled'] } },
  refusal: (topup) =>
    invalid(`This top-up could not be canceled because it has a status of ${topup.status}. Only pending top-ups can be canceled.`),
};

/** Money that the account's owner sends; it arrives on its day. A `btok_us_verified_…` of a failing bank account fails then. */
function create(draft: Draft, params: Params): StripeObject {
  if (params.amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  const made = draft.make('topup', {
    amount: params.amount,
    currency: currencyOf(params.currency),
    description: params.description ?? null,
    expected_availability_date: availableOn(draft.now, 2),
    metadata: params.metadata ?? {},
    statement_descriptor: params.statement_descriptor ?? null,
    status: 'pending',
    transfer_group: params.transfer_group ?? null,
  });
  if (params.source !== undefined)
    draft.insert({ id: made.id, object: 'annex.topup_source', token: params.source, created: draft.now }, { event: null });
  return made;
}

export const arrival: DueRow = {
  object: 'topup',
  what: 'arrive',
  at: (topup) => (topup.status === 'pending' ? topup.expected_availability_date : null),
  act: (draft, topup) => {
    const debit = bankOfToken(draft.get('annex.topup_source', topup.id)?.token ?? '')?.debit;
    if (typeof debit === 'object') {
      const told = { status: 'failed', failure_code: debit.fails, failure_message: BANK_REFUSALS[debit.fails] };
      draft.set(topup, told, { event: 'topup.failed' });
      return;
    }
    const movement = post(draft, {
      amount: topup.amount,
      currency: topup.currency,
      type: 'topup',
      reporting_category: 'topup',
      source: topup.id,
      description: topup.description,
      available_on: draft.now,
    });
    draft.set(topup, { status: 'succeeded', balance_transaction: movement.id }, { event: 'topup.succeeded' });
  },
};

export const topup: Behaviour = {
  object: 'topup',
  grade: 'lived',
  events: { updated: null },
  machine,
  filters: { amount: 'amount', status: 'status' },
  actions: { cancel: (draft, target) => draft.set(target, { status: 'canceled' }, { event: 'topup.canceled' }) },
  specials: { 'POST /v1/topups': create },
};
