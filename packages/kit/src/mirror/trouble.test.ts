import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import type { Reply } from '../../conformance/fake-stripe.ts';
import { type MirroredWorld, mirroredWorld } from '../../conformance/mirrored-world.ts';
import { nodeWebhook } from '../index.ts';

onEachDatabase('trouble', (opened, kind) => {
  let world: MirroredWorld;
  let poison = true;
  const effects: string[] = [];
  const together: string[][] = [];
  beforeAll(async () => {
    world = await mirroredWorld(
      opened.current,
      { objects: ['account', 'customer', 'coupon', 'balance_transaction'], eventAttempts: 3, effectMs: 300, stuckMs: 100, stopMs: 500 },
      {
        on: {
          'customer.updated': async (event, tx) => {
            if (poison && event.object_id === 'cus_poison') throw new Error('cannot be handled');
            if (poison && event.object_id === 'cus_endless') await new Promise(() => {});
            await tx.query('insert into public.effects values ($1)', [event.id]);
          },
        },
        onTogether: [
          {
            types: ['coupon.updated', 'coupon.created'],
            async run(events, tx) {
              const ids = events.map(({ id }) => id);
              together.push(ids);
              await tx.query('insert into public.shared select unnest($1::text[])', [ids]);
              if (poison && events.some(({ object_id }) => object_id === 'co_poison')) throw new Error('cannot be handled together');
            },
          },
        ],
      },
    );
    await opened.current.query('create table public.effects (id text)');
    await opened.current.query('create table public.shared (id text)');
    world.kit.work.start();
  });
  afterAll(() => world.close());

  const customer = (account: string, id: string, created = 1_700_000_000) =>
    world.stripe.put(account, { id, object: 'customer', created, n: effects.length });
  const until = (condition: () => Promise<unknown>) => expect.poll(condition, { timeout: 15_000, interval: 20 });
  const state = async (account: string) => (await world.kit.progress(account, false))?.state;
  const failing = (account: string, path: RegExp, reply: Reply): (() => void) => {
    world.stripe.intercept = (about) => (about.account === account && path.test(about.path) ? reply : undefined);
    return () => {
      world.stripe.intercept = undefined;
    };
  };

  it('events that are poisoned, or whose effect never ends, are set aside and shown, and turn health red; others are applied, each effect once', async () => {
    const account = 'acct_poison';
    for (const id of ['cus_poison', 'cus_endless', 'cus_a', 'cus_b']) customer(account, id);
    await world.connect(account);
    await world.caughtUp(account);
    const events = ['cus_a', 'cus_poison', 'cus_endless', 'cus_b'].map((id) => customer(account, id));
    await Promise.all([...events, ...events].map((event) => world.kit.receive(world.stripe.webhook(event))));
    await until(async () => (await world.kit.health()).stuck).toContain('apply');
    const aside = async () => (await world.kit.aside()).map(({ object_id, attempts, error }) => [object_id, attempts, error]).sort();
    await until(aside).toEqual([
      ['cus_endless', 3, 'The extension’s own work for customer.updated did not end within 300 ms.'],
      ['cus_poison', 3, 'cannot be handled'],
    ]);
    await world.caughtUp(account);
    const applied = async () => (await opened.current.query('select id from effects order by id')).map(({ id }) => id);
    expect(await applied()).toEqual([events[0]!.id, events[3]!.id].sort());
    expect(await world.kit.health()).toMatchObject({ ok: false, aside: 2 });
    poison = false;
    expect(await world.kit.retryAside({ account, livemode: false })).toBe(2);
    await until(applied).toEqual(events.map(({ id }) => id).sort());
    expect(await world.kit.metrics()).toMatch(/^annex_events_aside 0$/m);
  });

  it('work for events together gets those of one transaction at once; where one is poisoned the others are done alone, each once', async () => {
    const account = 'acct_together';
    const coupon = (id: string) => world.stripe.put(account, { id, object: 'coupon', created: 1_700_000_000 });
    await world.connect(account);
    await world.caughtUp(account);
    const shared = async () => (await opened.current.query('select id from shared order by id')).map(({ id }) => id);
    const arrive = async (ids: string[]): Promise<string[]> => {
      // While no worker works they only arrive, so that one transaction finds them all.
      await world.kit.work.stop();
      const events = ids.map(coupon);
      for (const event of events) await world.kit.receive(world.stripe.webhook(event));
      world.kit.work.start();
      return events.map(({ id }) => id);
    };
    const good = await arrive(['co_a', 'co_b', 'co_c']);
    await until(shared).toEqual(good);
    expect(together).toEqual([good]);
    poison = true;
    const mixed = await arrive(['co_d', 'co_poison', 'co_e']);
    await until(shared).toEqual([...good, mixed[0], mixed[2]]);
    await until(async () => (await world.kit.aside()).map(({ object_id, error }) => [object_id, error])).toEqual([
      ['co_poison', 'cannot be handled together'],
    ]);
    poison = false;
    await world.kit.retryAside({ account, livemode: false });
    await until(shared).toEqual([...good, ...mixed]);
  });

  it('an object type that may not be read is left out with its reason; the rest is there, and nobody calls it complete', async () => {
    customer('acct_part', 'cus_p');
    const body = {
      error: { type: 'invalid_request_error', message: 'This application does not have the required permissions for this endpoint.' },
    };
    const restore = failing('acct_part', /coupons/, { status: 403, body });
    await world.connect('acct_part');
    await until(() => state('acct_part')).toBe('partial');
    restore();
    const progress = await world.kit.progress('acct_part', false);
    expect(progress?.objects.find(({ object }) => object === 'coupon')).toMatchObject({ state: 'refused', reason: body.error.message });
    expect(progress?.objects.find(({ object }) => object === 'customer')).toMatchObject({ state: 'done', rows: 1 });
  });

  it('a server that fails and a limit, also one that comes as 400, are waited for', async () => {
    for (let n = 0; n < 5; n++) customer('acct_slow', `cus_s${n}`);
    const replies: Reply[] = [
      { status: 500, body: {} },
      { status: 429, headers: { 'retry-after': '0' }, body: { error: { message: 'slow down' } } },
      { status: 400, body: { error: { message: 'Too many requests in this second.' } } },
      { status: 429, body: { error: { code: 'lock_timeout', message: 'locked' } } },
    ];
    world.stripe.intercept = (about) => (about.path === '/v1/customers' && about.account === 'acct_slow' ? replies.shift() : undefined);
    await world.connect('acct_slow');
    await until(() => state('acct_slow')).toMatch(/done|partial/);
    expect(replies).toEqual([]);
    expect(await world.differences('acct_slow')).toEqual([]);
  });

  it('an import stops at the page when it is paused or cancelled, and goes on from there; its bar never goes back', async () => {
    const paused = { account: 'acct_pause', livemode: false };
    for (let n = 0; n < 3_000; n++) customer(paused.account, `cus_${n}`, 1_600_000_000 + n * 3_600);
    let pages = 0;
    let release = (): void => {};
    const hold = (): void => {
      const [from, gate] = [pages, new Promise<void>((done) => (release = done))];
      world.stripe.intercept = async ({ account, path }) => {
        if (account === paused.account && path === '/v1/customers' && ++pages > from + 3) await gate;
        return undefined;
      };
    };
    const bars: number[] = [];
    const held = `select 1 from annex.ranges where account = 'acct_pause' and state = 'open' and lease_until_ms > extract(epoch from clock_timestamp()) * 1000`;
    const stopsBy = async (move: 'pause' | 'cancel'): Promise<void> => {
      await until(async () => pages).toBeGreaterThan(3);
      expect([await world.kit.import(paused, move), await world.kit.import(paused, move)]).toEqual([true, false]);
      release();
      await until(() => opened.current.query(held)).toEqual([]);
      const progress = await world.kit.progress(paused.account, false);
      expect(progress?.objects.find(({ object }) => object === 'customer')?.state).not.toBe('done');
      bars.push(progress!.fraction);
    };
    hold();
    await world.connect(paused.account);
    await stopsBy('pause');
    const before = pages;
    hold();
    expect(await world.kit.import(paused, 'resume')).toBe(true);
    await until(async () => pages - before).toBeGreaterThan(3);
    await stopsBy('cancel');
    world.stripe.intercept = undefined;
    expect(await world.kit.import(paused, 'resume')).toBe(true);
    await until(() => state(paused.account)).toMatch(/done|partial/);
    const end = await world.kit.progress(paused.account, false);
    expect(end).toMatchObject({ fraction: 1, estimate: end!.rows });
    expect(bars[0]).toBeGreaterThan(0);
    expect([...bars, 1]).toEqual([...bars, 1].sort((a, b) => a - b));
    expect(await world.differences(paused.account)).toEqual([]);
  });

  it('access that was revoked is seen in the refusal, and the account is forgotten', async () => {
    await world.connect('acct_gone');
    await world.caughtUp('acct_gone');
    world.stripe.connected.delete('acct_gone');
    await world.kit.reconcile({ account: 'acct_gone', livemode: false });
    await until(async () => (await world.kit.receipts('acct_gone'))[0]).toMatchObject({
      reason: 'revoked on Stripe',
      finished_ms: expect.any(Number),
    });
  });

  it('a wrong key of ours pauses the import, and erases nobody', async () => {
    customer('acct_key', 'cus_k');
    await world.connect('acct_key');
    await world.caughtUp('acct_key');
    const refusal: Reply = { status: 403, body: { error: { code: 'account_invalid', message: 'no access' } } };
    world.stripe.intercept = ({ path, account }) =>
      account === 'acct_key'
        ? refusal
        : account === undefined && path === '/v1/account'
          ? { body: { id: 'acct_other', object: 'account' } }
          : undefined;
    await world.kit.import({ account: 'acct_key', livemode: false }, 'again');
    await until(() => world.kit.progress('acct_key', false)).toMatchObject({
      state: 'paused',
      reason: expect.stringContaining('belongs to acct_other'),
    });
    world.stripe.intercept = undefined;
    expect((await world.kit.connections()).find(({ account }) => account === 'acct_key')).toMatchObject({ state: 'connected' });
    expect(await world.kit.import({ account: 'acct_key', livemode: false }, 'resume')).toBe(true);
    await until(() => state('acct_key')).toMatch(/done|partial/);
  });

  it('events that no webhook brought are found in the event list; a gap of more than 30 days is said, and everything listed again', async () => {
    const account = 'acct_lost';
    for (const id of ['cus_1', 'cus_2', 'cus_3']) customer(account, id);
    await world.connect(account);
    await world.caughtUp(account);
    customer(account, 'cus_4');
    expect(await world.kit.reconcile({ account, livemode: false })).toMatchObject({ recovered: 4 });
    await world.caughtUp(account);
    expect(await world.differences(account)).toEqual([]);

    customer(account, 'cus_5');
    world.stripe.remove(account, 'customer', 'cus_1');
    world.stripe.account(account).events.length = 0;
    await opened.current.query('update annex.imports set events_from = events_from - 31 * 86400 where account = $1', [account]);
    // What the mirror knows is as old as the gap.
    await opened.current.query('update mirror.customers set lo = lo - 2678400000, hi = hi - 2678400000 where account = $1', [account]);
    expect(await world.kit.reconcile({ account, livemode: false })).toMatchObject({ gap: expect.stringContaining('31 days ago') });
    await until(() => state(account)).toMatch(/done|partial/);
    await world.caughtUp(account);
    expect(await world.differences(account)).toEqual([]);
    expect(await opened.current.query("select deleted from mirror.customers where account = $1 and id = 'cus_1'", [account])).toEqual([
      { deleted: true },
    ]);
  });

  it('our own account is mirrored beside the others, asked for without a header and told by events without an account', async () => {
    customer('acct_platform', 'cus_own');
    await world.kit.connect.own(false);
    await world.caughtUp('acct_platform');
    const { account: _none, ...event } = customer('acct_platform', 'cus_own2');
    expect((await world.kit.receive(world.stripe.webhook(event))).status).toBe(200);
    await until(() => world.differences('acct_platform')).toEqual([]);
    expect(world.stripe.requests.some((request) => request.account === 'acct_platform')).toBe(false);
  });

  it('a webhook with a wrong or stale signature gets 400, one that is not an event too, and nothing is kept', async () => {
    const event = customer('acct_poison', 'cus_x');
    const before = await opened.current.query('select count(*) as n from annex.inbox');
    const bad = [
      world.stripe.webhook(event, { secret: 'whsec_other' }),
      world.stripe.webhook(event, { at: Math.floor(Date.now() / 1000) - 3_600 }),
      world.stripe.webhook({ hello: 'world' }),
      world.stripe.webhook({ ...event, id: 7 }),
      new Request('http://kit.test/webhook', { method: 'POST', body: JSON.stringify(event) }),
    ];
    for (const request of bad) expect((await world.kit.receive(request)).status).toBe(400);
    expect((await world.kit.receive(new Request('http://kit.test/webhook'))).status).toBe(405);
    expect(await opened.current.query('select count(*) as n from annex.inbox')).toEqual(before);
  });

  it('what was acknowledged is in the mirror already, also where one burst tells of one object several times', async () => {
    const events = ['first', 'second', 'third'].map((name, n) =>
      world.stripe.put('acct_poison', { id: 'cus_now', object: 'customer', created: 1, name, at: n }),
    );
    const burst = events.map((event, n) => ({ ...event, type: 'customer.created', created: event.created - 100 + n }));
    await Promise.all(burst.reverse().map((event) => world.kit.receive(world.stripe.webhook(event))));
    expect(await opened.current.query("select data->>'name' as name, dirty from mirror.customers where id = 'cus_now'")).toEqual([
      { name: 'third', dirty: false },
    ]);
    expect(await world.kit.health()).toMatchObject({ inbox: 0 });
  });

  it.skipIf(kind === 'embedded')('an answer does not wait for whoever holds the row: the event waits in the inbox instead', async () => {
    const { account: _none, ...held } = { ...customer('acct_poison', 'cus_now'), type: 'customer.created' };
    await opened.current.transaction(async (tx) => {
      await tx.query("select 1 from mirror.customers where id = 'cus_now' for update");
      const event = { ...held, account: 'acct_poison' };
      expect((await world.kit.receive(world.stripe.webhook(event))).status).toBe(200);
      expect(await opened.current.query('select state from annex.inbox where id = $1', [held.id])).toEqual([{ state: 'new' }]);
    });
    await until(() => opened.current.query('select state from annex.inbox where id = $1', [held.id])).toEqual([{ state: 'applied' }]);
  });

  it('the endpoint for plain node:http judges as the web-standard one does', async () => {
    const server = createServer(nodeWebhook(world.kit)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const post = async (request: Request) => {
      const answer = await fetch(`http://127.0.0.1:${port}/`, { method: 'POST', body: await request.text(), headers: request.headers });
      return [answer.status, await answer.json()];
    };
    const event = customer('acct_poison', 'cus_node');
    expect(await post(world.stripe.webhook(event))).toEqual([200, { received: true }]);
    expect(await opened.current.query("select id from mirror.customers where id = 'cus_node'")).toEqual([{ id: 'cus_node' }]);
    const web = await world.kit.receive(world.stripe.webhook(event, { secret: 'whsec_other' }));
    expect(await post(world.stripe.webhook(event, { secret: 'whsec_other' }))).toEqual([400, await web.json()]);
    expect((await fetch(`http://127.0.0.1:${port}/`)).status).toBe(405);
    await new Promise((done) => server.close(done));
  });

  it('test and live data never meet: an event of the other mode is answered, and nothing of it is kept', async () => {
    const event = { ...customer('acct_poison', 'cus_live'), livemode: true };
    expect((await world.kit.receive(world.stripe.webhook(event))).status).toBe(200);
    expect(await opened.current.query('select 1 from annex.inbox where id = $1', [event.id])).toEqual([]);
    expect(await opened.current.query('select 1 from mirror.customers where livemode')).toEqual([]);
  });

  it('an import in which years of history lie in one second of a list ends', async () => {
    const account = 'acct_bulk';
    world.stripe.account(account).things.set(`account/${account}`, { id: account, object: 'account', created: 1_400_000_000 });
    for (let n = 0; n < 250; n++)
      world.stripe.account(account).things.set(`customer/cus_${n}`, { id: `cus_${n}`, object: 'customer', created: 1_750_000_000 });
    await world.connect(account);
    await until(() => world.kit.progress(account, false)).toMatchObject({ state: expect.stringMatching(/done|partial/) });
    expect(await world.differences(account)).toEqual([]);
  });

  it('an event holding a character the database cannot keep is applied all the same', async () => {
    const event = world.stripe.put('acct_poison', {
      id: 'cus_nul',
      object: 'customer',
      created: 1,
      name: 'a\u0000b',
      cut: 'x\ud83d',
      emoji: '\ud83d\ude00',
      slash: '\\u0000',
    });
    expect((await world.kit.receive(world.stripe.webhook(event))).status).toBe(200);
    await until(() =>
      opened.current.query(
        "select data->>'name' as name, data->>'cut' as cut, data->>'emoji' as emoji, data->>'slash' as slash from mirror.customers where id = 'cus_nul'",
      ),
    ).toEqual([{ name: 'a\ufffdb', cut: 'x\ufffd', emoji: '\ud83d\ude00', slash: '\\u0000' }]);
  });

  it('a worker that is told to stop does not wait for what never ends', async () => {
    let answer = (): void => {};
    const asked = new Promise<void>((done) => {
      world.stripe.intercept = () =>
        new Promise((replied) => {
          answer = () => replied(undefined);
          done();
        });
    });
    await world.kit.import({ account: 'acct_bulk', livemode: false }, 'again');
    await asked;
    const began = performance.now();
    await world.kit.work.stop();
    expect(performance.now() - began).toBeLessThan(5_000);
    world.stripe.intercept = undefined;
    answer();
  });
});
