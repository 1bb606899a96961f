import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../conformance/databases.ts';
import { FakeStripe } from '../conformance/fake-stripe.ts';
import { createKit, type Kit } from './index.ts';

const session = 'a session of this browser';

onEachDatabase('an account is connected, mirrored and forgotten', (opened) => {
  const stripe = new FakeStripe();
  let kit: Kit;

  beforeAll(async () => {
    const origin = await stripe.start();
    kit = await createKit({
      database: opened.current,
      apps: [{ secretKey: 'sk_test_platform', clientId: 'ca_test' }],
      apiBase: origin,
      connectBase: origin,
      authorizeBase: origin,
      redirectUri: 'http://kit.test/callback',
      webhookSecrets: [stripe.secret],
      limits: 'none',
      pollMs: 50,
      settleMs: 20,
      retryMs: 20,
      log: (level, message, facts) => process.env.DEBUG && console.log(level, message, facts),
    });
    kit.work.start();
  });
  afterAll(async () => {
    await kit.close();
    await stripe.stop();
  });

  const connect = async (account: string): Promise<void> => {
    const { state } = await kit.connect.start({ session });
    const query = new URLSearchParams({ state, code: stripe.code(account), scope: 'read_only' });
    expect(await kit.connect.finish({ query, session })).toMatchObject({ kind: 'connected', account });
  };
  const until = async (condition: () => Promise<boolean>): Promise<void> => {
    await expect.poll(condition, { timeout: 15_000, interval: 20 }).toBe(true);
  };

  it('the whole walk, on the thin path', async () => {
    for (let n = 0; n < 230; n++)
      stripe.put('acct_1', { id: `cus_${n}`, object: 'customer', created: 1_700_000_000 + n, email: `${n}@example.com` });
    await connect('acct_1');
    await until(async () => ['done', 'partial'].includes((await kit.progress('acct_1', false))?.state ?? ''));
    const progress = await kit.progress('acct_1', false);
    expect(progress).toMatchObject({ fraction: 1 });
    expect(progress?.objects.find(({ object }) => object === 'customer')).toMatchObject({ state: 'done', rows: 230 });
    expect(await kit.query('select count(*)::int as n from mirror.customers where account = $1', ['acct_1'])).toEqual([{ n: 230 }]);

    const event = stripe.put('acct_1', { id: 'cus_new', object: 'customer', created: stripe.now(), email: 'new@example.com' });
    expect((await kit.receive(stripe.webhook(event))).status).toBe(200);
    await until(async () => (await kit.query("select 1 from mirror.customers where id = 'cus_new'")).length === 1);

    stripe.connected.delete('acct_1');
    const bye = stripe.record('acct_1', 'account.application.deauthorized', { id: 'ca_test', object: 'application', name: null });
    expect((await kit.receive(stripe.webhook(bye))).status).toBe(200);
    await until(async () => (await kit.receipts('acct_1'))[0]?.finished_ms != null);
    const counts = (await kit.receipts('acct_1'))[0]!.counts;
    expect(counts['mirror.customers']).toBe(231);
    // The two webhooks; more where the worker happened to read the event list in the meantime.
    expect(counts['annex.inbox']).toBeGreaterThanOrEqual(2);
    expect(await kit.connections()).toEqual([]);
  });
});
