import { addKey, openAccount } from '../../accounts/accounts.ts';
import { keyForm } from '../../accounts/keys.ts';
import { invalid, NOBODY, noSuch, type StripeObject, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { chooseDefaultVersion } from '../../versions/default-version.ts';
import { isKnown } from '../../versions/known.ts';
import type { ControlRoute } from '../route.ts';

export interface Keys {
  readonly secret: string | null;
  readonly publishable: string | null;
}

/** An account as the control API shows it: with its keys, because there is nothing to guard here. */
export interface ShownAccount {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly country: string;
  readonly currency: string;
  /** The API version of its requests and events where nothing else is said. */
  readonly api_version: string;
  readonly created: number;
  readonly keys: { readonly test: Keys; readonly live: Keys };
}

function shown(platform: Platform, account: StripeObject): ShownAccount {
  const keys = (livemode: boolean): Keys => ({
    secret: platform.accounts.ownKey(account.id, livemode, 'secret') ?? null,
    publishable: platform.accounts.ownKey(account.id, livemode, 'publishable') ?? null,
  });
  return {
    id: account.id,
    name: account.business_profile?.name ?? null,
    email: account.email ?? null,
    country: account.country,
    currency: account.default_currency,
    api_version: platform.versions.of(account.id),
    created: account.created,
    keys: { test: keys(false), live: keys(true) },
  };
}

const accounts: ControlRoute<{ id?: string; limit?: number }, { data: ShownAccount[] }> = {
  method: 'GET',
  path: '/accounts',
  sentence: 'The accounts with their keys, newest first.',
  shape: {
    id: { type: 'string', sentence: 'Only this account.' },
    limit: { type: 'number', sentence: 'How many at most; 100 unless told.' },
  },
  answers: '`{data: [{id, name, email, country, currency, api_version, created, keys: {test: {secret, publishable}, live: {…}}}]}`',
  run: ({ platform }, { id, limit = 100 }) => {
    if (id !== undefined) {
      const account = platform.accounts.account(id);
      return { data: account === undefined ? [] : [shown(platform, account)] };
    }
    const { rows } = platform.store.page(SYSTEM, 'account', { limit });
    return { data: rows.map((row) => shown(platform, JSON.parse(row.text) as StripeObject)) };
  },
};

export interface NewAccount {
  name?: string;
  email?: string;
  country?: string;
  currency?: string;
  timezone?: string;
  api_version?: string;
  test_key?: string;
  live_key?: string;
}

function checkVersion(version: string | undefined): void {
  if (version !== undefined && !isKnown(version)) throw invalid(`Invalid Stripe API version: ${version}`, 'api_version');
}

function checkKey(name: string, key: string | undefined, livemode: boolean): void {
  if (key === undefined) return;
  const form = keyForm(key);
  if (form?.kind === 'secret' && form.livemode === livemode) return;
  throw invalid(`'${name}' must be a secret key of ${livemode ? 'live' : 'test'} mode: sk_${livemode ? 'live' : 'test'}_…`, name);
}

const createAccount: ControlRoute<NewAccount, ShownAccount> = {
  method: 'POST',
  path: '/accounts',
  sentence: 'Opens an account with keys in both modes.',
  shape: {
    name: { type: 'string', sentence: 'The name of the business.' },
    email: { type: 'string', sentence: 'The address of its owner.' },
    country: { type: 'string', sentence: 'Two letters; `US` unless told.' },
    currency: { type: 'string', sentence: 'Three small letters; `usd` unless told.' },
    timezone: { type: 'string', sentence: 'A name such as `Europe/Berlin`; `Etc/UTC` unless told.' },
    api_version: {
      type: 'string',
      sentence: 'Its default API version, such as `2025-02-24.acacia`; `--api-version` or the newest unless told.',
    },
    test_key: { type: 'string', sentence: 'A secret test key to use instead of a new one.' },
    live_key: { type: 'string', sentence: 'A secret live key to use instead of a new one.' },
  },
  answers: 'the account with its keys',
  run: ({ platform }, given) => {
    const { test_key, live_key, api_version, ...rest } = given;
    checkVersion(api_version);
    checkKey('test_key', test_key, false);
    checkKey('live_key', live_key, true);
    for (const [name, key] of Object.entries({ test_key, live_key })) {
      if (key !== undefined && platform.accounts.key(key) !== undefined) throw invalid(`'${name}' belongs to an account already.`, name);
    }
    const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
    const keys = { ...(test_key !== undefined && { test: test_key }), ...(live_key !== undefined && { live: live_key }) };
    const account = openAccount(draft, { ...rest, keys });
    platform.commit(draft);
    if (api_version !== undefined) chooseDefaultVersion(platform, account.id, api_version);
    return shown(platform, account);
  },
};

const setApiVersion: ControlRoute<{ account: string; api_version: string }, ShownAccount> = {
  method: 'POST',
  path: '/accounts/{account}/api_version',
  sentence: 'Chooses the default API version of an account: of its requests that name none, and of its events from now on.',
  shape: {
    account: { type: 'string', required: true, sentence: 'The id of the account.' },
    api_version: { type: 'string', required: true, sentence: 'A version such as `2025-02-24.acacia`.' },
  },
  answers: 'the account with its keys',
  run: ({ platform }, { account, api_version }) => {
    const found = platform.accounts.account(account);
    if (found === undefined) throw noSuch('account', account, { param: 'account', inPath: true });
    checkVersion(api_version);
    chooseDefaultVersion(platform, account, api_version);
    return shown(platform, found);
  },
};

export interface NewKey {
  account: string;
  livemode?: boolean;
  key?: string;
}

const createKey: ControlRoute<NewKey, { account: string; livemode: boolean; key: string }> = {
  method: 'POST',
  path: '/accounts/{account}/keys',
  sentence: 'Gives an account another secret or restricted key.',
  shape: {
    account: { type: 'string', required: true, sentence: 'The id of the account.' },
    livemode: { type: 'boolean', sentence: 'Whether the key is for live data; test unless told.' },
    key: { type: 'string', sentence: 'The key itself (`sk_…` or `rk_…`); made up where there is none.' },
  },
  answers: '`{account, livemode, key}`',
  run: ({ platform }, { account, livemode = false, key }) => {
    if (platform.accounts.account(account) === undefined) throw noSuch('account', account, { param: 'account', inPath: true });
    const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
    const made = key ?? `sk_${livemode ? 'live' : 'test'}_51${account.slice(6)}${draft.random(82)}`;
    const form = keyForm(made);
    if (form === undefined || form.kind === 'publishable' || form.livemode !== livemode) {
      throw invalid(`'key' must begin with sk_${livemode ? 'live' : 'test'}_ or rk_${livemode ? 'live' : 'test'}_.`, 'key');
    }
    if (platform.accounts.key(made) !== undefined) throw invalid("'key' belongs to an account already.", 'key');
    addKey(draft, { account, livemode, kind: form.kind, key: made });
    platform.commit(draft);
    return { account, livemode, key: made };
  },
};

export const accountRoutes = { accounts, createAccount, createKey, setApiVersion };
