import { createWorld, type World } from '@annex/testkit';
import { freshDatabase } from '@annex/testkit/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { NOBODY } from '../../platform/src/engine/index.ts';
import { createKit, type Kit, type KitOptions } from '../src/index.ts';
import { SESSION } from './mirrored-world.ts';

const server = inject('postgres');
const PER_SECOND = 25;
const CUSTOMERS = 2_000;
/** Of the account that is refused: a pace that refusals lowered comes back slowly. */
const FEW = 200;
const DAY = 86_400;

/** The platform counts what each account is asked in whichever second, and refuses what is beyond the limit, as Stripe does. */
describe.skipIf(server === null)('two workers and four accounts', () => {
  const kits: Kit[] = [];
  let world: World;
  let accounts: readonly string[] = [];
  let drop = async (): Promise<void> => {};
  beforeAll(async () => {
    const fresh = await freshDatabase(server!);
    drop = fresh.drop;
    world = await createWorld();
    const { extension, platform } = world;
    const fourth = await platform.control.createAccount({ name: 'Crane Ltd' });
    accounts = [...world.dana.accounts, ...world.ben.accounts].map(({ account }) => account).concat(fourth.id);
    for (const [n, account] of accounts.entries()) fill(account, n === 0 ? FEW : CUSTOMERS);
    const options: KitOptions = {
      database: { url: fresh.url, connections: 6 },
      apps: [{ secretKey: extension.testKey, clientId: extension.testClientId }],
      ...{ apiBase: platform.url, connectBase: platform.url, authorizeBase: platform.url },
      redirectUri: `${world.origin}/callback`,
      objects: ['account', 'customer', 'invoice', 'coupon', 'price'],
      limits: { test: { all: PER_SECOND, endpoint: PER_SECOND }, live: { all: PER_SECOND, endpoint: PER_SECOND } },
      ...{ limitShare: 1, concurrency: 4, pollMs: 50, settleMs: 50, reconcileMinutes: 0 },
    };
    kits.push(await createKit(options), await createKit(options));
    for (const account of accounts) {
      const { state } = await kits[0]!.connect.start({ session: SESSION });
      const { code } = await platform.control.consent({ client_id: extension.testClientId, account });
      await kits[0]!.connect.finish({ query: new URLSearchParams({ state, code }), session: SESSION });
    }
  });
  afterAll(async () => {
    for (const kit of kits) await kit.close();
    await world.close();
    await drop();
  });

  /** Years of customers: an import splits by when they were made, and the API makes all of them now. */
  const fill = (account: string, customers: number): void => {
    const { engine, store, clock } = world.platform;
    const draft = engine.draft({ account, livemode: false }, clock.now(), NOBODY);
    for (let n = 0; n < customers; n++)
      draft.at(clock.now() - (n + 1) * DAY).make('customer', { email: `${n}@x.test`, name: `Customer ${n}` }, { event: null });
    store.commit({ writes: draft.writes() });
  };

  const states = () => Promise.all(accounts.map(async (account) => (await kits[1]!.progress(account, false))?.state));

  it('no account is asked more often than its limit allows, and one that is refused all the time slows no other', async () => {
    const { control } = world.platform;
    await control.setRateLimits();
    await control.setFaults({ rules: [{ fault: 'rate_limit', account: accounts[0]!, method: 'GET' }] });
    for (const kit of kits) kit.work.start();
    await expect.poll(states, { timeout: 30_000 }).toEqual(['running', 'done', 'done', 'done']);
    const asked = async () => new Map((await control.rateLimits()).accounts.map((one) => [one.account, one]));
    expect((await asked()).get(accounts[0]!)!.requests).toBeLessThan(20);
    await control.clearFaults();
    await expect.poll(states, { timeout: 60_000 }).toEqual(['done', 'done', 'done', 'done']);

    const counted = await asked();
    for (const account of accounts) {
      expect(counted.get(account)).toMatchObject({ account, refused: 0 });
      expect(counted.get(account)!.peak).toBeLessThanOrEqual(PER_SECOND);
    }
    await control.clearRateLimits();
    for (const account of accounts) expect(await kits[0]!.doctor({ account, livemode: false })).toMatchObject({ clean: true });
    // Both workers had a share of it.
    const pages = await Promise.all(kits.map(async (kit) => Number(/^annex_pages_stored_total (\d+)$/m.exec(await kit.metrics())?.[1])));
    expect(Math.min(...pages)).toBeGreaterThan(5);
  }, 120_000);

  it('a worker that stops gives back what it holds: the other goes on at once', async () => {
    await kits[0]!.import({ account: accounts[1]!, livemode: false }, 'again');
    for (const kit of kits) await kit.work.stop();
    const held = `select count(*)::int as n from annex.ranges where lease_until_ms > (extract(epoch from clock_timestamp()) * 1000) and state = 'open'`;
    expect(await kits[0]!.query(held)).toEqual([{ n: 0 }]);
    expect((await kits[1]!.progress(accounts[1]!, false))?.state).toBe('running');
    kits[1]!.work.start();
    await expect.poll(async () => (await kits[1]!.progress(accounts[1]!, false))?.state, { timeout: 20_000 }).toBe('done');
  });
});
