import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  limitOf,
  mergedMetadata,
  noSuch,
  type Params,
  type StripeObject,
  SYSTEM,
} from '../engine/index.ts';
import { bankOfNumber, bankOfToken, type TestBank } from './payment-method/banks.ts';
import { cardFields, fromCardParams, letters } from './payment-method/make.ts';
import { planPayouts } from './payout/automatic.ts';

/** Where an account's payouts go: bank accounts and debit cards, each default for one currency. */
const KINDS = ['bank_account', 'card'];

const ROUTING = '110000000';

/** Beside a bank account, out of reach of every request: its number. */
export const bankOf = (draft: Draft, account: StripeObject): TestBank => bankOfNumber(draft.get('annex.bank', account.id)?.number ?? '');

export interface NewBank {
  readonly bank: TestBank;
  readonly fields: Fields;
}

/** Stores a bank account; nobody is told. */
export function insertBank(draft: Draft, { bank, fields }: NewBank): StripeObject {
  const made = draft.make(
    'bank_account',
    {
      account_holder_name: null,
      account_holder_type: null,
      bank_name: 'STRIPE TEST BANK',
      country: 'US',
      currency: 'usd',
      fingerprint: letters(`${draft.world.account}${bank.number}`),
      last4: bank.number.slice(-4),
      metadata: {},
      routing_number: ROUTING,
      status: 'new',
      ...fields,
    },
    { event: null },
  );
  draft.insert({ id: made.id, object: 'annex.bank', number: bank.number, created: draft.now }, { event: null });
  return made;
}

const of = (draft: Draft, account: string): StripeObject[] => KINDS.flatMap((kind) => draft.find(kind, [['account', account]]));

/** The default for a currency. An account of its own that never named one pays out to a test bank. */
export function payoutTarget(draft: Draft, currency: string): StripeObject | undefined {
  const { account: id } = draft.world;
  const found = of(draft, id).find((row) => row.currency === currency && row.default_for_currency === true);
  const account = draft.in(SYSTEM).get('account', id);
  if (found !== undefined || account?.details_submitted !== true) return found;
  return insertBank(draft, { bank: bankOfNumber('000123456789'), fields: { account: id, currency, default_for_currency: true } });
}

/** The external account of a request: a token of a bank account or card, or its details. */
function fromParams(draft: Draft, given: Params | string): { object: string; make: (fields: Fields) => StripeObject } {
  const param = 'external_account';
  if (typeof given === 'string') {
    const kept = draft.get('annex.token', given);
    const bank = bankOfToken(given) ?? (kept?.bank === undefined ? undefined : bankOfNumber(kept.bank));
    if (bank !== undefined)
      return { object: 'bank_account', make: (fields) => insertBank(draft, { bank, fields: { ...kept?.fields, ...fields } }) };
    return debitCard(draft, { token: given });
  }
  if (given.object === 'card') return debitCard(draft, given);
  const number = String(given.account_number ?? '').replace(/[\s-]/g, '');
  if (number === '')
    throw invalid('Missing required param: external_account[account_number].', `${param}[account_number]`, 'parameter_missing');
  const { account_holder_name, account_holder_type, country, routing_number } = given;
  const own = { account_holder_name, account_holder_type, country, currency: given.currency, routing_number: routing_number ?? null };
  const told = Object.fromEntries(Object.entries(own).filter(([, value]) => value !== undefined));
  return { object: 'bank_account', make: (fields) => insertBank(draft, { bank: bankOfNumber(number), fields: { ...told, ...fields } }) };
}

function debitCard(draft: Draft, given: Params): { object: string; make: (fields: Fields) => StripeObject } {
  const { card, expiry } = fromCardParams(draft, given, 'external_account');
  const { brand, country, exp_month, exp_year, fingerprint, funding, last4 } = cardFields(draft, card, expiry);
  const own = { brand, country, exp_month, exp_year, fingerprint, funding, last4, currency: given.currency ?? 'usd', metadata: {} };
  return { object: 'card', make: (fields) => draft.make('card', { ...own, ...fields }, { event: null }) };
}

