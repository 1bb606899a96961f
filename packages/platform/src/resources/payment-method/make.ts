import { civilFromDays } from '@annex/money';
import {
  type Draft,
  type Fields,
  invalid,
  mergedMetadata,
  noSuch,
  type Params,
  StripeError,
  type StripeObject,
} from '../../engine/index.ts';
import { bankOfNumber, bankOfToken, type TestBank } from './banks.ts';
import { cardOfNumber, cardOfToken, type Decline, hasValidChecksum, type TestCard } from './cards.ts';
import { debitFields, numberOf, rememberBank } from './debit.ts';

/** Beside a payment method, out of reach of every request: which test card it is. */
export interface CardRecord extends StripeObject {
  object: 'annex.card';
  number: string;
  /** It was set up for later use, so banks ask no more. */
  set_up: boolean;
}

export const cardOf = (draft: Draft, method: StripeObject): TestCard => {
  const record = draft.get('annex.card', method.id);
  return cardOfNumber(record?.number ?? '4242424242424242');
};

export const isSetUp = (draft: Draft, method: StripeObject): boolean => draft.get('annex.card', method.id)?.set_up === true;

export function markSetUp(draft: Draft, method: StripeObject): void {
  const record = draft.get('annex.card', method.id);
  if (record !== undefined) draft.set(record, { set_up: true }, { event: null });
}

/** The 402 of a card, before it is known for which payment. */
export const cardError = (decline: Decline, more: Record<string, unknown> = {}): StripeError =>
  new StripeError(
    {
      status: 402,
      type: 'card_error',
      code: decline.code,
      message: decline.message,
      more: { ...(decline.decline_code !== null && { decline_code: decline.decline_code }), ...more },
    },
    { keepsChanges: true },
  );

/** Sixteen letters derived from a text: the same card has the same fingerprint within an account. */
export function letters(source: string): string {
  const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
  let hash = 0x811c9dc5;
  let text = '';
  for (let i = 0; i < 16; i++) {
    for (let at = 0; at < source.length; at++) hash = Math.imul(hash ^ source.charCodeAt(at) ^ i, 0x01000193) >>> 0;
    text += alphabet[hash % 62];
  }
  return text;
}

/** A year of four digits; two mean this century. */
const fullYear = (year: number): number => (year < 100 ? 2000 + year : year);

const yearAndMonth = (seconds: number): { year: number; month: number } => civilFromDays(Math.floor(seconds / 86_400));

interface Expiry {
  readonly month: number;
  readonly year: number;
}

export function cardFields(draft: Draft, card: TestCard, expiry: Expiry): Fields {
  const { checks } = card;
  return {
    brand: card.brand,
    checks: {
      address_line1_check: checks?.line1 === 'fail' ? 'fail' : checks?.line1 === 'unchecked' ? 'unchecked' : null,
      address_postal_code_check: checks?.zip === 'fail' ? 'fail' : checks?.zip === 'unchecked' ? 'unchecked' : null,
      cvc_check: checks?.cvc ?? 'pass',
    },
    country: card.country ?? 'US',
    display_brand: card.brand === 'amex' ? 'american_express' : card.brand,
    exp_month: expiry.month,
    exp_year: expiry.year,
    fingerprint: letters(`${draft.world.account}${card.number}`),
    funding: card.funding ?? 'credit',
    generated_from: null,
    last4: card.number.slice(-4),
    networks: { available: [card.brand], preferred: null },
    regulated_status: 'unregulated',
    three_d_secure_usage: { supported: true },
    wallet: null,
  };
}

export interface NewMethod {
  readonly type: string;
  readonly card?: TestCard;
  readonly expiry?: Expiry;
  readonly fields?: Fields;
}

export function insertMethod(draft: Draft, given: NewMethod): StripeObject {
  const { year } = yearAndMonth(draft.now);
  const card = given.card === undefined ? {} : { card: cardFields(draft, given.card, given.expiry ?? { month: 12, year: year + 3 }) };
  const own = { type: given.type, allow_redisplay: 'unspecified', customer: null, billing_details: billingDetails(undefined) };
  const method = draft.make('payment_method', { ...own, ...card, ...given.fields }, { event: null });
  if (given.card !== undefined) {
    const record: CardRecord = {
      id: method.id,
      object: 'annex.card',
      number: given.card.number,
      set_up: given.card.authentication === 'set_up',
      created: draft.now,
    };
    draft.insert(record, { event: null });
  }
  return method;
}

const ADDRESS = { city: null, country: null, line1: null, line2: null, postal_code: null, state: null };

export const billingDetails = (given: Params | undefined): Fields => ({
  address: { ...ADDRESS, ...given?.address },
  email: given?.email ?? null,
  name: given?.name ?? null,
  phone: given?.phone ?? null,
  tax_id: given?.tax_id ?? null,
});

