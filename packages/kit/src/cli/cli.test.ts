import { freshDatabase } from '@annex/testkit/postgres';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { FakeStripe, type Thing } from '../../conformance/fake-stripe.ts';
import { mirroredReference, sqlReference } from '../mirror/reference.ts';
import { kitOptions } from './environment.ts';
import { runCommand } from './main.ts';
import { bar, progressText } from './output.ts';
import { kitReference } from './settings-reference.ts';

const server = inject('postgres');

describe.skipIf(server === null)('the command line', () => {
  const stripe = new FakeStripe();
  let env: Record<string, string>;
  let drop = async (): Promise<void> => {};
  beforeAll(async () => {
    const fresh = await freshDatabase(server!);
    drop = fresh.drop;
    env = {
      DATABASE_URL: fresh.url,
      STRIPE_API_BASE: await stripe.start(),
      STRIPE_TEST_SECRET_KEY: 'sk_test_platform',
      STRIPE_TEST_CLIENT_ID: 'ca_test',
      STRIPE_REDIRECT_URI: 'http://127.0.0.1:0/callback',
      ANNEX_OBJECTS: 'account,customer,coupon',
      ANNEX_LIMIT_SHARE: '1',
    };
    for (let n = 0; n < 130; n++) set({ id: `cus_${n}`, object: 'customer', created: 1_700_000_000 + n, email: `${n}@x.test` });
  });
  afterAll(async () => {
    await stripe.stop();
    await drop();
  });

  /** Without an event: nothing waits in the inbox, and the doctor need not wait for it. */
  const set = (thing: Thing) => stripe.account('acct_platform').things.set(`${thing.object}/${thing.id}`, thing);
  const run = (...args: string[]) => runUntil(new Promise(() => {}), args);
  const runUntil = async (ended: Promise<void>, args: string[], said = { out: '', err: '' }) => {
    const into = (name: 'out' | 'err') => ({
      write: (text: string) => {
        said[name] += text;
      },
    });
    const code = await runCommand(args, { env, terminal: { out: into('out'), err: into('err') }, ended });
    return { code, ...said };
  };

  it('connects our own account and imports it, with bars on the side and the result as JSON', async () => {
    const { code, out, err } = await run('connect', '--own', '--json');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ account: 'acct_platform', state: 'done', rows: 131, fraction: 1 });
    expect(err).toMatch(/acct_platform \(test\): done, 100 %, 131 objects/);
  });

  it('lists it, and reads it by SQL', async () => {
    expect((await run('accounts')).out).toMatch(/^account +mode +kind[\s\S]*acct_platform +test +own +connected/);
    const { out } = await run(
      'sql',
      "select id, email from stripe.customers where account = 'acct_platform' order by created limit 1",
      '--json',
    );
    expect(JSON.parse(out)).toEqual([{ id: 'cus_0', email: '0@x.test' }]);
  });

  it('the doctor exits with 1 on drift, says where as text and as JSON, and with 0 once it is repaired', async () => {
    expect((await run('doctor', 'acct_platform')).code).toBe(0);
    set({ id: 'cus_3', object: 'customer', created: 1_700_000_003, email: 'new@x.test' });
    const sick = await run('doctor', 'acct_platform', '--objects', 'customer');
    expect(sick.code).toBe(1);
    expect(sick.out).toContain('customer cus_3: differs\n  email: mirror "3@x.test", source "new@x.test"');
    const told = await run('doctor', 'acct_platform', '--objects', 'customer', '--json');
    expect([told.code, told.err]).toEqual([1, '']);
    const fields = [{ path: 'email', mirror: '3@x.test', source: 'new@x.test' }];
    expect(JSON.parse(told.out)).toMatchObject({
      ...{ account: 'acct_platform', livemode: false, clean: false },
      objects: [{ object: 'customer', source: 130, mirror: 130, drift: [{ id: 'cus_3', kind: 'differs', fields, repaired: false }] }],
    });
    expect((await run('doctor', 'acct_platform', '--repair')).code).toBe(0);
    const well = await run('doctor', 'acct_platform', '--json');
    expect([well.code, JSON.parse(well.out)]).toMatchObject([0, { clean: true }]);
  });

  it('a worker tells its health and its figures, and ends when it is told to', async () => {
    const said = { out: '', err: '' };
    let end = (): void => {};
    const ended = new Promise<void>((done) => {
      end = done;
    });
    const working = runUntil(ended, ['worker', '--port', '0', '--host', '127.0.0.1'], said);
    await expect.poll(() => said.err, { timeout: 10_000 }).toContain('Working.');
    const url = /http:\S+(?=\/healthz)/.exec(said.err)![0];
    const health = await fetch(`${url}/healthz`);
    expect([health.status, await health.json()]).toMatchObject([200, { ok: true, accounts: 1, inbox: 0, stuck: [] }]);
    const figures = await (await fetch(`${url}/metrics`)).text();
    for (const name of ['inbox_lag_milliseconds', 'inbox_events', 'rate_limited', 'events_applied_total', 'events_aside', 'worker_stuck'])
      expect(figures).toMatch(new RegExp(`^annex_${name} \\d+$`, 'm'));
    end();
    expect((await working).code).toBe(0);
  });

  it('asks before it erases, and shows the receipt after', async () => {
    const asked = await run('forget', 'acct_platform');
    expect([asked.code, asked.err]).toEqual([1, 'annex forget: This erases everything stored for acct_platform. Add --yes to do it.\n']);
    const { code, out } = await run('forget', 'acct_platform', '--yes');
    expect(code).toBe(0);
    expect(out).toMatch(/mirror\.customers +130/);
    expect((await run('receipts')).out).toMatch(/acct_platform +test/);
    expect((await run('accounts')).out).toBe('No account is connected.\n');
  });

  it('says in one sentence what it does not understand', async () => {
    expect(await run('frobnicate')).toMatchObject({ code: 2, err: expect.stringContaining('There is no command frobnicate') });
    expect(await run('sync')).toMatchObject({ code: 1, err: 'annex sync: Which account? annex sync acct_…\n' });
    expect(await run('sync', 'acct_none')).toMatchObject({ code: 1, err: expect.stringContaining('acct_none is not connected') });
    expect(await run('sync', 'acct_none', '--colour')).toMatchObject({ code: 1, err: expect.stringContaining('annex sync --help') });
    expect((await run('doctor', '--help')).out).toContain('--repair');
    expect((await run('--help')).out).toContain('DATABASE_URL');
  });
});

