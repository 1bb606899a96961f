import { createKitWorld, type KitWorld, type Owner, type Party } from '@annex/testkit';
import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { type Hand, inBrowser, keyboard, mouse, signIn, unseen } from './in-browser.ts';
import { until } from './until.ts';

/** Browser scripts 3, 4 and 10: an account is connected, refused and let go of, with a real extension on the other side. */

let world: KitWorld;
beforeAll(async () => {
  world = await createKitWorld();
});
afterAll(() => world.close());

/** A person with two accounts of their own in each test. */
let owner: Owner;
let people = 0;
beforeEach(async () => {
  const accounts: Party[] = [];
  for (const name of ['Acme GmbH', 'Acme Labs']) {
    const { id, keys } = await world.platform.control.createAccount({ name, email: `billing${++people}@acme.example` });
    accounts.push({ account: id, name, testKey: keys.test.secret!, liveKey: keys.live.secret! });
  }
  owner = { email: `dana${people}@acme.example`, password: 'correct horse battery', accounts };
  await world.platform.control.createUser({ ...owner, accounts: accounts.map(({ account }) => account) });
});

const isMine = (account: string): boolean => owner.accounts.some((mine) => mine.account === account);

/** The owner's accounts that the platform knows as connected. */
const standing = async (): Promise<string[]> =>
  (await world.api(world.extension.testKey, 'GET /v1/accounts')).data
    .map((account: { id: string }) => account.id)
    .filter((account: string) => isMine(account));

/** The owner's connections as the extension knows them. */
const known = async () => (await world.kit.connections()).filter((row) => isMine(row.account));

/** From the extension's button to its callback, choosing Acme Labs, the second account. */
async function connect(page: Page, hand: Hand, look = expectNoSeriousAxe): Promise<URL> {
  await page.goto(`${world.origin}/connect`);
  if (await page.getByLabel('E-mail').isVisible()) {
    await look(page);
    await signIn(page, hand, owner);
  }
  const labs = page.getByRole('radio', { name: 'Acme Labs' });
  await labs.waitFor();
  await look(page);
  await hand.choose(labs);
  await hand.press(page.getByRole('button', { name: 'Connect', exact: true }));
  await page.waitForURL(`${world.origin}/callback**`);
  return new URL(page.url());
}

async function happyPath(page: Page, hand: Hand, look = expectNoSeriousAxe): Promise<void> {
  const labs = owner.accounts[1]!;
  await page.goto(`${world.origin}/connect`);
  const asked = new URL(decodeURIComponent(new URL(page.url()).searchParams.get('next') ?? ''), world.platform.url);
  const back = await connect(page, hand, look);
  expect(back.searchParams.get('code')).toMatch(/^ac_\w{32}$/);
  expect(back.searchParams.get('scope')).toBe('read_only');
  expect(asked.searchParams.get('state')).not.toBeNull();
  const there = await known();
  expect(there).toMatchObject([{ account: labs.account, state: 'connected', scope: 'read_only' }]);
  expect(await standing()).toEqual([labs.account]);
  await until(async () => (await world.kit.progress(labs.account, false))?.state === 'done');
}

async function revoke(page: Page, hand: Hand, look = expectNoSeriousAxe): Promise<void> {
  const labs = owner.accounts[1]!;
  await connect(page, hand, unseen);
  await page.goto(`${world.platform.url}/${labs.account}/test/settings/apps`);
  await page.getByRole('heading', { name: 'Lantern Analytics' }).waitFor();
  await look(page);
  await hand.press(page.getByRole('button', { name: 'Revoke access of Lantern Analytics' }));
  await page.getByRole('status').waitFor();
  expect(await page.getByText('No extension is connected in test mode.').count()).toBe(1);
  await look(page);
  const call = await fetch(`${world.platform.url}/v1/customers`, {
    headers: { Authorization: `Bearer ${world.extension.testKey}`, 'Stripe-Account': labs.account },
  });
  expect(call.status).toBe(403);
  await until(async () => (await world.kit.receipts(labs.account)).length === 1);
  expect((await known()).filter((row) => row.state === 'connected')).toEqual([]);
  await connect(page, hand, unseen);
  expect((await known()).filter((row) => row.account === labs.account)).toHaveLength(1);
  expect(await standing()).toEqual([labs.account]);
}

