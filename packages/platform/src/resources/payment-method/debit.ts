import type { Draft, Fields, Params, StripeObject } from '../../engine/index.ts';
import { bankOfNumber, type TestBank } from './banks.ts';
import { letters } from './make.ts';

/** Methods that a bank answers later, with yes or no. */
const DEBITS = new Set(['acss_debit', 'au_becs_debit', 'bacs_debit', 'sepa_debit', 'us_bank_account']);

export const isDebit = (method: StripeObject): boolean => DEBITS.has(method.type);

/** The account that a debit is of: which test account its number is. */
export const bankOfMethod = (draft: Draft, method: StripeObject): TestBank =>
  bankOfNumber(draft.get('annex.bank', method.id)?.number ?? '');

/** An American account that was typed in must be proven by two small deposits before it can be debited (documented). */
export const needsProof = (draft: Draft, method: StripeObject): boolean =>
  method.type === 'us_bank_account' && draft.get('annex.bank', method.id)?.verified !== true;

export function markProven(draft: Draft, method: StripeObject): void {
  draft.set(draft.get('annex.bank', method.id)!, { verified: true }, { event: null });
}

export function rememberBank(draft: Draft, method: StripeObject, given: { bank: TestBank; verified: boolean }): void {
  const { bank, verified } = given;
  draft.insert({ id: method.id, object: 'annex.bank', number: bank.number, verified, created: draft.now }, { event: null });
}

export const numberOf = (params: Params | undefined): string => String(params?.account_number ?? params?.iban ?? '').replace(/[\s-]/g, '');

/** What a payment method tells of its account. */
export function debitFields(draft: Draft, type: string, given: { bank: TestBank; params: Params }): Fields {
  const { bank, params } = given;
  const common = { fingerprint: letters(`${draft.world.account}${bank.number}`), last4: bank.number.slice(-4) };
  if (type === 'us_bank_account')
    return {
      account_holder_type: params.account_holder_type ?? 'individual',
      account_type: params.account_type ?? 'checking',
      bank_name: 'STRIPE TEST BANK',
      financial_connections_account: null,
      ...common,
      networks: { preferred: 'ach', supported: ['ach'] },
      routing_number: params.routing_number ?? '110000000',
      status_details: {},
    };
  if (type === 'sepa_debit')
    return {
      bank_code: bank.number.slice(4, 9),
      branch_code: '',
      country: bank.number.slice(0, 2).toUpperCase(),
      ...common,
      generated_from: { charge: null, setup_attempt: null },
    };
  const { account_number: _number, ...told } = params;
  return { ...told, ...common };
}
