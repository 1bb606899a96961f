import { afterAll, beforeAll, expect, it } from 'vitest';
import { catchUp } from '../src/figures/bookkeeper.ts';
import { createLantern, readSettings } from '../src/index.ts';
import { makeOwner } from '../src/people/members.ts';
import { addGuest, newGuest } from '../src/people/people.ts';
import { newToken } from '../src/people/secrets.ts';
import { openSession } from '../src/people/sessions.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { consented, signedUp, until } from './visitor.ts';

let world: LanternWorld;
beforeAll(async () => {
  world = await createLanternWorld();
});
afterAll(() => world.close());

it('an import whose requests fail says so, promises no time, and goes on by itself', async () => {
  const { account, testKey } = world.dana.accounts[0]!;
  for (const name of ['Ada', 'Ben']) await world.api(testKey, 'POST /v1/customers', { name });
  const dana = await signedUp(world, 'dana@acme.example');
  const { control } = world.platform;
  await control.setFaults({ rules: [{ fault: 'error', share: 1, operation: 'GET /v1/charges' }] });
  const url = new URL(await consented(world, dana, account));
  await dana.get(url.pathname + url.search);
  const page = (): Promise<string> => dana.text(`/a/${account}/test/import`);
  const told = 'Stripe does not answer some requests. They are tried again by themselves';
  await until(async () => (await page()).includes('trying again'));
  // Far enough, and long enough under way, to promise a time if all went well.
  await until(async () => {
    const { fraction, started_ms } = (await world.lantern.lantern.kit.progress(account, false))!;
    return fraction > 0.02 && Date.now() - started_ms > 2_000;
  });
  expect(await page()).toContain(told);
  expect(await page()).not.toMatch(/about [^<]+ left/);
  await control.clearFaults();
  await until(async () => (await page()).includes('data-import="done"'));
  expect(await page()).not.toContain(told);
});

it('an overview whose history is read but not counted yet says so, until it is', async () => {
  const settings = readSettings([], { STRIPE_TEST_SECRET_KEY: 'sk_test_x', STRIPE_TEST_CLIENT_ID: 'ca_x' });
  if (settings === 'help') throw new Error('unreachable');
  // Not started: nobody keeps its books but the test.
  const lantern = await createLantern({ settings, publicUrl: 'http://lantern.test' });
  const { database } = lantern.kit;
  await database.query(
    `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ('acct_read', false, 'oauth', 'connected', 'read_only', 0)`,
  );
  await database.query(
    "insert into annex.imports (account, livemode, state, started_ms, finished_ms, events_from, reconciled_ms) values ('acct_read', false, 'done', 0, 1, 0, 0)",
  );
  const guest = newGuest();
  await addGuest(database, guest, Date.now());
  await makeOwner(database, { account: 'acct_read', person: guest.id, nowMs: Date.now() });
  const cookie = `lantern_session=${await openSession(database, guest, Date.now())}; lantern_browser=${newToken()}`;
  const page = async () => (await lantern.app.request('http://lantern.test/a/acct_read/test', { headers: { cookie } })).text();
  const told = 'Your whole history is here and is being counted';
  expect(await page()).toContain(told);
  await catchUp(lantern, { account: 'acct_read', livemode: false });
  expect(await page()).not.toContain(told);
  // Imported again, it is counted again.
  await database.query("update annex.imports set state = 'running' where account = 'acct_read'");
  await catchUp(lantern, { account: 'acct_read', livemode: false });
  await database.query("update annex.imports set state = 'done', finished_ms = 2 where account = 'acct_read'");
  expect(await page()).toContain(told);
  await catchUp(lantern, { account: 'acct_read', livemode: false });
  expect(await page()).not.toContain(told);
  await lantern.close();
});
