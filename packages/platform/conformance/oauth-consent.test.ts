import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlatform } from '../src/index.ts';
import {
  api,
  authorizePath,
  connected,
  type ExtensionWorld,
  extensionOf,
  extensionWorld,
  oauthPost,
  PASSWORD,
  party,
  userOf,
  Visitor,
} from './extension-world.ts';

/** What a person meets between the extension's link and its callback. */

let world: ExtensionWorld;
beforeAll(async () => {
  world = await extensionWorld();
});
afterAll(() => world.platform.close());

const signedIn = async (email = world.owner.email): Promise<Visitor> => {
  const visitor = new Visitor(world.platform.url);
  await visitor.signIn(email);
  return visitor;
};

const link = (more: Record<string, string> = {}): string => authorizePath({ client_id: world.extension.test.id, ...more });
const codeIn = (response: Response): string | null => {
  const location = response.headers.get('location');
  return location === null ? null : new URL(location, world.platform.url).searchParams.get('code');
};

let people = 0;
/** A person with accounts of their own, so that one test does not connect another's. */
function somebody(accounts: number): { email: string; ids: string[] } {
  const email = `somebody${++people}@example.com`;
  const parties = Array.from({ length: accounts }, (_, i) => party(world.platform, `S${people}-${i}`, `s${people}-${i}@example.com`));
  userOf(world.platform, email, parties);
  return { email, ids: parties.map((row) => row.id) };
}

async function connect(email: string, account: string, scope = 'read_only'): Promise<void> {
  const visitor = await signedIn(email);
  const code = codeIn(await visitor.submit(link({ scope, always_prompt: 'true' }), { account, decision: 'allow' }))!;
  await oauthPost(world, 'token', { grant_type: 'authorization_code', code }, world.extension.testKey);
}

describe('a visitor who is not signed in', () => {
  const LANDINGS: readonly (readonly [query: Record<string, string>, form: string])[] = [
    [{}, '/sign-in'],
    [{ scope: 'read_only' }, '/sign-in'],
    [{ scope: 'read_write' }, '/sign-up'],
    [{ scope: 'read_only', stripe_landing: 'register' }, '/sign-up'],
    [{ scope: 'read_write', stripe_landing: 'login' }, '/sign-in'],
  ];
  for (const [query, form] of LANDINGS) {
    test(`with ${JSON.stringify(query)} sees ${form} first, and comes back to consent`, async () => {
      const visitor = new Visitor(world.platform.url);
      const landing = (await visitor.get(link(query))).headers.get('location')!;
      expect(landing.startsWith(`${form}?next=%2Foauth%2F`)).toBe(true);
      const next = new URL(landing, world.platform.url).searchParams.get('next')!;
      const after = await visitor.submit('/sign-in', { email: world.owner.email, password: PASSWORD, next });
      expect(after.headers.get('location')).toBe(next);
      expect(await (await visitor.get(next)).text()).toContain('Lantern Analytics');
    });
  }

  test('finds the form of a new user filled in by stripe_user, without what is not valid', async () => {
    const visitor = new Visitor(world.platform.url);
    const query = {
      scope: 'read_write',
      'stripe_user[email]': 'new@example.com',
      'stripe_user[first_name]': 'Nova',
      'stripe_user[last_name]': 'Newman',
      'stripe_user[business_name]': 'Nova & Co',
      'stripe_user[country]': 'DE',
      'stripe_user[url]': 'javascript:alert(1)',
    };
    const landing = (await visitor.get(link(query))).headers.get('location')!;
    const form = await (await visitor.get(landing)).text();
    for (const value of ['new@example.com', 'Nova Newman', 'Nova &amp; Co', 'DE']) expect(form).toContain(`value="${value}"`);
    const bad = (await visitor.get(link({ scope: 'read_write', 'stripe_user[email]': 'nonsense', 'stripe_user[country]': 'Narnia' })))
      .headers;
    const dropped = await (await visitor.get(bad.get('location')!)).text();
    expect(dropped).not.toContain('value="nonsense"');
    expect(dropped).toContain('value="US"');
  });

  test('creates a user with an account, and goes on to consent for it', async () => {
    const visitor = new Visitor(world.platform.url);
    const landing = (await visitor.get(link({ scope: 'read_write' }))).headers.get('location')!;
    const next = new URL(landing, world.platform.url).searchParams.get('next')!;
    const fields = { name: 'Nia', email: 'nia@example.com', password: 'long enough', business: 'Nia Ltd', country: 'gb', next };
    const made = await visitor.submit('/sign-up', fields, landing);
    expect([made.status, made.headers.get('location')]).toEqual([303, next]);
    const page = await (await visitor.get(next)).text();
    expect(page).toContain('Nia Ltd');
    const account = /name="account" value="(acct_\w+)"/.exec(page)![1]!;
    expect(codeIn(await visitor.submit(next, { account, decision: 'allow' }))).toMatch(/^ac_/);
    expect(world.platform.accounts.account(account)).toMatchObject({ country: 'GB', default_currency: 'gbp', email: 'nia@example.com' });
  });

  const BAD: readonly (readonly [string, Record<string, string>, RegExp])[] = [
    ['a short password', { password: 'short' }, /8 characters or more/],
    ['no e-mail address', { email: 'nonsense' }, /is no e-mail address/],
    ['no name of the business', { business: ' ' }, /business name is missing/],
    ['no country', { country: 'Narnia' }, /is no country code/],
    ['an e-mail that is taken', { email: 'DANA@acme.example' }, /already a user with this e-mail/],
  ];
  for (const [title, change, why] of BAD) {
    test(`is told why a user cannot be made: ${title}`, async () => {
      const visitor = new Visitor(world.platform.url);
      const fields = { name: 'X', email: 'x@example.com', password: 'long enough', business: 'X', country: 'US', ...change };
      const response = await visitor.submit('/sign-up', fields);
      expect(response.status).toBe(400);
      expect((await response.text()).replaceAll('&#39;', "'")).toMatch(why);
    });
  }
});

