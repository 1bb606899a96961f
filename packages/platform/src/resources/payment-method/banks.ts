/**
 * The documented test bank accounts (api-and-events 3.2): what comes of a debit of them, and of a payout to them. As with
 * cards, how an account behaves is data.
 */
export interface TestBank {
  /** Account number with the routing number 110000000, or IBAN. */
  readonly number: string;
  /** `pm_usBankAccount_success`, `btok_us`. */
  readonly tokens?: readonly string[];
  /** How a debit ends; `stays` is never settled, so that it can be canceled. A failure names the charge's `failure_code`. */
  readonly debit: 'succeeds' | 'stays' | { readonly fails: string };
  /** A debit takes this many seconds; without it the bank answers at once. */
  readonly after?: number;
  /** The owner disputes what was debited. */
  readonly disputes?: true;
  /** The `failure_code` of a payout to it. */
  readonly payout?: string;
  /** The two small deposits never arrive. */
  readonly microdepositsFail?: true;
}

/** Documented: "after three minutes". */
const SLOW = 180;

const failing = (number: string, word: string, code: string): TestBank => ({
  number,
  tokens: [`pm_usBankAccount_${word}`, `btok_us_verified_${word}`, `btok_us_${word}`],
  debit: { fails: code },
  payout: code,
});

export const BANKS: readonly TestBank[] = [
  { number: '000123456789', tokens: ['pm_usBankAccount_success', 'btok_us_verified', 'btok_us'], debit: 'succeeds' },
  failing('000111111113', 'accountClosed', 'account_closed'),
  failing('000111111116', 'noAccount', 'no_account'),
  failing('000222222227', 'insufficientFunds', 'insufficient_funds'),
  failing('000333333335', 'debitNotAuthorized', 'debit_not_authorized'),
  failing('000444444440', 'invalidCurrency', 'invalid_currency'),
  { number: '000666666661', tokens: ['pm_usBankAccount_failMicrodeposits'], debit: 'succeeds', microdepositsFail: true },
  { number: '000555555559', tokens: ['pm_usBankAccount_dispute'], debit: 'succeeds', disputes: true },
  { number: '000000000009', tokens: ['pm_usBankAccount_processing'], debit: 'stays' },
  { number: 'AT611904300234573201', debit: 'succeeds' },
  { number: 'AT321904300235473204', debit: 'succeeds', after: SLOW },
  { number: 'AT861904300235473202', debit: { fails: 'insufficient_funds' } },
  { number: 'AT051904300235473205', debit: { fails: 'insufficient_funds' }, after: SLOW },
  { number: 'AT591904300235473203', debit: 'succeeds', disputes: true },
  { number: 'DE89370400440532013000', debit: 'succeeds' },
  { number: 'DE08370400440532013003', debit: 'succeeds', after: SLOW },
  { number: 'DE62370400440532013001', debit: { fails: 'insufficient_funds' } },
  { number: 'DE78370400440532013004', debit: { fails: 'insufficient_funds' }, after: SLOW },
  { number: 'DE35370400440532013002', debit: 'succeeds', disputes: true },
  // By which the Stripe CLI makes a checkout session's payment fail.
  { number: 'IT60X0542811101000000123456', debit: { fails: 'insufficient_funds' } },
];

const byToken = new Map(BANKS.flatMap((bank) => (bank.tokens ?? []).map((token) => [token, bank] as const)));
const byNumber = new Map(BANKS.map((bank) => [bank.number, bank]));

export const bankOfToken = (token: string): TestBank | undefined => byToken.get(token);

/** A documented account, or any other one as an account that works. */
export const bankOfNumber = (number: string): TestBank => byNumber.get(number) ?? { number, debit: 'succeeds' };

/** What the bank says when it refuses. */
export const BANK_REFUSALS: Readonly<Record<string, string>> = {
  account_closed: 'The bank account has been closed.',
  no_account: 'The bank account could not be located.',
  insufficient_funds: 'The bank account has insufficient funds.',
  debit_not_authorized: 'Debit transactions are not approved on the bank account.',
  invalid_currency: 'The bank was unable to process this transfer because of its currency.',
};
