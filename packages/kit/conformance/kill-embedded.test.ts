import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKit, type KitOptions } from '../src/index.ts';
import { FakeStripe } from './fake-stripe.ts';
import { differences, SESSION } from './mirrored-world.ts';

const KILLS = 8;
const account = 'acct_kill';

describe.skipIf(!existsSync(new URL('../dist/index.js', import.meta.url)))('the embedded database, killed with its process', () => {
  const stripe = new FakeStripe();
  let folder: string;
  let options: KitOptions;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'annex-kit-'));
    const origin = await stripe.start();
    options = {
      database: { folder },
      apps: [{ secretKey: 'sk_test_platform', clientId: 'ca_test' }],
      apiBase: origin,
      connectBase: origin,
      authorizeBase: origin,
      redirectUri: 'http://kit.test/callback',
      webhookSecrets: [stripe.secret],
      objects: ['account', 'customer'],
      limits: 'none',
      leaseMs: 200,
      settleMs: 50,
      reconcileMinutes: 0,
    };
  });
  afterAll(async () => {
    await stripe.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const start = async (): Promise<{ child: ChildProcess; port: number }> => {
    const given = JSON.stringify({ role: 'both', options });
    const child = spawn(process.execPath, [new URL('./children/process.mjs', import.meta.url).pathname, given], {
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    const port = await new Promise<number>((done, failed) => {
      child.stdout!.on('data', (chunk: Buffer) => done(Number(/ready (\d+)/.exec(String(chunk))?.[1])));
      child.once('exit', () => failed(new Error('the process ended before it was ready')));
    });
    return { child, port };
  };

  it(`${KILLS} kills lose no acknowledged event, and the lock of the killed process never stands in the way`, async () => {
    for (let n = 0; n < 1_500; n++)
      stripe.account(account).things.set(`customer/cus_${n}`, { id: `cus_${n}`, object: 'customer', created: 1_600_000_000 + n, value: 0 });
    const first = await createKit(options);
    await first.query('create table public.effects (event text)');
    const { state } = await first.connect.start({ session: SESSION });
    await first.connect.finish({ query: new URLSearchParams({ state, code: stripe.code(account) }), session: SESSION });
    await first.close();
    const acknowledged = new Set<string>();
    const unsent: { id: string }[] = [];
    for (let kill = 0; kill < KILLS; kill++) {
      const { child, port } = await start();
      const gone = new Promise((done) => child.once('exit', done));
      const send = async (event: { id: string }): Promise<void> => {
        const request = stripe.webhook(event);
        const body = await request.text();
        const headers = { 'stripe-signature': request.headers.get('stripe-signature')! };
        const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body, headers }).catch(() => undefined);
        if (answer?.status === 200) acknowledged.add(event.id);
        else unsent.push(event);
      };
      const sending = unsent.splice(0).map(send);
      for (let n = 0; n < 20; n++)
        sending.push(
          send(stripe.put(account, { id: `cus_${(kill * 31 + n * 7) % 1_500}`, object: 'customer', created: 1_600_000_000, value: kill })),
        );
      if (kill % 3 === 0) await Promise.all(sending);
      await new Promise((done) => setTimeout(done, Math.random() * 150));
      child.kill('SIGKILL');
      await gone;
      await Promise.all(sending);
    }
    const last = await createKit({ ...options, on: {} });
    const stored = await last.query<{ id: string }>('select id from annex.inbox where account = $1', [account]);
    const kept = new Set(stored.map(({ id }) => id));
    expect(acknowledged.size).toBeGreaterThan(50);
    expect([...acknowledged].filter((id) => !kept.has(id))).toEqual([]);
    last.work.start();
    for (const event of unsent) expect((await last.receive(stripe.webhook(event))).status).toBe(200);
    const left = async () => {
      const { inbox, doubts, ranges } = await last.health();
      return { inbox, doubts, ranges };
    };
    await expect.poll(left, { timeout: 30_000 }).toEqual({ inbox: 0, doubts: 0, ranges: 0 });
    // The objects were changed with another `created` than they had: the model is asked, not remembered.
    expect(await differences(last, stripe, account)).toEqual([]);
    const [effects] = await last.query('select count(*)::int as all, count(distinct event)::int as different from effects');
    expect(effects!.all).toBe(effects!.different);
    await last.close();
  }, 120_000);
});
