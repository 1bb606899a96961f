import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountFigures } from '../src/figures/account.ts';
import { search } from '../src/figures/bookkeeper.ts';
import { changeDesk } from '../src/figures/desk.ts';
import { readMonths } from '../src/figures/months.ts';
import { differenceBetween } from '../src/figures/why.ts';
import { composeHistory } from '../src/history/compose.ts';
import { readHistories } from '../src/history/read.ts';
import { createLantern, type RunningLantern, readSettings } from '../src/index.ts';
import { calendarOf, ledgerOf, monthOf, PLAIN, PRESETS, presetOf, type Rules } from '../src/ledger/index.ts';
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
  readonly ending: boolean;
  readonly paused: boolean;
  readonly discounted: boolean;
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

const stateOf = ({ sub, status, unit, quantity, yearly, ending, paused, discounted }: Step) => ({
  ...{ id: `sub_${sub}`, customer: `cus_${sub % 3}`, currency: sub < 3 ? 'usd' : 'eur', status, created: 0, start_date: 0, ended_at: null },
  ...{ trial_start: null, trial_end: null, cancel_at: null, cancel_at_period_end: ending },
  ...{ cancellation_details: { reason: null, feedback: null }, pause_collection: paused ? { behavior: 'void' } : null },
  discounts: discounted ? [`di_${sub}`] : [],
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
    ending: fc.boolean(),
    paused: fc.constantFrom(false, false, true),
    discounted: fc.boolean(),
  }),
  { minLength: 1, maxLength: 14 },
);

/** Rates that move, and discounts of every duration. */
async function withRatesAndDiscounts(account: string): Promise<string> {
  for (const [day, rate] of [
    ['2025-06-01', '1.07'],
    ['2026-02-10', '1.2345'],
  ])
    await lantern.kit.query(`insert into lantern.rates (account, livemode, currency, day, rate) values ($1, false, 'eur', $2, $3)`, [
      account,
      day,
      rate,
    ]);
  for (const [sub, duration] of ['forever', 'repeating', 'once', 'repeating', 'forever'].entries()) {
    const coupon = { duration, percent_off: sub === 3 ? 100 : 30 };
    const ends = duration === 'repeating' ? FIRST + 200 * 86_400 : null;
    await lantern.kit.query(
      `insert into lantern.discounts (account, livemode, id, customer, subscription, coupon, starts, ends) values ($1, false, $2, $3, $4, $5::jsonb, 0, $6)`,
      [account, `di_${sub}`, `cus_${sub % 3}`, `sub_${sub}`, JSON.stringify(coupon), ends],
    );
  }
  return account;
}

async function figuresOf(account: string) {
  const place = await placeOf(lantern.kit.database, account, 'test');
  return { place, figures: await accountFigures(lantern, place) };
}

const stored = (account: string) =>
  lantern.kit.query(
    `select customer, day, under, kind, amount, after, reason, because, reconstructed, at_start, currency from lantern.counted_movements
     where account = $1 and not livemode order by day, customer, under`,
    [account],
  );
const world = (account: string) => ({ account, livemode: false });

