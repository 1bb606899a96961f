import { type Behaviour, type Draft, invalid, type Machine, noSuch, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { payoutTarget } from '../external-account.ts';
import { currencyOf } from '../price.ts';
import { cancel } from './life.ts';
import { makePayout } from './make.ts';

const SENTENCES: Readonly<Record<string, string>> = { cancel: 'canceled', reverse: 'reversed' };

const machine: Machine = {
  field: 'status',
  moves: {
    cancel: { from: ['pending'], to: ['canceled'] },
    reverse: { from: ['in_transit', 'paid'], to: ['in_transit', 'paid'] },
  },
  refusal: (payout, action, { from }) =>
    invalid(
      `This payout could not be ${SENTENCES[action]} because it has a status of ${payout.status}. Only a payout with one of the following statuses may be ${SENTENCES[action]}: ${from.join(', ')}.`,
    ),
};

const noTarget = (currency: string) => invalid(`Sorry, you don't have any external accounts in that currency (${currency}).`, 'currency');
const onlyManual = () => invalid('You can only cancel manual payouts, not automatic payouts.', undefined, 'payouts_not_allowed');
const reversedBefore = (payout: StripeObject) => invalid(`The payout ${payout.id} has already been reversed by ${payout.reversed_by}.`);
const notConnected = () =>
  refuse({
    status: 400,
    code: 'payouts_not_allowed',
    message: 'Only payouts of a connected account can be reversed: make the request with its Stripe-Account.',
  });

function targetOf(draft: Draft, params: Params, currency: string): StripeObject {
  if (params.destination === undefined) {
    const found = payoutTarget(draft, currency);
    if (found === undefined) throw noTarget(currency);
    return found;
  }
  const named = draft.get('bank_account', params.destination) ?? draft.get('card', params.destination);
  if (named?.account !== draft.world.account) throw noSuch('external account', params.destination, { param: 'destination', inPath: false });
  return named;
}

function create(draft: Draft, params: Params): StripeObject {
  const currency = currencyOf(params.currency);
  if (params.amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  const { amount, description = null, statement_descriptor: descriptor = null, source_type = 'card', metadata = {} } = params;
  return makePayout(draft, {
    amount,
    currency,
    destination: targetOf(draft, params, currency),
    automatic: false,
    method: params.method === 'instant' ? 'instant' : 'standard',
    fields: { description, statement_descriptor: descriptor, source_type, metadata },
  });
}

/** A payout of its own brings the money back (documented for connected accounts alone). */
function reverse(draft: Draft, payout: StripeObject, params: Params): StripeObject {
  if (draft.actor.application === null) throw notConnected();
  if (payout.reversed_by !== null) throw reversedBefore(payout);
  const destination = draft.get(payout.type, payout.destination) ?? targetOf(draft, {}, payout.currency);
  const back = makePayout(draft, {
    amount: -payout.amount,
    currency: payout.currency,
    destination,
    automatic: false,
    method: 'standard',
    fields: { original_payout: payout.id, metadata: params.metadata ?? {} },
  });
  draft.set(payout, { reversed_by: back.id });
  return back;
}

export const payout: Behaviour = {
  object: 'payout',
  grade: 'lived',
  machine,
  filters: { destination: 'destination', status: 'status' },
  actions: {
    cancel: (draft, target) => {
      if (target.automatic) throw onlyManual();
      return cancel(draft, target);
    },
    reverse,
  },
  specials: { 'POST /v1/payouts': create },
};
