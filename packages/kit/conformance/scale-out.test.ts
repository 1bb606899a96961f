import { freshDatabase } from '@annex/testkit/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKit, type Kit, type KitOptions } from '../src/index.ts';
import { FakeStripe } from './fake-stripe.ts';
import { differences, SESSION } from './mirrored-world.ts';

const server = inject('postgres');
const ACCOUNTS = ['acct_limited', 'acct_b', 'acct_c', 'acct_d'] as const;
const PER_SECOND = 50;

describe.skipIf(server === null)('two workers and four accounts', () => {
  const stripe = new FakeStripe();
  const kits: Kit[] = [];
  let drop = async (): Promise<void> => {};
  /** When each request of an account came, in ms. */
  const came = new Map<string, number[]>();
  beforeAll(async () => {
    const fresh = await freshDatabase(server!);
    drop = fresh.drop;
    const origin = await stripe.start();
    const options: KitOptions = {
      database: { url: fresh.url, connections: 6 },
      apps: [{ secretKey: 'sk_test_platform', clientId: 'ca_test' }],
      apiBase: origin,
      connectBase: origin,
      authorizeBase: origin,
      redirectUri: 'http://kit.test/callback',
      webhookSecrets: [stripe.secret],
      objects: ['account', 'customer', 'invoice', 'coupon', 'price'],
      limits: { test: { all: PER_SECOND, endpoint: PER_SECOND }, live: { all: PER_SECOND, endpoint: PER_SECOND } },
      limitShare: 1,
      concurrency: 4,
      pollMs: 50,
      settleMs: 50,
      reconcileMinutes: 0,
    };
    kits.push(await createKit(options), await createKit(options));
  });
  afterAll(async () => {
    for (const kit of kits) await kit.close();
    await stripe.stop();
    await drop();
  });

  it('no account is asked more often than its limit allows, and one that is refused all the time slows no other', async () => {
    let refusing = true;
    stripe.intercept = ({ account, path }) => {
      if (account === undefined) return undefined;
      came.set(account, [...(came.get(account) ?? []), Date.now()]);
      if (!refusing || account !== 'acct_limited' || path === '/v1/account') return undefined;
      return { status: 429, headers: { 'retry-after': '1' }, body: { error: { message: 'Too many requests.' } } };
    };
    for (const account of ACCOUNTS) {
      for (let n = 0; n < 3_000; n++) {
        const thing = { id: `cus_${n}`, object: 'customer', created: 1_600_000_000 + n * 3_600 };
        stripe.account(account).things.set(`customer/${thing.id}`, thing);
      }
      const { state } = await kits[0]!.connect.start({ session: SESSION });
      await kits[0]!.connect.finish({ query: new URLSearchParams({ state, code: stripe.code(account) }), session: SESSION });
    }
    for (const kit of kits) kit.work.start();
    const states = async () => Promise.all(ACCOUNTS.map(async (account) => (await kits[1]!.progress(account, false))?.state));
    await expect.poll(states, { timeout: 30_000 }).toEqual(['running', 'done', 'done', 'done']);
    expect(came.get('acct_limited')!.length).toBeLessThan(20);
    refusing = false;
    await expect.poll(states, { timeout: 60_000 }).toEqual(['done', 'done', 'done', 'done']);
    for (const account of ACCOUNTS) expect(await differences(kits[0]!, stripe, account)).toEqual([]);

    // In whichever second: what is left free takes up what arrives late.
    const busiest = [...came.values()].map((times) =>
      Math.max(...times.map((from) => times.filter((at) => at >= from && at < from + 1_000).length)),
    );
    expect(Math.max(...busiest)).toBeLessThanOrEqual(PER_SECOND);
    // Both workers had a share of it.
    const pages = await Promise.all(kits.map(async (kit) => Number(/^annex_pages_stored_total (\d+)$/m.exec(await kit.metrics())?.[1])));
    expect(Math.min(...pages)).toBeGreaterThan(5);
  }, 120_000);

  it('a worker that stops gives back what it holds: the other goes on at once', async () => {
    stripe.intercept = undefined;
    await kits[0]!.import({ account: 'acct_b', livemode: false }, 'again');
    for (const kit of kits) await kit.work.stop();
    const held = `select count(*)::int as n from annex.ranges where lease_until_ms > (extract(epoch from clock_timestamp()) * 1000) and state = 'open'`;
    expect(await kits[0]!.query(held)).toEqual([{ n: 0 }]);
    expect((await kits[1]!.progress('acct_b', false))?.state).toBe('running');
    kits[1]!.work.start();
    await expect.poll(async () => (await kits[1]!.progress('acct_b', false))?.state, { timeout: 20_000 }).toBe('done');
  });
});