/** Card parameters: a token of a test card, or a number. Real numbers have no place in a simulator; any number with a valid checksum is one that succeeds. */
export function fromCardParams(draft: Draft, params: Params, param: string): { card: TestCard; expiry: Expiry } {
  const { year, month } = yearAndMonth(draft.now);
  if (typeof params.token === 'string') {
    const card = cardOfToken(params.token);
    return card === undefined ? spendToken(draft, params.token, `${param}[token]`) : { card, expiry: { month: 12, year: year + 3 } };
  }
  const number = String(params.number ?? '').replace(/[\s-]/g, '');
  if (number === '4242424242424241' || !hasValidChecksum(number)) {
    throw cardError(
      { code: 'incorrect_number', decline_code: null, message: 'Your card number is incorrect.' },
      { param: `${param}[number]` },
    );
  }
  const expiry = { month: Number(params.exp_month), year: fullYear(Number(params.exp_year)) };
  if (!(expiry.month >= 1 && expiry.month <= 12)) throw badExpiry('month', 'invalid_expiry_month', `${param}[exp_month]`);
  if (!(expiry.year > year || (expiry.year === year && expiry.month >= month)))
    throw badExpiry('year', 'invalid_expiry_year', `${param}[exp_year]`);
  return { card: cardOfNumber(number), expiry };
}

const badExpiry = (part: string, code: string, param: string): StripeError =>
  cardError({ code, decline_code: null, message: `Your card's expiration ${part} is invalid.` }, { param });

const spent = (token: string) => invalid(`You cannot use a Stripe token more than once: ${token}.`, undefined, 'token_already_used');

/** A token that this account made of a card. It can be used once. */
function spendToken(draft: Draft, token: string, param: string): { card: TestCard; expiry: Expiry } {
  const kept = draft.get('annex.token', token);
  if (kept?.card === undefined) throw noSuch('token', token, { param, inPath: false });
  if (kept.used === true) throw spent(token);
  draft.set(kept, { used: true }, { event: null });
  const told = draft.get('token', token);
  if (told !== undefined) draft.set(told, { used: true }, { event: null });
  return { card: cardOfNumber(kept.card.number), expiry: kept.card.expiry };
}

/**
 * The payment method that a parameter names. A test token (`pm_card_visa`) mints a new one each time; the token itself is
 * never attached to anything.
 */
export function methodOf(draft: Draft, id: string, param = 'payment_method'): StripeObject {
  const card = id.startsWith('pm_card_') || id.startsWith('tok_') ? cardOfToken(id) : undefined;
  if (card !== undefined) return insertMethod(draft, { type: 'card', card });
  const bank = id.startsWith('pm_usBankAccount_') ? bankOfToken(id) : undefined;
  if (bank !== undefined)
    return insertDebit(draft, { type: 'us_bank_account', bank, params: {}, verified: bank.microdepositsFail !== true });
  return draft.need('payment_method', id, param);
}

interface NewDebit {
  readonly type: string;
  readonly bank: TestBank;
  readonly params: Params;
  readonly verified: boolean;
  readonly fields?: Fields;
}

function insertDebit(draft: Draft, given: NewDebit): StripeObject {
  const { type, bank, params, verified, fields } = given;
  const method = insertMethod(draft, { type, fields: { ...fields, [type]: debitFields(draft, type, { bank, params }) } });
  rememberBank(draft, method, { bank, verified });
  return method;
}

const noNumber = (param: string) => invalid(`Missing required param: ${param}.`, param, 'parameter_missing');

/** `payment_method_data`, and the parameters of `POST /v1/payment_methods`. */
export function methodFromParams(draft: Draft, params: Params, prefix = ''): StripeObject {
  const { type } = params;
  if (type === undefined) throw invalid('Missing required param: type.', prefix === '' ? 'type' : `${prefix}[type]`, 'parameter_missing');
  const fields: Fields = {
    allow_redisplay: params.allow_redisplay ?? 'unspecified',
    billing_details: billingDetails(params.billing_details),
    metadata: mergedMetadata({}, params.metadata ?? {}),
  };
  const number = numberOf(params[type]);
  if (number !== '') return insertDebit(draft, { type, bank: bankOfNumber(number), params: params[type], verified: false, fields });
  if (type === 'sepa_debit') throw noNumber(prefix === '' ? 'sepa_debit[iban]' : `${prefix}[sepa_debit][iban]`);
  if (type !== 'card') return insertMethod(draft, { type, fields: { ...fields, [type]: params[type] ?? {} } });
  const given = fromCardParams(draft, params.card ?? {}, prefix === '' ? 'card' : `${prefix}[card]`);
  return insertMethod(draft, { type, ...given, fields });
}