describe('an account that is connected already', () => {
  test('goes straight through with a new code, where it is the only one', async () => {
    const { email, ids } = somebody(1);
    await connect(email, ids[0]!, 'read_write');
    const visitor = await signedIn(email);
    expect(codeIn(await visitor.get(link({ scope: 'read_only' })))).toMatch(/^ac_/);
    expect(codeIn(await visitor.get(link({ scope: 'read_only', always_prompt: 'true' })))).toBeNull();
  });

  test('is asked again for a greater scope', async () => {
    const { email, ids } = somebody(1);
    await connect(email, ids[0]!, 'read_only');
    const response = await (await signedIn(email)).get(link({ scope: 'read_write' }));
    expect([response.status, codeIn(response)]).toEqual([200, null]);
  });

  test('does not stand in the way of another account of the same person', async () => {
    const { email, ids } = somebody(2);
    await connect(email, ids[0]!);
    const page = await (await (await signedIn(email)).get(link())).text();
    expect(page).toContain('connected already (read only)');
    expect(page).toMatch(new RegExp(`value="${ids[1]}"[^>]*checked`));
  });
});

describe('the choice of an account', () => {
  test('leaves out the account that asks, and those with its e-mail in test mode', async () => {
    const own = extensionOf(world.platform, party(world.platform, 'Asker', 'same@example.com'));
    const twin = party(world.platform, 'Twin', 'SAME@example.com');
    userOf(world.platform, 'same-person@example.com', [own, twin]);
    const visitor = await signedIn('same-person@example.com');
    const path = authorizePath({ client_id: own.test.id });
    const page = await (await visitor.get(path)).text();
    expect(page.match(/Account cannot connect to itself/g)).toHaveLength(2);
    expect(page).toContain('None of your accounts can be connected.');
    for (const account of [own.id, twin.id]) {
      const response = await visitor.submit(path, { account, decision: 'allow' });
      expect([response.status, codeIn(response)]).toEqual([400, null]);
    }
  });

  test('includes a blank test account, in test mode alone', async () => {
    const { email } = somebody(1);
    const visitor = await signedIn(email);
    const code = codeIn(await visitor.submit(link(), { decision: 'blank' }))!;
    const { body } = await oauthPost(world, 'token', { grant_type: 'authorization_code', code }, world.extension.testKey);
    expect(world.platform.accounts.account(body.stripe_user_id)).toMatchObject({
      charges_enabled: false,
      details_submitted: false,
      email: null,
      settings: { dashboard: { display_name: 'Test account 2' } },
    });
    const live = authorizePath({ client_id: world.extension.live.id });
    expect(await (await visitor.get(live)).text()).not.toContain('blank test account');
    expect(codeIn(await visitor.submit(live, { decision: 'blank', account: '' }))).toBeNull();
  });

  test('includes a new account, which is the person’s own', async () => {
    const { email } = somebody(1);
    const visitor = await signedIn(email);
    const code = codeIn(await visitor.submit(link({ 'stripe_user[country]': 'de' }), { decision: 'create', business: 'Neu GmbH' }))!;
    const { body } = await oauthPost(world, 'token', { grant_type: 'authorization_code', code }, world.extension.testKey);
    const account = world.platform.accounts.account(body.stripe_user_id)!;
    expect(account).toMatchObject({ country: 'DE', default_currency: 'eur', controller: { type: 'account' } });
    expect((await visitor.get(`/${account.id}/test`)).status).toBe(200);
  });

  test('can be made as another user', async () => {
    const first = somebody(1);
    const second = somebody(1);
    const visitor = await signedIn(first.email);
    const out = await visitor.submit('/sign-out', { next: link() }, link());
    const landing = out.headers.get('location')!;
    const next = new URL(landing, world.platform.url).searchParams.get('next')!;
    await visitor.submit('/sign-in', { email: second.email, password: PASSWORD, next }, landing);
    const page = await (await visitor.get(next)).text();
    expect(page).toContain(second.ids[0]!);
    expect(page).not.toContain(first.ids[0]!);
  });
});

