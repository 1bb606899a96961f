import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountFigures } from '../src/figures/account.ts';
import { changeDesk } from '../src/figures/desk.ts';
import { ledgerUnder } from '../src/figures/under.ts';
import { createLantern, type RunningLantern, readSettings } from '../src/index.ts';
import { PLAIN, PRESETS } from '../src/ledger/index.ts';
import { placeOf } from '../src/web/place.ts';

/*
 * The stored books against the ledger as a pure function: Lantern alone, on the embedded database, with rows put where the kit would
 * put them.
 */

let lantern: RunningLantern;
const NOW = Date.parse('2026-11-24T12:00:00Z');

beforeAll(async () => {
  const settings = readSettings([], {
    STRIPE_TEST_SECRET_KEY: 'sk_test_x',
    STRIPE_TEST_CLIENT_ID: 'ca_x',
    STRIPE_API_BASE: 'http://127.0.0.1:9',
  });
  if (settings === 'help') throw new Error('unreachable');
  lantern = await createLantern({ settings, publicUrl: 'http://lantern.test', now: () => NOW });
});
afterAll(() => lantern.close());

let accounts = 0;
async function connected(): Promise<string> {
  const account = `acct_${++accounts}`;
  await lantern.kit.query(
    `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'oauth', 'connected', 'read_only', 0)`,
    [account],
  );
  return account;
}

interface Step {
  readonly sub: number;
  readonly at: number;
  readonly status: string;
  readonly unit: number;
  readonly quantity: number;
  readonly yearly: boolean;
}

interface Row {
  readonly event: string;
  readonly subscription: string;
  readonly customer: string;
  readonly at: number;
  readonly state: unknown;
  readonly before: unknown;
  readonly type: string;
}

const stateOf = ({ sub, status, unit, quantity, yearly }: Step) => ({
  ...{ id: `sub_${sub}`, customer: `cus_${sub % 3}`, currency: 'usd', status, created: 0, start_date: 0, ended_at: null },
  ...{ trial_start: null, trial_end: null, cancel_at: null, cancel_at_period_end: false },
  ...{ cancellation_details: { reason: null, feedback: null }, pause_collection: null, discounts: [] },
  items: {
    data: [
      {
        ...{ id: `si_${sub}`, quantity },
        price: {
          ...{ id: `price_${unit}_${yearly}`, product: 'prod_1', billing_scheme: 'per_unit', unit_amount_decimal: String(unit) },
          ...{ transform_quantity: null, tiers_mode: null, tiers: null },
          recurring: { interval: yearly ? 'year' : 'month', interval_count: 1, usage_type: 'licensed' },
        },
      },
    ],
  },
});

/** A history of events: each knows the state that it replaced, as Stripe's `previous_attributes` tell it. */
function rowsOf(steps: readonly Step[]): Row[] {
  const last = new Map<number, unknown>();
  return [...steps]
    .sort((a, b) => a.at - b.at)
    .map((step, n) => {
      const state = stateOf(step);
      const before = last.get(step.sub) ?? null;
      last.set(step.sub, state);
      const type = `customer.subscription.${before === null ? 'created' : 'updated'}`;
      return { event: `evt_${n}`, subscription: state.id, customer: state.customer, at: step.at, state, before, type };
    });
}

async function put(account: string, rows: readonly Row[]): Promise<void> {
  for (const row of rows) {
    await lantern.kit.query(
      `insert into lantern.observations (account, livemode, event, subscription, customer, type, at, state, before)
       values ($1, false, $2, $3, $4, $5, $6, $7::jsonb, $8::jsonb) on conflict do nothing`,
      [
        account,
        row.event,
        row.subscription,
        row.customer,
        row.type,
        row.at,
        JSON.stringify(row.state),
        row.before === null ? null : JSON.stringify(row.before),
      ],
    );
    await lantern.kit.query('insert into lantern.stale (account, livemode, customer) values ($1, false, $2)', [account, row.customer]);
  }
}

const FIRST = Date.parse('2025-06-01T00:00:00Z') / 1000;
const steps = fc.array(
  fc.record<Step>({
    sub: fc.integer({ min: 0, max: 4 }),
    at: fc.integer({ min: FIRST, max: Math.floor(NOW / 1000) }),
    status: fc.constantFrom('active', 'active', 'active', 'past_due', 'trialing', 'canceled', 'unpaid'),
    unit: fc.integer({ min: 0, max: 20_000 }),
    quantity: fc.integer({ min: 0, max: 9 }),
    yearly: fc.boolean(),
  }),
  { minLength: 1, maxLength: 14 },
);

