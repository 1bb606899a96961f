import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openAccount, takeControl } from '../src/accounts/accounts.ts';
import { maskKey } from '../src/accounts/keys.ts';
import { NOBODY, SYSTEM } from '../src/engine/index.ts';
import { type Endpoint, REFUSALS, type RefusalName, type RefusalRow } from '../src/oauth/refusals.ts';
import { connect } from '../src/resources/connection.ts';
import {
  authorizePath,
  type Body,
  connected,
  consent,
  type ExtensionWorld,
  extensionOf,
  extensionWorld,
  oauthPost,
  party,
  Visitor,
} from './extension-world.ts';

/** Each row of the table of refusals is provoked over the wire, and answers what the table says, to the letter. */

let world: ExtensionWorld;
/** Has OAuth on and redirect URIs, but is a platform. */
let platformParty: ReturnType<typeof extensionOf>;
/** Has OAuth off and asks for read_only alone. */
let quiet: ReturnType<typeof extensionOf>;
let controlled: string;

beforeAll(async () => {
  world = await extensionWorld();
  const { platform } = world;
  platformParty = extensionOf(platform, party(platform, 'Marketplace', 'm@example.com'), { kind: 'platform' });
  quiet = extensionOf(platform, party(platform, 'Quiet', 'q@example.com'), {
    scopes: ['read_only'],
    test: { oauth_enabled: false },
    live: { oauth_enabled: true, redirect_uris: ['https://quiet.example/cb'] },
  });
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const account = openAccount(draft, { name: 'Controlled' });
  takeControl(draft, account, platformParty.id);
  connect(draft, { application: platformParty.test, account: account.id, scope: 'read_write', code: null });
  platform.commit(draft);
  controlled = account.id;
});
afterAll(() => world.platform.close());

interface Asked {
  readonly endpoint: Endpoint;
  readonly fields: Record<string, string>;
  readonly key?: string;
  /** What the row's text is filled in with. */
  readonly fill?: Record<string, string>;
}

const good = () => ({ client_id: world.extension.test.id, state: 'st' });
const codeOf = async (live: boolean): Promise<string> =>
  (await consent(world, { client_id: (live ? world.extension.live : world.extension.test).id })).searchParams.get('code')!;
const exchange = (code: string) => ({ grant_type: 'authorization_code', code });

