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
} from '../engine/index.ts';
import { bankOf, insertBank } from './external-account.ts';
import { bankOfNumber, bankOfToken } from './payment-method/banks.ts';
import { cardError, fromCardParams, insertMethod } from './payment-method/make.ts';
import { cardObject } from './token.ts';

/** The older way to keep a customer's cards and bank accounts (`sources`). A card is a payment method of the same id, too. */
const KINDS = ['card', 'bank_account'];

const of = (draft: Draft, customer: string): StripeObject[] => KINDS.flatMap((kind) => draft.find(kind, [['customer', customer]]));

function insertCard(draft: Draft, customer: string, token: string): StripeObject {
  const given = fromCardParams(draft, { token }, 'source');
  const { decline, attaches, authentication } = given.card;
  if (decline !== undefined && attaches !== true && authentication === undefined) throw cardError(decline);
  const id = draft.id('card');
  const card = draft.make('card', { ...cardObject(draft, given), id, customer }, { event: null });
  insertMethod(draft, { type: 'card', ...given, fields: { id, customer } });
  return card;
}

function insertBankSource(draft: Draft, customer: string, token: string): StripeObject | undefined {
  const kept = draft.get('annex.token', token);
  const bank = bankOfToken(token) ?? (kept?.bank === undefined ? undefined : bankOfNumber(kept.bank));
  return bank === undefined ? undefined : insertBank(draft, { bank, fields: { ...kept?.fields, customer } });
}

/** Adds a token's card or bank account to a customer; the first one is the customer's default. */
export function addSource(draft: Draft, customer: StripeObject, given: { token: string; metadata?: Record<string, string> }): StripeObject {
  const made = insertBankSource(draft, customer.id, given.token) ?? insertCard(draft, customer.id, given.token);
  const source = draft.set(made, { metadata: mergedMetadata({}, given.metadata ?? {}) }, { event: null });
  draft.emit('customer.source.created', source);
  return source;
}

function create(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const customer = draft.get('customer', id);
  if (customer === undefined) throw noSuch('customer', id!, { param: 'customer', inPath: true });
  const source = addSource(draft, customer, { token: params.source, metadata: params.metadata });
  if (customer.default_source === null) draft.set(customer, { default_source: source.id });
  return source;
}

function found(draft: Draft, [customer, id]: readonly string[]): StripeObject {
  const row = KINDS.map((kind) => draft.get(kind, id)).find((each) => each?.customer === customer);
  if (row === undefined) throw noSuch('source', id!, { param: 'id', inPath: true });
  return row;
}

const EDITABLE = [
  'address_city',
  'address_country',
  'address_line1',
  'address_line2',
  'address_state',
  'address_zip',
  'name',
  'account_holder_name',
  'account_holder_type',
];

function update(draft: Draft, params: Params, ids: readonly string[]): StripeObject {
  const before = found(draft, ids);
  const own = Object.fromEntries(
    EDITABLE.filter((name) => name in before && params[name] !== undefined).map((name) => [name, params[name]]),
  );
  const fields: Fields = {
    ...own,
    ...(params.exp_month !== undefined && { exp_month: Number(params.exp_month) }),
    ...(params.exp_year !== undefined && { exp_year: Number(params.exp_year) }),
    ...(params.metadata !== undefined && { metadata: mergedMetadata(before.metadata ?? {}, params.metadata) }),
  };
  return draft.set(before, fields, { event: 'customer.source.updated' });
}

/** The next source takes the place of a default that goes. */
function remove(draft: Draft, _params: Params, ids: readonly string[]): StripeObject {
  const source = found(draft, ids);
  const stub = draft.remove(source, 'gone', { event: 'customer.source.deleted' });
  const method = draft.get('payment_method', source.id);
  if (method !== undefined) draft.set(method, { customer: null }, { event: null });
  const customer = draft.get('customer', source.customer)!;
  if (customer.default_source === source.id) draft.set(customer, { default_source: of(draft, customer.id)[0]?.id ?? null });
  return stub;
}

function list(draft: Draft, params: Params, [customer]: readonly string[]): unknown {
  if (draft.get('customer', customer) === undefined) throw noSuch('customer', customer!, { param: 'customer', inPath: true });
  const rows = of(draft, customer!).filter((row) => params.object === undefined || row.object === params.object);
  const from = params.starting_after === undefined ? 0 : rows.findIndex((row) => row.id === params.starting_after) + 1;
  const end = from + limitOf(params);
  return { object: 'list', url: `/v1/customers/${customer}/sources`, has_more: rows.length > end, data: rows.slice(from, end) };
}

/** The two small amounts of the test bank (documented). */
const AMOUNTS = '32,45';

function verify(draft: Draft, params: Params, ids: readonly string[]): StripeObject {
  const account = found(draft, ids);
  if (account.object !== 'bank_account') throw invalid('Only bank accounts are verified.', 'id');
  if (account.status === 'verified')
    throw invalid('This bank account has already been verified.', undefined, 'bank_account_verification_failed');
  const right = (params.amounts ?? []).join(',') === AMOUNTS && bankOf(draft, account).microdepositsFail !== true;
  if (!right)
    throw invalid(
      'The amounts provided do not match the amounts that were sent to the bank account.',
      'amounts',
      'bank_account_verification_failed',
    );
  return draft.set(account, { status: 'verified' }, { event: 'customer.source.updated' });
}

export const card: Behaviour = {
  object: 'card',
  grade: 'lived',
  events: { created: null, updated: null, deleted: null },
  specials: {
    'GET /v1/customers/{id}/sources': list,
    'POST /v1/customers/{id}/sources': create,
    'GET /v1/customers/{customerId}/sources/{id}': (draft, _params, ids) => found(draft, ids),
    'POST /v1/customers/{customerId}/sources/{id}': update,
    'DELETE /v1/customers/{customerId}/sources/{id}': remove,
    'POST /v1/customers/{customerId}/sources/{id}/verify': verify,
  },
};
