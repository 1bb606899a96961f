import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { findPostgres, type PostgresServer, startPostgres } from '@annex/testkit/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createKit, type Kit, type KitOptions } from '../src/index.ts';
import { FakeStripe } from './fake-stripe.ts';
import { differences, SESSION } from './mirrored-world.ts';

const OBJECTS = 20_000;
const KILLS = 50;
const PARTS = 4;
const account = 'acct_kill';

/** A process that is started again whenever it ends, until it is stopped. */
class Immortal {
  private child: ChildProcess | undefined;
  private stopped = false;
  /** Its port, once it is ready; undefined while it is down. */
  port: number | undefined;
  kills = 0;
  private readonly given: string;

  constructor(role: 'worker' | 'both', options: KitOptions) {
    this.given = JSON.stringify({ role, options });
    this.start();
  }

  private start(): void {
    const child = spawn(process.execPath, [new URL('./children/process.mjs', import.meta.url).pathname, this.given], {
      stdio: ['pipe', 'pipe', 'ignore'],
    });
    child.stdout!.on('data', (chunk: Buffer) => {
      this.port = Number(/ready (\d+)/.exec(String(chunk))?.[1] ?? 0);
    });
    child.once('exit', () => {
      this.port = undefined;
      if (!this.stopped) this.start();
    });
    this.child = child;
  }

  /** Kills it if it is up. */
  kill(): boolean {
    if (this.port === undefined) return false;
    this.port = undefined;
    this.kills++;
    return this.child!.kill('SIGKILL');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const gone = new Promise((done) => this.child!.once('exit', done));
    if (this.child!.exitCode === null && this.child!.signalCode === null) {
      this.child!.kill('SIGKILL');
      await gone;
    }
  }
}

describe.skipIf(inject('postgres') === null || !existsSync(new URL('../dist/index.js', import.meta.url)))('killed at any instant', () => {
  const stripe = new FakeStripe();
  let postgres: PostgresServer;
  let kit: Kit;
  let options: KitOptions;
  const mortals: Immortal[] = [];
  beforeAll(async () => {
    const origin = await stripe.start();
    postgres = await startPostgres(findPostgres()!);
    options = {
      database: { url: postgres.url() },
      apps: [{ secretKey: 'sk_test_platform', clientId: 'ca_test' }],
      apiBase: origin,
      connectBase: origin,
      authorizeBase: origin,
      redirectUri: 'http://kit.test/callback',
      webhookSecrets: [stripe.secret],
      objects: ['account', 'customer', 'invoice', 'coupon'],
      limits: 'none',
      concurrency: PARTS,
      partsInFlight: PARTS,
      leaseMs: 400,
      settleMs: 50,
      retryMs: 20,
      pollMs: 50,
      reconcileMinutes: 0,
    };
    kit = await createKit(options);
    await kit.query('create table public.effects (event text)');
  }, 60_000);
  afterAll(async () => {
    for (const one of mortals) await one.stop();
    await kit.close();
    await postgres.stop();
    await stripe.stop();
  });

  it(`${KILLS} kills of the worker, of the web process and of PostgreSQL lose nothing, do nothing twice and fetch no page more than they must`, async () => {
    for (let n = 0; n < OBJECTS; n++) {
      const object = n % 3 === 0 ? 'invoice' : 'customer';
      const thing = { id: `${object}_${n}`, object, created: 1_600_000_000 + n * 600, value: 0 };
      stripe.account(account).things.set(`${object}/${thing.id}`, thing);
    }
    // Slow enough that most kills hit something under way.
    const lists = new Map<string, number>();
    stripe.intercept = async (about) => {
      if (about.query.has('limit')) {
        const key = `${about.path}?${about.query}`;
        lists.set(key, (lists.get(key) ?? 0) + 1);
      }
      const reply = stripe.answer(about);
      await new Promise((done) => setTimeout(done, 60));
      return reply;
    };
    const { state } = await kit.connect.start({ session: SESSION });
    await kit.connect.finish({ query: new URLSearchParams({ state, code: stripe.code(account) }), session: SESSION });
    const worker = new Immortal('worker', options);
    const web = new Immortal('both', options);
    mortals.push(worker, web);

    let over = false;
    let databaseKills = 0;
    const killing = (async () => {
      while (worker.kills < KILLS || web.kills < KILLS || databaseKills < KILLS) {
        await new Promise((done) => setTimeout(done, Math.random() * 120));
        if (worker.kills < KILLS) worker.kill();
        if (web.kills < KILLS) web.kill();
        if (databaseKills < KILLS && Math.random() < 0.3) {
          databaseKills++;
          await postgres.kill();
          await postgres.restart();
        }
      }
    })().finally(() => {
      over = true;
    });
    killing.catch(() => {});

    // Stripe's side: changes go on, and every event is sent until it is acknowledged.
    const acknowledged: string[] = [];
    const deliver = async (event: { id: string; type: string }): Promise<void> => {
      for (;;) {
        const request = stripe.webhook(event);
        const answer = await fetch(`http://127.0.0.1:${web.port ?? 1}/`, {
          method: 'POST',
          body: await request.text(),
          headers: { 'stripe-signature': request.headers.get('stripe-signature')! },
        }).catch(() => undefined);
        if (answer?.status === 200) return void acknowledged.push(event.id);
        await new Promise((done) => setTimeout(done, 20));
      }
    };
    const deliveries: Promise<void>[] = [];
    for (let n = 1; !over; n++) {
      const at = Math.floor(Math.random() * OBJECTS);
      const object = at % 3 === 0 ? 'invoice' : 'customer';
      deliveries.push(deliver(stripe.put(account, { id: `${object}_${at}`, object, created: 1_600_000_000 + at * 600, value: n })));
      await new Promise((done) => setTimeout(done, 15));
    }
    await killing;
    await Promise.all(deliveries);
    const settled = async () => {
      const [row] = await kit.query(
        `select (select count(*) from annex.inbox where state = 'new')::int as events, (select count(*) from annex.ranges where state = 'open')::int as ranges,
           (select count(*) from annex.refetch)::int as doubts, (select count(*) from annex.inbox where state = 'aside')::int as aside`,
      );
      return row;
    };
    await expect.poll(settled, { timeout: 60_000 }).toEqual({ events: 0, ranges: 0, doubts: 0, aside: 0 });

    expect(await differences(kit, stripe, account)).toEqual([]);
    const updates = stripe.account(account).events.filter(({ type }) => type === 'customer.updated');
    expect(acknowledged).toHaveLength(stripe.account(account).events.length);
    expect(updates.length).toBeGreaterThan(20);
    const [effects] = await kit.query('select count(*)::int as all, count(distinct event)::int as different from effects');
    expect(effects).toEqual({ all: updates.length, different: updates.length });
    // The web process works too: what it receives and needs no handler it applies at once.
    const interruptions = worker.kills + web.kills + databaseKills;
    const again = [...lists.values()].reduce((sum, times) => sum + times - 1, 0);
    expect(again).toBeLessThanOrEqual(interruptions * PARTS);
    expect(Math.max(...lists.values())).toBeLessThanOrEqual(1 + interruptions);
  }, 300_000);
});
