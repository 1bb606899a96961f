import { afterAll, beforeAll, expect, it } from 'vitest';
import { onEachDatabase } from '../../conformance/databases.ts';
import { type MirroredWorld, mirroredWorld } from '../../conformance/mirrored-world.ts';
import { mirroredObjects } from '../mirror/objects/index.ts';

onEachDatabase('forgetting an account', (opened) => {
  let world: MirroredWorld;
  beforeAll(async () => {
    await opened.current.script('create schema ours; create table ours.notes (account text, livemode boolean, note text)');
    world = await mirroredWorld(opened.current, { objects: ['account', 'customer'] }, { alsoErase: ['ours.notes'] });
    world.kit.work.start();
  });
  afterAll(() => world.close());

  const fill = async (account: string): Promise<void> => {
    for (let n = 0; n < 120; n++) world.stripe.put(account, { id: `cus_${n}`, object: 'customer', created: 1_700_000_000 + n });
    await world.connect(account);
    await world.caughtUp(account);
  };
  /** Every row that names the account, wherever it is. */
  const left = async (account: string): Promise<Record<string, number>> => {
    const tables = await opened.current.query<{ name: string }>(
      `select n.nspname || '.' || c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
       join pg_attribute a on a.attrelid = c.oid and a.attname = 'account' where n.nspname in ('annex', 'mirror') and c.relkind = 'r'`,
    );
    expect(tables.length).toBeGreaterThan(mirroredObjects.length);
    const found: Record<string, number> = {};
    for (const { name } of tables) {
      const [row] = await opened.current.query<{ n: number }>(`select count(*)::int as n from ${name} where account = $1`, [account]);
      if (row!.n > 0) found[name] = row!.n;
    }
    return found;
  };

  it('erases every row in every table and keeps a receipt that counts them; the other account stays whole', async () => {
    await fill('acct_stay');
    await fill('acct_go');
    const before = await left('acct_go');
    const receipt = await world.kit.forget({ account: 'acct_go', livemode: false }, 'asked by mail');
    const { 'annex.connections': _connection, ...erased } = before;
    expect(receipt).toMatchObject({ reason: 'asked by mail', counts: erased, finished_ms: expect.any(Number) });
    expect(await left('acct_go')).toEqual({ 'annex.receipts': 1 });
    expect(await world.differences('acct_stay')).toEqual([]);
  });

  it('discards late events, and keeps nothing of them', async () => {
    const event = world.stripe.put('acct_go', { id: 'cus_late', object: 'customer', created: 1 });
    expect((await world.kit.receive(world.stripe.webhook(event))).status).toBe(200);
    expect(await left('acct_go')).toEqual({ 'annex.receipts': 1 });
  });

  it('lets the account come back as one connection with all of its data', async () => {
    await world.connect('acct_go');
    await world.connect('acct_go');
    await world.caughtUp('acct_go');
    expect((await world.kit.connections()).filter(({ account }) => account === 'acct_go')).toHaveLength(1);
    expect(await world.differences('acct_go')).toEqual([]);
  });

  it('wins against an import that is under way: nothing is stored behind its back', async () => {
    let pages = 0;
    world.stripe.intercept = async (about) => {
      const answer = world.stripe.answer(about);
      if (about.path === '/v1/customers') {
        pages++;
        await new Promise((done) => setTimeout(done, 150));
      }
      return answer;
    };
    for (let n = 0; n < 450; n++) world.stripe.put('acct_race', { id: `cus_${n}`, object: 'customer', created: 1_700_000_000 + n });
    await world.connect('acct_race');
    await expect.poll(() => pages, { timeout: 10_000 }).toBeGreaterThan(1);
    await world.kit.forget({ account: 'acct_race', livemode: false });
    const then = pages;
    await expect.poll(async () => (await world.kit.health()).erasing).toBe(0);
    await new Promise((done) => setTimeout(done, 400));
    world.stripe.intercept = undefined;
    expect(pages - then).toBeLessThanOrEqual(1);
    expect(await left('acct_race')).toEqual({ 'annex.receipts': 1 });
  });

  it('an old deauthorization does not undo a newer connection', async () => {
    const old = {
      ...world.stripe.record('acct_stay', 'account.application.deauthorized', { id: 'ca_test', object: 'application' }),
      created: 1_700_000_000,
    };
    await world.kit.receive(world.stripe.webhook(old));
    const foreign = world.stripe.record('acct_stay', 'account.application.deauthorized', { id: 'ca_other', object: 'application' });
    await world.kit.receive(world.stripe.webhook(foreign));
    await world.caughtUp('acct_stay');
    expect((await world.kit.connections()).find(({ account }) => account === 'acct_stay')).toMatchObject({ state: 'connected' });
  });

  it('erases the extension’s own tables too, and counts them in the same receipt', async () => {
    await fill('acct_ours');
    await opened.current.query(
      "insert into ours.notes values ('acct_ours', false, 'a'), ('acct_ours', false, 'b'), ('acct_ours', true, 'live'), ('acct_stay', false, 'c')",
    );
    const receipt = await world.kit.forget({ account: 'acct_ours', livemode: false });
    expect(receipt?.counts).toMatchObject({ 'ours.notes': 2, 'mirror.customers': 120 });
    expect(await opened.current.query('select note from ours.notes order by note')).toEqual([{ note: 'c' }, { note: 'live' }]);
  });
});

onEachDatabase('a retention policy', (opened) => {
  let world: MirroredWorld;
  beforeAll(async () => {
    world = await mirroredWorld(opened.current, { objects: ['customer'], keepDays: 30 });
    world.kit.work.start();
  });
  afterAll(() => world.close());

  it('keeps the data for its days, takes no more in, and then erases it', async () => {
    world.stripe.put('acct_keep', { id: 'cus_1', object: 'customer', created: 1 });
    await world.connect('acct_keep');
    await world.caughtUp('acct_keep');
    await world.kit.connect.disconnect({ account: 'acct_keep', livemode: false });
    expect(await world.kit.connections()).toMatchObject([{ state: 'kept', reason: 'disconnected here' }]);
    const event = world.stripe.put('acct_keep', { id: 'cus_2', object: 'customer', created: 1 });
    await world.kit.receive(world.stripe.webhook(event));
    expect(await world.kit.query('select id from mirror.customers')).toEqual([{ id: 'cus_1' }]);
    await opened.current.query('update annex.connections set erase_after_ms = 0');
    await expect.poll(async () => (await world.kit.receipts())[0]?.counts, { timeout: 10_000 }).toMatchObject({ 'mirror.customers': 1 });
  });
});
