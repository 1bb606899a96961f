import { redirectUriRefusal, registerApplications } from '../../accounts/applications.ts';
import { hashPassword } from '../../accounts/passwords.ts';
import type { ApplicationRecord, Scope } from '../../accounts/records.ts';
import { addUser, userByEmail } from '../../accounts/users.ts';
import { invalid, NOBODY, noSuch, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import type { ControlRoute } from '../route.ts';

function mustExist(platform: Platform, param: string, account: string): void {
  if (platform.accounts.account(account) === undefined) throw noSuch('account', account, { param, inPath: false });
}

export interface NewExtension {
  account: string;
  kind?: string;
  redirect_uris?: string[];
  live_redirect_uris?: string[];
}

type Shown = Pick<ApplicationRecord, 'id' | 'livemode' | 'oauth_enabled' | 'redirect_uris' | 'kind' | 'scopes'>;

const shown = ({ id, livemode, oauth_enabled, redirect_uris, kind, scopes }: ApplicationRecord): Shown => ({
  id,
  livemode,
  oauth_enabled,
  redirect_uris,
  kind,
  scopes,
});

const createExtension: ControlRoute<NewExtension, { account: string; test: Shown; live: Shown }> = {
  method: 'POST',
  path: '/extensions',
  sentence: 'Makes an account an extension that others can connect by OAuth: a client id for test data and one for live data.',
  shape: {
    account: { type: 'string', required: true, sentence: 'The account that owns the extension.' },
    kind: { type: 'string', sentence: 'What it is; `extension` unless told.', oneOf: ['extension', 'platform'] },
    redirect_uris: { type: 'strings', sentence: 'Where people come back to, for test data. OAuth is on where there is one.' },
    live_redirect_uris: { type: 'strings', sentence: 'The same for live data; https only.' },
  },
  answers: '`{account, test: {id, redirect_uris, …}, live: {…}}`',
  run: ({ platform }, { account, kind = 'extension', redirect_uris = [], live_redirect_uris = [] }) => {
    mustExist(platform, 'account', account);
    if (platform.accounts.applicationsOf(account).length > 0) {
      throw invalid(`${account} is an extension already. Change its settings with POST /_annex/extensions/${account}.`, 'account');
    }
    for (const [name, uris, livemode] of [
      ['redirect_uris', redirect_uris, false],
      ['live_redirect_uris', live_redirect_uris, true],
    ] as const) {
      const refusal = uris.map((uri) => redirectUriRefusal(uri, livemode)).find((sentence) => sentence !== undefined);
      if (refusal !== undefined) throw invalid(refusal, name);
    }
    const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
    const scopes: Scope[] = kind === 'platform' ? ['read_write'] : ['read_only', 'read_write'];
    const made = registerApplications(draft, {
      ...{ account, kind: kind as ApplicationRecord['kind'], scopes },
      test: { oauth_enabled: redirect_uris.length > 0, redirect_uris },
      live: { oauth_enabled: live_redirect_uris.length > 0, redirect_uris: live_redirect_uris },
    });
    platform.commit(draft);
    return { account, test: shown(made.test), live: shown(made.live) };
  },
};

export interface GivenUser {
  email: string;
  password: string;
  name?: string;
  accounts?: string[];
}

const createUser: ControlRoute<GivenUser, { id: string; email: string; name: string; accounts: readonly string[] }> = {
  method: 'POST',
  path: '/users',
  sentence: 'Adds somebody who can sign in to the dashboard and give consent for accounts.',
  shape: {
    email: { type: 'string', required: true, sentence: 'The address to sign in with.' },
    password: { type: 'string', required: true, sentence: 'The password to sign in with.' },
    name: { type: 'string', sentence: 'How the person is called; the beginning of the address unless told.' },
    accounts: { type: 'strings', sentence: 'The ids of the accounts that the person administers.' },
  },
  answers: '`{id, email, name, accounts}`',
  run: async ({ platform }, { email, password, name = email.split('@')[0]!, accounts = [] }) => {
    if (userByEmail(platform.store, email) !== undefined)
      throw invalid(`'email' is ${email}, and there is a user with it already.`, 'email');
    for (const account of accounts) mustExist(platform, 'accounts', account);
    const hashed = await hashPassword(password);
    const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
    const user = addUser(draft, { email, name, password: hashed, accounts });
    platform.commit(draft);
    return { id: user.id, email: user.email, name: user.name, accounts: user.accounts };
  },
};

export const extensionRoutes = { createExtension, createUser };