/** One default for each currency: a new one takes the place of the old one. */
function makeDefault(draft: Draft, account: StripeObject): void {
  for (const other of of(draft, account.account))
    if (other.id !== account.id && other.currency === account.currency && other.default_for_currency === true)
      draft.set(other, { default_for_currency: false }, { event: null });
}

function create(draft: Draft, params: Params, [account]: readonly string[]): StripeObject {
  const given = fromParams(draft, params.external_account);
  const made = given.make({ account, available_payout_methods: given.object === 'card' ? ['standard', 'instant'] : ['standard'] });
  const isFirst = of(draft, account!).every((row) => row.id === made.id || row.currency !== made.currency);
  const isDefault = params.default_for_currency === true || isFirst;
  if (isDefault) makeDefault(draft, made);
  const metadata = mergedMetadata({}, params.metadata ?? {});
  const after = draft.set(made, { default_for_currency: isDefault, metadata }, { event: null });
  draft.emit('account.external_account.created', after);
  planPayouts(draft);
  return after;
}

function found(draft: Draft, [account, id]: readonly string[]): StripeObject {
  const row = of(draft, account!).find((each) => each.id === id);
  if (row === undefined) throw noSuch('external account', id!, { param: 'id', inPath: true });
  return row;
}

const EDITABLE = ['account_holder_name', 'account_holder_type', 'account_type', 'exp_month', 'exp_year', 'name'];

/** A bank account whose payouts failed is taken up again when it is updated (documented). */
function update(draft: Draft, params: Params, ids: readonly string[]): StripeObject {
  const before = found(draft, ids);
  if (params.default_for_currency === true) makeDefault(draft, before);
  const own = Object.fromEntries(EDITABLE.filter((name) => params[name] !== undefined).map((name) => [name, params[name]]));
  const fields: Fields = {
    ...own,
    ...(params.default_for_currency === true && { default_for_currency: true }),
    ...(params.metadata !== undefined && { metadata: mergedMetadata(before.metadata ?? {}, params.metadata) }),
    ...(before.status === 'errored' && { status: 'new' }),
  };
  return draft.set(before, fields, { event: 'account.external_account.updated' });
}

const lastDefault = () =>
  invalid(
    'You cannot delete the default external account for a currency while there are others of it. Make another one the default first.',
    'id',
  );

function remove(draft: Draft, _params: Params, ids: readonly string[]): StripeObject {
  const before = found(draft, ids);
  const others = of(draft, ids[0]!).filter((row) => row.id !== before.id && row.currency === before.currency);
  if (before.default_for_currency === true && others.length > 0) throw lastDefault();
  return draft.remove(before, 'gone', { event: 'account.external_account.deleted' });
}

function list(draft: Draft, params: Params, [account]: readonly string[]): unknown {
  const rows = of(draft, account!).filter((row) => params.object === undefined || row.object === params.object);
  const from = params.starting_after === undefined ? 0 : rows.findIndex((row) => row.id === params.starting_after) + 1;
  const end = from + limitOf(params);
  return { object: 'list', url: `/v1/accounts/${account}/external_accounts`, has_more: rows.length > end, data: rows.slice(from, end) };
}

/** Bank accounts and debit cards of an account (those of a customer: `customer-source.ts`). */
export const bankAccount: Behaviour = {
  object: 'bank_account',
  grade: 'lived',
  events: { created: null, updated: null, deleted: null },
  specials: {
    'GET /v1/accounts/{id}/external_accounts': list,
    'POST /v1/accounts/{id}/external_accounts': create,
    'GET /v1/accounts/{accountId}/external_accounts/{id}': (draft, _params, ids) => found(draft, ids),
    'POST /v1/accounts/{accountId}/external_accounts/{id}': update,
    'DELETE /v1/accounts/{accountId}/external_accounts/{id}': remove,
  },
};
