import { type Behaviour, type Draft, type Fields, invalid, notSimulated, type Params, type StripeObject } from '../engine/index.ts';
import { cardFields, fromCardParams, letters } from './payment-method/make.ts';

/** The `card` of a token or of a customer: the card itself, without the life of a payment method. */
export function cardObject(draft: Draft, given: ReturnType<typeof fromCardParams>, params: Params = {}): Fields {
  const { brand, country, checks, exp_month, exp_year, fingerprint, funding, last4, regulated_status } = cardFields(
    draft,
    given.card,
    given.expiry,
  );
  const { address_line1_check, address_postal_code_check, cvc_check } = checks as Record<string, string | null>;
  const {
    address_city = null,
    address_country = null,
    address_line1 = null,
    address_line2 = null,
    address_state = null,
    address_zip = null,
  } = params;
  return {
    address_city,
    address_country,
    address_line1,
    address_line1_check,
    address_line2,
    address_state,
    address_zip,
    address_zip_check: address_postal_code_check,
    brand: BRANDS[String(brand)] ?? 'Unknown',
    country,
    cvc_check,
    dynamic_last4: null,
    exp_month,
    exp_year,
    fingerprint,
    funding,
    last4,
    metadata: {},
    name: params.name ?? null,
    regulated_status,
    tokenization_method: null,
    wallet: null,
  };
}

/** Card objects write their brands as people do. */
const BRANDS: Readonly<Record<string, string>> = {
  amex: 'American Express',
  diners: 'Diners Club',
  discover: 'Discover',
  jcb: 'JCB',
  mastercard: 'MasterCard',
  unionpay: 'UnionPay',
  visa: 'Visa',
};

function cardToken(draft: Draft, params: Params): StripeObject {
  const given = fromCardParams(draft, params, 'card');
  const card = { id: draft.id('card'), object: 'card', ...cardObject(draft, given, params) };
  const token = draft.make('token', { type: 'card', card, client_ip: null }, { event: null });
  const kept = { number: given.card.number, expiry: given.expiry };
  draft.insert({ id: token.id, object: 'annex.token', card: kept, created: draft.now }, { event: null });
  return token;
}

function bankToken(draft: Draft, params: Params): StripeObject {
  const number = String(params.account_number ?? '').replace(/[\s-]/g, '');
  if (!/^[0-9A-Za-z]{4,34}$/.test(number))
    throw invalid('Invalid account number.', 'bank_account[account_number]', 'account_number_invalid');
  const fields = {
    account_holder_name: params.account_holder_name ?? null,
    account_holder_type: params.account_holder_type ?? null,
    account_type: params.account_type ?? null,
    bank_name: 'STRIPE TEST BANK',
    country: params.country,
    currency: params.currency ?? 'usd',
    fingerprint: letters(`${draft.world.account}${number}`),
    last4: number.slice(-4),
    routing_number: params.routing_number ?? null,
    status: 'new',
  };
  const bank = { id: draft.id('bank_account'), object: 'bank_account', ...fields };
  const id = draft.id('token').replace(/^tok_/, 'btok_');
  const token = draft.make('token', { id, type: 'bank_account', bank_account: bank, client_ip: null }, { event: null });
  const { fingerprint: _own, last4: _last, status: _status, bank_name: _name, ...asked } = fields;
  draft.insert({ id, object: 'annex.token', bank: number, fields: asked, created: draft.now }, { event: null });
  return token;
}

/** Of a card or a bank account. They can be used once. */
function create(draft: Draft, params: Params): StripeObject {
  if (typeof params.card === 'object') return cardToken(draft, params.card);
  if (typeof params.bank_account === 'object') return bankToken(draft, params.bank_account);
  const kind = Object.keys(params).find((name) => name !== 'customer');
  if (kind === undefined) throw invalid('You must supply either a card, customer, bank account, or PII to create a token.');
  throw notSimulated(`tokens of ${kind}`);
}

export const token: Behaviour = { object: 'token', grade: 'lived', specials: { 'POST /v1/tokens': create } };