/** How each row comes about. */
const PROVOKED: Readonly<Record<RefusalName, () => Promise<Asked> | Asked>> = {
  unknown_client: () => ({ endpoint: 'authorize', fields: { client_id: 'ca_nobody' } }),
  oauth_disabled: () => ({ endpoint: 'authorize', fields: { client_id: quiet.test.id } }),
  no_response_type: () => ({ endpoint: 'authorize', fields: { ...good(), response_type: '' } }),
  unsupported_response_type: () => ({
    endpoint: 'authorize',
    fields: { ...good(), response_type: 'token' },
    fill: { response_type: 'token' },
  }),
  invalid_scope: () => ({ endpoint: 'authorize', fields: { ...good(), scope: 'everything' }, fill: { scope: 'everything' } }),
  platform_read_only: () => ({ endpoint: 'authorize', fields: { client_id: platformParty.test.id, scope: 'read_only', state: 'st' } }),
  invalid_redirect_uri: () => ({
    endpoint: 'authorize',
    fields: { ...good(), redirect_uri: 'https://evil.example/' },
    fill: { redirect_uri: 'https://evil.example/' },
  }),
  no_key: () => ({ endpoint: 'token', fields: exchange('ac_x') }),
  unknown_key: () => ({
    endpoint: 'token',
    fields: exchange('ac_x'),
    key: 'sk_test_never_given_to_anybody_1234',
    fill: { key: maskKey('sk_test_never_given_to_anybody_1234') },
  }),
  no_grant_type: () => ({ endpoint: 'token', fields: { code: 'ac_x' }, key: world.extension.testKey }),
  unsupported_grant_type: () => ({ endpoint: 'token', fields: { grant_type: 'client_credentials' }, key: world.extension.testKey }),
  no_code: () => ({ endpoint: 'token', fields: { grant_type: 'authorization_code' }, key: world.extension.testKey }),
  unknown_code: () => ({ endpoint: 'token', fields: exchange('ac_123'), key: world.extension.testKey, fill: { code: 'ac_123' } }),
  foreign_code: async () => ({ endpoint: 'token', fields: exchange(await codeOf(false)), key: world.stranger.testKey }),
  live_key_test_code: async () => ({ endpoint: 'token', fields: exchange(await codeOf(false)), key: world.extension.liveKey }),
  test_key_live_code: async () => ({ endpoint: 'token', fields: exchange(await codeOf(true)), key: world.extension.testKey }),
  used_code: async () => {
    const code = await codeOf(false);
    await oauthPost(world, 'token', exchange(code), world.extension.testKey);
    return { endpoint: 'token', fields: exchange(code), key: world.extension.testKey };
  },
  expired_code: async () => {
    const code = await codeOf(false);
    world.platform.clock.set(world.platform.clock.nowMs() + 302_000);
    return { endpoint: 'token', fields: exchange(code), key: world.extension.testKey };
  },
  no_refresh_token: () => ({ endpoint: 'token', fields: { grant_type: 'refresh_token' }, key: world.extension.testKey }),
  unknown_refresh_token: () => ({
    endpoint: 'token',
    fields: { grant_type: 'refresh_token', refresh_token: 'rt_123' },
    key: world.extension.testKey,
    fill: { refresh_token: 'rt_123' },
  }),
  live_key_test_refresh_token: async () => {
    const { refresh_token } = await connected(world);
    return { endpoint: 'token', fields: { grant_type: 'refresh_token', refresh_token }, key: world.extension.liveKey };
  },
  invalid_refresh_scope: async () => {
    const { refresh_token } = await connected(world, { scope: 'read_only' });
    const fields = { grant_type: 'refresh_token', refresh_token, scope: 'read_write' };
    return { endpoint: 'token', fields, key: world.extension.testKey, fill: { scope: 'read_write' } };
  },
  no_client_id: () => ({ endpoint: 'deauthorize', fields: { stripe_user_id: 'acct_1' }, key: world.extension.testKey }),
  no_stripe_user_id: () => ({ endpoint: 'deauthorize', fields: { client_id: world.extension.test.id }, key: world.extension.testKey }),
  foreign_application: () => ({
    endpoint: 'deauthorize',
    fields: { client_id: world.stranger.test.id, stripe_user_id: 'acct_1' },
    key: world.extension.testKey,
    fill: { client_id: world.stranger.test.id },
  }),
  other_mode: () => ({
    endpoint: 'deauthorize',
    fields: { client_id: world.extension.live.id, stripe_user_id: 'acct_1' },
    key: world.extension.testKey,
    fill: { client_id: world.extension.live.id, there: 'live', here: 'test' },
  }),
  not_connected: () => ({
    endpoint: 'deauthorize',
    fields: { client_id: world.extension.test.id, stripe_user_id: 'acct_nobody' },
    key: world.extension.testKey,
    fill: { account: 'acct_nobody' },
  }),
  controlled_account: () => ({
    endpoint: 'deauthorize',
    fields: { client_id: platformParty.test.id, stripe_user_id: controlled },
    key: platformParty.testKey,
    fill: { account: controlled },
  }),
};

async function ask({ endpoint, fields, key }: Asked): Promise<{ status: number; body: Body; headers: Headers }> {
  if (endpoint !== 'authorize') return oauthPost(world, endpoint, fields, key);
  const response = await new Visitor(world.platform.url).get(authorizePath(fields));
  return { status: response.status, body: (await response.json()) as Body, headers: response.headers };
}

function expected(row: RefusalRow, asked: Asked): Body {
  const text = row.text?.replace(/\{(\w+)\}/g, (_whole, name: string) => asked.fill?.[name] ?? `{${name}}`);
  if (row.shape === 'nested') return { error: { message: text } };
  const withState = asked.endpoint === 'authorize' ? { state: 'st' } : {};
  return { error: row.error, ...(text !== undefined && { error_description: text }), ...withState };
}

const ROWS = Object.entries(REFUSALS) as [RefusalName, RefusalRow][];

describe('every refusal of OAuth', () => {
  for (const [name, row] of ROWS) {
    test(`${name}: ${row.when}`, async () => {
      const asked = await PROVOKED[name]();
      const answer = await ask(asked);
      expect([answer.status, answer.body]).toEqual([row.status, expected(row, asked)]);
      expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
      expect(answer.headers.get('cache-control')).toBe('no-store');
      expect(answer.headers.get('request-id')).toMatch(/^req_/);
      expect(answer.headers.get('location')).toBeNull();
    });
  }

  test('the refusals of both machine endpoints are the same on the second', async () => {
    const fields = { client_id: world.extension.test.id, stripe_user_id: 'acct_1' };
    for (const [name, row] of ROWS.filter(([, candidate]) => candidate.endpoints.length > 1)) {
      const asked = { ...(await PROVOKED[name]()), endpoint: 'deauthorize' as const, fields };
      const answer = await ask(asked);
      expect([name, answer.status, answer.body]).toEqual([name, row.status, expected(row, asked)]);
    }
  });
});