async function denials(page: Page, look = expectNoSeriousAxe): Promise<void> {
  const { origin, platform, extension } = world;
  await page.goto(`${origin}/connect`);
  await signIn(page, mouse, owner);
  await page.getByRole('button', { name: 'Cancel' }).click();
  await page.waitForURL(`${origin}/callback?error=access_denied**`);
  expect(await page.textContent('body')).not.toContain('{');
  expect(await known()).toEqual([]);

  const back = await connect(page, mouse, look);
  for (let visits = 0; visits < 2; visits++) await page.goto(back.href);
  expect(await standing()).toHaveLength(1);

  const forged = new URL(back);
  forged.searchParams.set('state', 'forged');
  const refusal = await page.goto(forged.href);
  expect(refusal!.status()).toBe(400);
  expect(await standing()).toHaveLength(1);

  const query = new URLSearchParams({ response_type: 'code', client_id: extension.testClientId, redirect_uri: 'https://evil.example/' });
  const shown = await page.goto(`${platform.url}/oauth/authorize?${query}`);
  expect([shown!.status(), new URL(page.url()).origin]).toEqual([400, platform.url]);
  expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe('This link cannot connect an account');
  expect(await page.getByText('"error": "invalid_redirect_uri"').count()).toBe(1);
  await look(page);
}

/* Axe looks once at each page and width: where a script is walked again by other means, `unseen` stands for it. */
inBrowser('connecting an account', (given) => {
  test('script 3: the happy path, with the mouse', async () => happyPath(await given.page(), mouse));
  test('script 3: the happy path, by keyboard alone', async () => happyPath(await given.page(), keyboard, unseen));
  test('script 3: the happy path, on the width of a phone and in the dark', async () =>
    happyPath(await given.page({ width: 390, height: 844, dark: true }), mouse));
  test('script 4: deny, bad state, replay, foreign redirect', async () => denials(await given.page()));
  test('script 4: the same without JavaScript', async () => denials(await given.page({ javaScript: false }), unseen));
  test('script 10: revoke at the platform, with the mouse', async () => revoke(await given.page(), mouse));
  test('script 10: revoke at the platform, by keyboard alone', async () => revoke(await given.page(), keyboard, unseen));

  test('a page follows what happens without a reload, and also where a script may not run', async () => {
    const acme = owner.accounts[0]!;
    const live = await given.page();
    const still = await given.page({ javaScript: false });
    for (const page of [live, still]) {
      await page.goto(`${world.platform.url}/${acme.account}/test/data/customer`);
      await signIn(page, mouse, owner);
      await page.getByText('None yet.').waitFor();
    }
    await live.evaluate(() => Object.assign(globalThis, { neverReloaded: true }));
    await world.api(acme.testKey, 'POST /v1/customers', { name: 'Jane' });
    await live.getByRole('cell', { name: 'Jane' }).waitFor();
    expect(await live.evaluate(() => 'neverReloaded' in globalThis)).toBe(true);
    await still.reload();
    await still.getByRole('cell', { name: 'Jane' }).waitFor();
  });

  test('a button makes something happen, and the connected extension has it within moments', async () => {
    const labs = owner.accounts[1]!;
    const page = await given.page();
    await connect(page, mouse, unseen);
    await page.goto(`${world.platform.url}/${labs.account}/test/make`);
    await expectNoSeriousAxe(page);
    await page.getByRole('button', { name: /A customer subscribes/ }).click();
    await page.getByRole('status').getByText('It has happened.').waitFor();
    await expectNoSeriousAxe(page);
    const active = (): Promise<unknown[]> =>
      world.kit.query("select 1 from stripe.subscriptions where account = $1 and status = 'active'", [labs.account]);
    await until(async () => (await active()).length === 1);
  });
});