describe('the books', () => {
  it('say of every month, under every preset, what the ledger says of the same observations; and why they differ, to the cent', async () => {
    await fc.assert(
      fc.asyncProperty(steps, fc.constantFrom(...PRESETS), fc.constantFrom(...PRESETS), async (given, one, other) => {
        const account = await withRatesAndDiscounts(await connected());
        await put(account, rowsOf(given).slice(0, 4));
        await lantern.books.catchUp(world(account));
        await put(account, rowsOf(given).slice(4));
        await lantern.books.catchUp(world(account));
        const { place, figures } = await figuresOf(account);
        const histories = await readHistories(lantern.kit.database, place, ['cus_0', 'cus_1', 'cus_2']);
        const observations = histories.flatMap((history) => composeHistory(history).observations);
        const options = {
          calendar: calendarOf(figures.desk.timeZone),
          convert: figures.rates.convert,
          through: monthOf(figures.today),
          now: NOW / 1000,
        };
        const ends = new Map<string, number>();
        for (const { id, rules, bit } of PRESETS) {
          const ledger = ledgerOf(observations, { ...options, rules });
          const months = await readMonths(lantern.kit.database, figures.desk, { ...figures, shown: bit });
          expect(months, id).toEqual(ledger.months.filter(({ month }) => month >= (months[0]?.month ?? '9')));
          expect(months.at(-1)?.end ?? 0).toBe(ledger.months.at(-1)?.end ?? 0);
          for (const month of months) {
            const { start, end, fx, expansion, contraction, churn, reactivation } = month;
            expect(start + month.new + reactivation + expansion + contraction + churn + fx).toBe(end);
          }
          ends.set(id, months.at(-1)?.end ?? 0);
        }
        const why = await differenceBetween(lantern, place, { figures, compared: { from: one, to: other, through: options.through } });
        expect([why.from, why.to]).toEqual([ends.get(one.id), ends.get(other.id)]);
        expect(why.parts.reduce((sum, { amount }) => sum + amount, why.from)).toBe(why.to);
        for (const { amount, customers, rounding } of why.parts)
          expect(customers.reduce((sum, customer) => sum + customer.amount, rounding)).toBe(amount);
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
        const [calm, wild] = [await withRatesAndDiscounts(await connected()), await withRatesAndDiscounts(await connected())];
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
    for (const table of ['counted_movements', 'counted_books', 'counted_balances', 'month_sums', 'month_balances'])
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
      `insert into lantern.month_sums (account, livemode, month, kind, under, amount, n, from_start, n_from_start, appeared, one_currency)
       values ($1, true, '2026-01', 'new', 63, 999, 1, 0, 0, 1, 999)`,
      [mine],
    );
    const place = await placeOf(lantern.kit.database, mine, 'test');
    expect(JSON.stringify(await stored(mine))).toBe(before);
    expect((await accountFigures(lantern, place)).months.every((month) => month.new !== 999)).toBe(true);
  });

  it('of every preset are kept: another one is another look, and own rules make anew only whom they concern', async () => {
    const account = await connected();
    const at = Date.parse('2026-01-10T00:00:00Z') / 1000;
    const step = { sub: 1, unit: 5_000, quantity: 1, yearly: false, ending: false, paused: false, discounted: false };
    await put(
      account,
      rowsOf([
        { ...step, at, status: 'active' },
        { ...step, at: at + 86_400 * 20, status: 'past_due' },
        { ...step, sub: 2, at, status: 'active' },
      ]),
    );
    await lantern.books.catchUp(world(account));
    const { place, figures } = await figuresOf(account);
    expect(figures.months.at(-1)?.end).toBe(10_000);
    const change = (rules: Rules) =>
      lantern.kit.database.transaction((tx) => changeDesk(tx, place, { rules, currency: null, timeZone: null }));
    const stale = () => lantern.kit.query('select customer from lantern.stale where account = $1', [account]);
    await change(presetOf('baremetrics')!.rules);
    expect(await stale()).toEqual([]);
    const after = (await figuresOf(account)).figures;
    expect([after.months.at(-1)?.end, after.desk.preset?.id, after.months.find(({ month }) => month === '2026-03')?.churn]).toEqual([
      5_000,
      'baremetrics',
      -5_000,
    ]);
    await change({ ...PLAIN, pastDueDays: 60 });
    expect(await stale()).toEqual([{ customer: 'cus_1' }]);
    await lantern.books.catchUp(world(account));
    const own = (await figuresOf(account)).figures;
    expect([own.desk.preset, own.months.find(({ month }) => month === '2026-03')?.churn]).toEqual([undefined, -5_000]);
  });

  it('are made to the end by any number of makers at once, who see each other’s work', async () => {
    const account = await connected();
    const rows = rowsOf(fc.sample(steps, { numRuns: 1, seed: 3 })[0]!);
    const makers = async (): Promise<void> => {
      const made = rows.map(async (row) => {
        await put(account, [row]);
        await lantern.books.catchUp(world(account));
      });
      await Promise.all(made);
    };
    await makers();
    const once = JSON.stringify(await stored(account));
    await makers();
    expect(JSON.stringify(await stored(account))).toBe(once);
    expect(await lantern.kit.query('select 1 from lantern.stale where account = $1', [account])).toEqual([]);
  });

  it('of a customer that is marked several times are made once', async () => {
    const account = await connected();
    for (let times = 0; times < 2; times++)
      await lantern.kit.query(
        "insert into lantern.stale (account, livemode, customer) select $1, false, 'cus_' || n from generate_series(1, 300) n",
        [account],
      );
    await lantern.books.catchUp(world(account));
    const [desk] = await lantern.kit.query('select version from lantern.desks where account = $1', [account]);
    const batches = Math.ceil(300 / 64);
    expect(desk).toEqual({ version: batches });
  });

  it('that wait to be made are not marked anew by every search', async () => {
    const account = await connected();
    await lantern.books.catchUp(world(account));
    for (const customer of ['cus_marked', 'cus_new'])
      await lantern.kit.query(
        `insert into mirror.subscriptions (account, livemode, id, created, lo, hi, changed_ms, data)
         values ($1, false, 'sub_' || $2, 0, 0, 0, 1000, jsonb_build_object('id', 'sub_' || $2, 'customer', $2::text, 'status', 'active'))`,
        [account, customer],
      );
    await lantern.kit.query("insert into lantern.stale (account, livemode, customer) values ($1, false, 'cus_marked')", [account]);
    const marks = () => lantern.kit.query('select customer from lantern.stale where account = $1 order by n', [account]);
    const once = [{ customer: 'cus_marked' }, { customer: 'cus_new' }];
    for (let n = 0; n < 2; n++) {
      await search(lantern, world(account), { backMs: 60_000, alsoMarked: false });
      expect(await marks()).toEqual(once);
    }
    await search(lantern, world(account), { backMs: 60_000, alsoMarked: true });
    expect(await marks()).toEqual([...once, ...once]);
  });

  it('without the tax that prices include are made anew by every invoice that comes or changes, as if all had been there at once', async () => {
    const mirrored = 'account, livemode, id, created, lo, hi, changed_ms, data';
    const bill = fc.record({
      n: fc.integer({ min: 0, max: 3 }),
      sub: fc.integer({ min: 0, max: 2 }),
      month: fc.integer({ min: 1, max: 9 }),
      gross: fc.integer({ min: 100, max: 20_000 }),
      status: fc.constantFrom('draft', 'open', 'paid', 'paid', 'void'),
    });
    type Bill = typeof bill extends fc.Arbitrary<infer T> ? T : never;
    // What an invoice includes never changes once it is no draft; some show nothing.
    const rates = [19, null, 7, 0];
    let clock = 1_000;
    const invoice = async (account: string, { n, sub, month, gross, status }: Bill): Promise<void> => {
      const at = Date.parse(`2026-0${month}-01T00:00:00Z`) / 1000;
      const rate = rates[n]!;
      const tax = rate === null ? [] : [{ amount: gross - Math.round(gross / (1 + rate / 100)), tax_behavior: 'inclusive' }];
      const parent = { subscription_item_details: { subscription: `sub_${sub}`, subscription_item: `si_${sub}`, proration: false } };
      const line = { id: 'il_1', amount: gross, quantity: 1, period: { start: at, end: at }, taxes: tax, discount_amounts: [], parent };
      const data = { id: `in_${n}_${sub}`, customer: `cus_${sub}`, status, total_taxes: tax, lines: { data: [line] } };
      await lantern.kit.query(
        `insert into mirror.invoices as i (${mirrored}) values ($1, false, $2, $3, 0, 0, $4, $5::jsonb)
         on conflict (account, livemode, id) do update set data = excluded.data, created = excluded.created, changed_ms = excluded.changed_ms
           where i.status = 'draft' or excluded.data->>'status' <> 'draft'`,
        [account, data.id, at, ++clock, JSON.stringify(data)],
      );
    };
    await fc.assert(
      fc.asyncProperty(steps, fc.array(bill, { minLength: 1, maxLength: 7 }), async (given, bills) => {
        const [live, once] = [await connected(), await connected()];
        const rows = rowsOf(given.filter(({ sub }) => sub < 3));
        await put(live, rows);
        for (const one of bills) {
          await lantern.books.catchUp(world(live));
          await invoice(live, one);
        }
        await lantern.books.catchUp(world(live));
        for (const one of bills) await invoice(once, one);
        await put(once, rows);
        await lantern.books.catchUp(world(once));
        expect(JSON.stringify(await stored(live))).toBe(JSON.stringify(await stored(once)));
      }),
      { numRuns: 20 },
    );
  });

  it('count usage where the rules say so: what its last invoice came to, from that invoice on', async () => {
    const account = await connected();
    const at = Date.parse('2026-02-01T00:00:00Z') / 1000;
    const step = { sub: 1, unit: 5, quantity: 1, yearly: false, ending: false, paused: false, discounted: false, at, status: 'active' };
    const [row] = rowsOf([step]);
    const recurring = { interval: 'month', interval_count: 1, usage_type: 'metered' };
    const state = structuredClone(row!.state) as ReturnType<typeof stateOf>;
    state.items.data[0]!.price.recurring = recurring;
    await put(account, [{ ...row!, state }]);
    const { id: price } = state.items.data[0]!.price;
    const mirrored = 'account, livemode, id, created, lo, hi, changed_ms, data';
    await lantern.kit.query(`insert into mirror.prices (${mirrored}) values ($1, false, $2, 0, 0, 0, 0, $3::jsonb)`, [
      ...[account, price, JSON.stringify({ id: price, recurring, billing_scheme: 'per_unit', unit_amount: 5, product: 'prod_1' })],
    ]);
    // Two tiers in March, less in May, and a proration that is no usage.
    const lines = (amounts: readonly number[], proration: boolean) =>
      amounts.map((amount, n) => ({
        ...{ id: `il_${n}`, amount, quantity: 1, period: { start: 0, end: 0 }, pricing: { price_details: { price } } },
        parent: { subscription_item_details: { subscription: 'sub_1', subscription_item: 'si_1', proration } },
      }));
    for (const [n, [date, amounts, proration]] of (
      [
        ['2026-03-01', [1_000, 200], false],
        ['2026-03-09', [77], true],
        ['2026-05-01', [700], false],
      ] as const
    ).entries()) {
      const invoice = { id: `in_${n}`, customer: 'cus_1', status: 'paid', lines: { data: lines(amounts, proration) } };
      const made = Date.parse(`${date}T00:00:00Z`) / 1000;
      await lantern.kit.query(`insert into mirror.invoices (${mirrored}) values ($1, false, $2, $3, 0, 0, 0, $4::jsonb)`, [
        account,
        invoice.id,
        made,
        JSON.stringify(invoice),
      ]);
    }
    await lantern.books.catchUp(world(account));
    const { place, figures } = await figuresOf(account);
    expect(figures.months).toEqual([]);
    const rules: Rules = { ...PLAIN, metered: 'invoiced' };
    await lantern.kit.database.transaction((tx) => changeDesk(tx, place, { rules, currency: null, timeZone: null }));
    await lantern.books.catchUp(world(account));
    expect(
      await lantern.kit.query('select day, kind, amount, reason from lantern.movements where account = $1 order by day', [account]),
    ).toEqual([
      { day: '2026-03-01', kind: 'new', amount: 1_200, reason: 'usage' },
      { day: '2026-05-01', kind: 'contraction', amount: -500, reason: 'usage' },
    ]);
  });
});