describe('settings from the environment', () => {
  it('one origin stands for all three, lists are split, and a half pair of keys is refused', () => {
    const options = kitOptions({ STRIPE_API_BASE: 'http://127.0.0.1:1', ANNEX_OBJECTS: 'customer, price', ANNEX_KEEP_DAYS: '30' });
    expect(options).toMatchObject({
      apiBase: 'http://127.0.0.1:1',
      authorizeBase: 'http://127.0.0.1:1',
      objects: ['customer', 'price'],
      keepDays: 30,
      database: { folder: '.annex/kit' },
    });
    expect(() => kitOptions({ STRIPE_LIVE_CLIENT_ID: 'ca_x' })).toThrow(
      'STRIPE_LIVE_SECRET_KEY and STRIPE_LIVE_CLIENT_ID are needed together',
    );
    expect(() => kitOptions({ ANNEX_KEEP_DAYS: 'soon' })).toThrow('ANNEX_KEEP_DAYS must be a number, not soon.');
  });
});

describe('a progress bar', () => {
  it('is full only when nothing is open, and does not pretend to know an end', () => {
    expect(bar({ rows: 10, estimate: 10, state: 'reading' })).toContain('░');
    expect(bar({ rows: 10, estimate: null, state: 'reading' })).not.toContain('█');
    expect(bar({ rows: 0, estimate: 0, state: 'done' })).not.toContain('░');
  });

  it('leaves empty object types to one line', () => {
    const object = { rows: 0, estimate: 0, state: 'done', requests: 1 } as const;
    const text = progressText({
      account: 'acct_1',
      livemode: false,
      state: 'done',
      rows: 0,
      estimate: 0,
      fraction: 1,
      requests: 2,
      started_ms: 0,
      finished_ms: 1,
      gap: null,
      objects: [
        { ...object, object: 'coupon' },
        { ...object, object: 'price' },
      ],
    });
    expect(text).toBe('2 other object types are empty.\nacct_1 (test): done, 100 %, 0 objects, 2 requests');
  });
});

describe('the references in docs/', () => {
  it('are what this version generates', async () => {
    await expect(sqlReference()).toMatchFileSnapshot('../../../../docs/reference/sql.md');
    await expect(mirroredReference()).toMatchFileSnapshot('../../../../docs/reference/mirrored.md');
    await expect(kitReference()).toMatchFileSnapshot('../../../../docs/reference/kit.md');
  });
});