const stored = (account: string) =>
  lantern.kit.query(
    'select customer, day, kind, amount, before, after, reason, because, reconstructed, at_start from lantern.movements where account = $1 and not livemode order by day, customer',
    [account],
  );
const world = (account: string) => ({ account, livemode: false });

describe('the books', () => {
  it('say of every month what the ledger says of the same observations', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const account = await connected();
        await put(account, rowsOf(given));
        await lantern.books.catchUp(world(account));
        const place = await placeOf(lantern.kit.database, account, 'test');
        const figures = await accountFigures(lantern, place);
        const ledger = await ledgerUnder(lantern, place, { figures, rules: PLAIN, name: 'plain' });
        const withMovements = ledger.months.filter(({ month }) => month >= (figures.months[0]?.month ?? ''));
        expect(figures.months).toEqual(ledger.movements.length === 0 ? [] : withMovements);
        expect(figures.now.mrr).toBe(ledger.months.at(-1)?.end ?? 0);
        for (const month of figures.months) {
          const { start, end, fx, expansion, contraction, churn, reactivation } = month;
          expect(start + month.new + reactivation + expansion + contraction + churn + fx).toBe(end);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('are the same, byte for byte, in whatever order and however often the same was seen', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.infiniteStream(fc.nat()), async (given, chance) => {
        const rows = rowsOf(given);
        const shuffled = [...rows, ...rows.filter(() => chance.next().value % 3 === 0)].sort(() =>
          chance.next().value % 2 === 0 ? 1 : -1,
        );
        const [calm, wild] = [await connected(), await connected()];
        await put(calm, rows);
        await lantern.books.catchUp(world(calm));
        // Made in the middle, too: what is stored then must leave no trace.
        await put(wild, shuffled.slice(0, 5));
        await lantern.books.catchUp(world(wild));
        await put(wild, shuffled.slice(5));
        await lantern.books.catchUp(world(wild));
        expect(JSON.stringify(await stored(wild))).toBe(JSON.stringify(await stored(calm)));
      }),
      { numRuns: 30 },
    );
  });

  it('rebuilt from nothing are the same rows', async () => {
    const account = await connected();
    const rows = rowsOf(fc.sample(steps, { numRuns: 1, seed: 7 })[0]!);
    await put(account, rows);
    await lantern.books.catchUp(world(account));
    const before = JSON.stringify(await stored(account));
    for (const table of ['movements', 'books', 'balance_changes'])
      await lantern.kit.query(`delete from lantern.${table} where account = $1`, [account]);
    await put(account, rows);
    await lantern.books.catchUp(world(account));
    expect(JSON.stringify(await stored(account))).toBe(before);
  });

  it('of one account do not move when another account, or live data of the same one, does', async () => {
    const [mine, other] = [await connected(), await connected()];
    const given = fc.sample(steps, { numRuns: 2, seed: 11 });
    await put(mine, rowsOf(given[0]!));
    await lantern.books.catchUp(world(mine));
    const before = JSON.stringify(await stored(mine));
    await put(other, rowsOf(given[1]!));
    await lantern.books.catchUp(world(other));
    await lantern.kit.query(
      `insert into lantern.movements (account, livemode, customer, day, kind, amount, before, after, reason, reconstructed, at_start)
       values ($1, true, 'cus_live', '2026-01-01', 'new', 999, 0, 999, 'x', false, false)`,
      [mine],
    );
    const place = await placeOf(lantern.kit.database, mine, 'test');
    expect(JSON.stringify(await stored(mine))).toBe(before);
    expect((await accountFigures(lantern, place)).months.every((month) => month.new !== 999)).toBe(true);
  });

  it('follow a change of rules at once, for the past too', async () => {
    const account = await connected();
    const at = Date.parse('2026-01-10T00:00:00Z') / 1000;
    const step = { sub: 1, unit: 5_000, quantity: 1, yearly: false };
    await put(
      account,
      rowsOf([
        { ...step, at, status: 'active' },
        { ...step, at: at + 86_400 * 20, status: 'past_due' },
      ]),
    );
    await lantern.books.catchUp(world(account));
    const place = await placeOf(lantern.kit.database, account, 'test');
    expect((await accountFigures(lantern, place)).now.mrr).toBe(5_000);
    const baremetrics = PRESETS.find(({ id }) => id === 'baremetrics')!;
    await lantern.kit.database.transaction((tx) => changeDesk(tx, place, { rules: baremetrics.rules, currency: null, timeZone: null }));
    await lantern.books.catchUp(world(account));
    const after = await accountFigures(lantern, place);
    expect([after.now.mrr, after.desk.preset?.id, after.months.find(({ month }) => month === '2026-03')?.churn]).toEqual([
      0,
      'baremetrics',
      -5_000,
    ]);
  });
});
