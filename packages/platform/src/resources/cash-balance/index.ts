import { type Behaviour, type Draft, invalid, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { currencyOf } from '../price.ts';
import { available, moveCash, reconcile } from './pay.ts';

function customerOf(draft: Draft, id: string | undefined): StripeObject {
  const found = draft.get('customer', id);
  if (found === undefined) throw noSuch('customer', id ?? '', { param: 'customer', inPath: true });
  return found;
}

const MODE = 'annex.cash_mode';
const modeOf = (draft: Draft, customer: string): string => draft.get(MODE, customer)?.mode ?? 'automatic';

/** Money that a customer sent by bank transfer and that waits to pay for something. It has no id of its own. */
function balanceOf(draft: Draft, customer: string): StripeObject {
  const told = {
    object: 'cash_balance',
    available: available(draft, customer),
    customer,
    customer_account: null,
    livemode: draft.world.livemode,
    settings: { reconciliation_mode: modeOf(draft, customer), using_merchant_default: draft.get(MODE, customer) === undefined },
  };
  return told as unknown as StripeObject;
}

/** `settings[reconciliation_mode]` of the balance, also where the customer's own request brings it. */
export function setMode(draft: Draft, customer: string, wish: unknown): void {
  const known = draft.get(MODE, customer);
  if (wish === 'merchant_default' && known !== undefined) draft.remove(known, 'gone', { event: null });
  else if (typeof wish === 'string' && known !== undefined) draft.set(known, { mode: wish }, { event: null });
  else if (typeof wish === 'string' && wish !== 'merchant_default')
    draft.insert({ id: customer, object: MODE, mode: wish, created: draft.now }, { event: null });
}

function update(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const customer = customerOf(draft, id);
  setMode(draft, customer.id, params.settings?.reconciliation_mode);
  return balanceOf(draft, customer.id);
}

/** A test helper: a bank transfer of the customer arrives. */
function fund(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const customer = customerOf(draft, id);
  if (params.amount < 1) throw invalid('Invalid positive integer', 'amount', 'parameter_invalid_integer');
  const currency = currencyOf(params.currency);
  const transfer = {
    reference: params.reference ?? null,
    type: 'us_bank_transfer',
    us_bank_transfer: { network: 'ach', sender_name: null },
  };
  const made = moveCash(draft, customer.id, {
    currency,
    by: params.amount,
    fields: { type: 'funded', funded: { bank_transfer: transfer } },
  });
  draft.emit('cash_balance.funds_available', balanceOf(draft, customer.id));
  if (modeOf(draft, customer.id) === 'automatic') reconcile(draft, customer.id, currency);
  return made;
}

export const cashBalance: Behaviour = {
  object: 'cash_balance',
  grade: 'lived',
  specials: {
    'GET /v1/customers/{id}/cash_balance': (draft, _params, [id]) => balanceOf(draft, customerOf(draft, id).id),
    'POST /v1/customers/{id}/cash_balance': update,
    'POST /v1/test_helpers/customers/{id}/fund_cash_balance': fund,
  },
};
