import { openAccount, takeControl } from '../accounts/accounts.ts';
import { addAccountToUser, addUser, userByEmail } from '../accounts/users.ts';
import { NOBODY, SYSTEM } from '../engine/index.ts';
import type { Platform } from '../platform.ts';

export interface SignUp {
  readonly name: string;
  readonly email: string;
  readonly password: string;
  readonly business: string;
  readonly country: string;
  readonly url: string;
}

const CURRENCIES: Readonly<Record<string, string>> = {
  AU: 'aud',
  BR: 'brl',
  CA: 'cad',
  CH: 'chf',
  CZ: 'czk',
  DK: 'dkk',
  GB: 'gbp',
  HK: 'hkd',
  HU: 'huf',
  IN: 'inr',
  JP: 'jpy',
  MX: 'mxn',
  NO: 'nok',
  NZ: 'nzd',
  PL: 'pln',
  RO: 'ron',
  SE: 'sek',
  SG: 'sgd',
  TH: 'thb',
  US: 'usd',
};
const EURO = new Set([
  'AT',
  'BE',
  'BG',
  'CY',
  'DE',
  'EE',
  'ES',
  'FI',
  'FR',
  'GR',
  'HR',
  'IE',
  'IT',
  'LT',
  'LU',
  'LV',
  'MT',
  'NL',
  'PT',
  'SI',
  'SK',
]);

const currencyOf = (country: string): string => CURRENCIES[country] ?? (EURO.has(country) ? 'eur' : 'usd');

/** Why a user cannot be made of this, in a sentence. */
export function signUpRefusal(platform: Platform, given: SignUp): string | undefined {
  if (given.name === '') return 'Your name is missing.';
  if (!/^[^@\s]+@[^@\s]+$/.test(given.email)) return `'${given.email}' is no e-mail address. Write it as name@example.com.`;
  if (given.password.length < 8) return 'The password needs 8 characters or more.';
  if (given.business === '') return 'The business name is missing.';
  if (!/^[A-Z]{2}$/.test(given.country)) return `'${given.country}' is no country code. Use two letters, for example US or DE.`;
  if (userByEmail(platform.store, given.email) !== undefined) return 'There is already a user with this e-mail. Sign in instead.';
  return undefined;
}

/** A user and the account that the user owns. Answers the user's id. */
export function registerOwner(platform: Platform, given: SignUp, passwordHash: string): string {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const account = openAccount(draft, {
    name: given.business,
    email: given.email,
    country: given.country,
    currency: currencyOf(given.country),
  });
  const profile = { ...account.business_profile, url: given.url === '' ? null : given.url };
  draft.set(account, { business_profile: profile }, { event: null });
  const user = addUser(draft, { email: given.email, name: given.name, password: passwordHash, accounts: [account.id] });
  platform.commit(draft);
  return user.id;
}

export interface NewOwnAccount {
  readonly name: string;
  readonly email: string | null;
  readonly country: string;
  readonly blank?: boolean;
  /** The platform that will control the account, where it is made inside a platform's flow. */
  readonly controlledBy?: string;
}

/** One more account for a user who is signed in. Answers its id. */
export function openOwnAccount(platform: Platform, userId: string, given: NewOwnAccount): string {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const { name, email, country, blank, controlledBy } = given;
  const account = openAccount(draft, { name, email, country, currency: currencyOf(country), ...(blank && { blank }) });
  if (controlledBy !== undefined) takeControl(draft, account, controlledBy);
  addAccountToUser(draft, userId, account.id);
  platform.commit(draft);
  return account.id;
}