test('a browser is shown what a program is told', async () => {
  const response = await new Visitor(world.platform.url).get(link({ redirect_uri: 'https://evil.example/<b>' }), {
    'Sec-Fetch-Dest': 'document',
  });
  const page = await response.text();
  expect([response.status, response.headers.get('content-type')]).toEqual([400, 'text/html; charset=UTF-8']);
  expect(page).toContain('&quot;error&quot;: &quot;invalid_redirect_uri&quot;');
  expect(page).not.toContain('<b>');
});

describe('what an extension did', () => {
  test('is counted by kind, with what was refused, and belongs to the account', async () => {
    const { extension, owner, platform } = world;
    await connected(world);
    const call = { key: extension.testKey, account: owner.acme.id };
    for (let i = 0; i < 3; i++) await api(world, { ...call, path: '/v1/invoices' });
    await api(world, { ...call, path: '/v1/customers', form: { name: 'x' } });
    const rows = platform.access.of(extension.id, owner.acme.id);
    expect(rows.find((row) => row.what === 'invoices')).toMatchObject({ reads: 3, writes: 0, refused: 0 });
    expect(platform.access.of(extension.id, owner.bolt.id)).toEqual([]);
    const page = await (await (await signedIn()).get(`/${owner.acme.id}/test/settings/apps`)).text();
    expect(page).toMatch(/<th scope="row">invoices<\/th><td class="num">3<\/td>/);
  });
});

test('users, sessions, settings, connections and what was read survive a restart', async () => {
  const data = mkdtempSync(join(tmpdir(), 'annex-restart-'));
  const before = await extensionWorld({ data });
  await connected(before);
  await api(before, { key: before.extension.testKey, account: before.owner.acme.id, path: '/v1/customers' });
  const visitor = new Visitor(before.platform.url);
  await visitor.signIn(before.owner.email);
  await before.platform.close();
  const platform = await createPlatform({ data });
  const again = new Visitor(platform.url);
  for (const pair of visitor.cookie.split('; ')) again.setCookie(pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1));
  const apps = await (await again.get(`/${before.owner.acme.id}/test/settings/apps`)).text();
  expect(apps).toContain('Lantern Analytics');
  expect(apps).toContain('What it did (1 calls)');
  const world = { ...before, platform };
  expect((await api(world, { key: before.extension.testKey, account: before.owner.acme.id, path: '/v1/customers' })).status).toBe(200);
  const fresh = new Visitor(platform.url);
  expect((await fresh.signIn(before.owner.email)).status).toBe(303);
  await platform.close();
  rmSync(data, { recursive: true, force: true });
});