/** Requests with several faults at once: the one that stands first in the table is told. */
const PRECEDENCE: readonly { readonly title: string; readonly asked: () => Asked; readonly told: RefusalName }[] = [
  {
    title: 'an unknown client outranks everything',
    asked: () => ({ endpoint: 'authorize', fields: { client_id: 'ca_x', response_type: '', scope: 'x', redirect_uri: 'x' } }),
    told: 'unknown_client',
  },
  {
    title: 'OAuth off outranks the request',
    asked: () => ({ endpoint: 'authorize', fields: { client_id: quiet.test.id, response_type: 'token', scope: 'x', redirect_uri: 'x' } }),
    told: 'oauth_disabled',
  },
  {
    title: 'the response type outranks scope and redirect URI',
    asked: () => ({ endpoint: 'authorize', fields: { ...good(), response_type: 'token', scope: 'x', redirect_uri: 'x' } }),
    told: 'unsupported_response_type',
  },
  {
    title: 'the scope outranks the redirect URI',
    asked: () => ({ endpoint: 'authorize', fields: { ...good(), scope: 'x', redirect_uri: 'x' } }),
    told: 'invalid_scope',
  },
  {
    title: 'the key outranks the grant',
    asked: () => ({ endpoint: 'token', fields: { grant_type: 'x' }, key: 'sk_test_never_given_to_anybody' }),
    told: 'unknown_key',
  },
  {
    title: 'the grant type outranks the code',
    asked: () => ({ endpoint: 'token', fields: { grant_type: 'x', code: '' }, key: world.extension.testKey }),
    told: 'unsupported_grant_type',
  },
  {
    title: 'whose application it is outranks mode and account',
    asked: () => ({
      endpoint: 'deauthorize',
      fields: { client_id: world.stranger.live.id, stripe_user_id: 'acct_x' },
      key: world.extension.testKey,
    }),
    told: 'foreign_application',
  },
  {
    title: 'the mode outranks the account',
    asked: () => ({
      endpoint: 'deauthorize',
      fields: { client_id: world.extension.live.id, stripe_user_id: 'acct_x' },
      key: world.extension.testKey,
    }),
    told: 'other_mode',
  },
];

describe('of several faults the first is told', () => {
  for (const { title, asked, told } of PRECEDENCE) {
    test(title, async () => {
      const row: RefusalRow = REFUSALS[told];
      const { status, body } = await ask(asked());
      const code = row.shape === 'nested' ? body.error.message : body.error;
      expect([status, code]).toEqual([row.status, row.shape === 'nested' ? row.text : row.error]);
    });
  }
});

describe('how a client may show its key', () => {
  const bad = { grant_type: 'authorization_code', code: 'ac_none' };
  const ways: readonly (readonly [string, () => RequestInit])[] = [
    ['Bearer', () => ({ headers: { Authorization: `Bearer ${world.extension.testKey}` }, body: new URLSearchParams(bad) })],
    [
      'Basic with the key as user name',
      () => ({
        headers: { Authorization: `Basic ${Buffer.from(`${world.extension.testKey}:`).toString('base64')}` },
        body: new URLSearchParams(bad),
      }),
    ],
    ['client_secret in the body', () => ({ body: new URLSearchParams({ ...bad, client_secret: world.extension.testKey }) })],
    [
      'both at once',
      () => ({
        headers: { Authorization: `Bearer ${world.extension.testKey}` },
        body: new URLSearchParams({ ...bad, client_secret: world.extension.testKey }),
      }),
    ],
  ];
  for (const [title, init] of ways) {
    test(`${title} is accepted`, async () => {
      const response = await fetch(`${world.platform.url}/oauth/token`, { method: 'POST', ...init() });
      expect(await response.json()).toEqual({ error: 'invalid_grant', error_description: 'Authorization code does not exist: ac_none' });
    });
  }

  test('a publishable key and an access token are no client', async () => {
    const { access_token } = await connected(world);
    const publishable = world.platform.accounts.ownKey(world.extension.id, false, 'publishable')!;
    for (const key of [access_token, publishable]) {
      const { status, body } = await oauthPost(world, 'token', bad, key);
      expect([status, body.error_description]).toEqual([401, `No such API key: ${maskKey(key)}`]);
      expect(JSON.stringify(body)).not.toContain(key);
    }
  });

  test('another method than POST is refused with a sentence', async () => {
    const response = await fetch(`${world.platform.url}/oauth/token`);
    expect([response.status, ((await response.json()) as Body).error]).toEqual([405, 'invalid_request']);
  });
});
