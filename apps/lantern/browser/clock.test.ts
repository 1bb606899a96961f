import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { accountFigures } from '../src/figures/account.ts';
import { readTrials } from '../src/figures/trials.ts';
import type { Month } from '../src/ledger/index.ts';
import { placeOf } from '../src/web/place.ts';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, until, type Visitor } from './visitor.ts';

/* Months that are lived, on a test clock or on the platform's own, and counted live; and counted again from nothing but their history. */

let world: LanternWorld;
let key: string;
let account: string;
let clock: string;
let dana: Visitor;

beforeAll(async () => {
  // The event list also tells what came shortly before a connection; these accounts are to have their history alone.
  world = await createLanternWorld({ platform: { unlimitedClocks: true }, lantern: { kit: { reconcileMinutes: 0 } } });
  ({ testKey: key, account } = world.dana.accounts[0]!);
  dana = await signedUp(world, 'dana@acme.example');
  await connectFor(world, dana, account);
  clock = await newClock('2027-01-10T09:00:00Z');
});
afterAll(() => world.close());

const api = (call: string, form?: Record<string, string | number>) => world.api(key, call, form);

const seconds = (text: string): number => Date.parse(text) / 1000;

async function monthsNow(): Promise<Map<string, Month>> {
  const { lantern } = world.lantern;
  const place = await placeOf(lantern.kit.database, account, 'test');
  return new Map((await accountFigures(lantern, place)).months.map((month) => [month.month, month]));
}

/** Waits until every event has arrived and every book is made. */
const settled = (): Promise<void> => settledFor({ account, testKey: key });

/** `told: false` where the newest event came before the connection, so that nobody is told of it. */
async function settledFor(party: { account: string; testKey: string }, told = true): Promise<void> {
  const { kit, books } = world.lantern.lantern;
  const open = `select (select count(*) from annex.inbox where state = 'new')::int + (select count(*) from annex.refetch)::int
    + (select count(*) from lantern.stale)::int as n`;
  const last = (await world.api(party.testKey, 'GET /v1/events?limit=1')).data[0].id;
  await until(async () => {
    const { data } = await world.platform.control.deliveries({ state: 'pending', limit: 1 });
    const arrived = await kit.query('select 1 from annex.inbox where id = $1', [last]);
    await books.catchUp({ account: party.account, livemode: false });
    const [row] = await kit.query<{ n: number }>(open);
    return data.length === 0 && (!told || arrived.length === 1) && row!.n === 0;
  });
}

/** Everything is erased, and read again. */
async function connectAgain(owner: Visitor, party: { account: string; testKey: string }): Promise<void> {
  const { kit } = world.lantern.lantern;
  const base = `/a/${party.account}/test`;
  await owner.submit(`${base}/disconnect`, { sure: 'yes' }, `${base}/settings`);
  await until(async () => (await kit.query('select 1 from annex.connections where account = $1', [party.account])).length === 0);
  await connectFor(world, owner, party.account);
  await settledFor(party, false);
  await until(async () => (await kit.query('select 1 from lantern.desks where account = $1 and settled', [party.account])).length === 1);
  await settledFor(party, false);
}

async function price(amount: number, interval = 'month'): Promise<string> {
  const product = await api('POST /v1/products', { name: `Plan ${amount}` });
  return (await api('POST /v1/prices', { product: product.id, currency: 'eur', unit_amount: amount, 'recurring[interval]': interval })).id;
}

async function newClock(from: string): Promise<string> {
  return (await api('POST /v1/test_helpers/test_clocks', { frozen_time: seconds(from) })).id;
}

async function customerWith(card: string, on = clock): Promise<string> {
  const customer = await api('POST /v1/customers', { name: card, test_clock: on });
  const method = await api(`POST /v1/payment_methods/${card}/attach`, { customer: customer.id });
  await api(`POST /v1/customers/${customer.id}`, { 'invoice_settings[default_payment_method]': method.id });
  return customer.id;
}

async function liveUntil(to: string, on = clock): Promise<void> {
  await api(`POST /v1/test_helpers/test_clocks/${on}/advance`, { frozen_time: seconds(to) });
  await until(async () => (await api(`GET /v1/test_helpers/test_clocks/${on}`)).status === 'ready');
}

const changes = ({ new: fresh, expansion, contraction, churn, reactivation, end }: Month) => ({
  ...{ new: fresh, expansion, contraction, churn, reactivation, end },
});

describe('months that are lived', () => {
  it('show the worked numbers: a coupon that ends, a trial that converts and leaves, and one that is left', async () => {
    // A3: 40.00 a month from 10 January, half price for three months.
    const coupon = await api('POST /v1/coupons', { percent_off: 50, duration: 'repeating', duration_in_months: 3 });
    const forty = await price(4000);
    await api('POST /v1/subscriptions', {
      ...{ customer: await customerWith('pm_card_visa'), 'items[0][price]': forty, 'discounts[0][coupon]': coupon.id },
    });
    await liveUntil('2027-01-25T09:00:00Z');
    // A6: a trial from 25 January, active from 8 February at 29.00, to end at the end of its period.
    const trial = await api('POST /v1/subscriptions', {
      ...{ customer: await customerWith('pm_card_visa'), 'items[0][price]': await price(2900), trial_period_days: 14 },
    });
    // Somebody else's, who leaves before it is over.
    const tried = await api('POST /v1/subscriptions', {
      ...{ customer: await customerWith('pm_card_visa'), 'items[0][price]': await price(9900), trial_period_days: 30 },
    });
    await liveUntil('2027-02-20T09:00:00Z');
    await api(`DELETE /v1/subscriptions/${tried.id}`);
    await api(`POST /v1/subscriptions/${trial.id}`, { cancel_at_period_end: 'true' });
    await liveUntil('2027-05-05T09:00:00Z');
    await settled();
    const months = await monthsNow();
    const of = (month: string) => {
      const found = months.get(month)!;
      return { new: found.new, expansion: found.expansion, contraction: found.contraction, churn: found.churn, end: found.end };
    };
    expect(of('2027-01')).toEqual({ new: 2000, expansion: 0, contraction: 0, churn: 0, end: 2000 });
    expect(of('2027-02')).toEqual({ new: 2900, expansion: 0, contraction: 0, churn: 0, end: 4900 });
    expect(of('2027-03')).toEqual({ new: 0, expansion: 0, contraction: 0, churn: -2900, end: 2000 });
    expect(of('2027-04')).toEqual({ new: 0, expansion: 2000, contraction: 0, churn: 0, end: 4000 });
    const { lantern } = world.lantern;
    const { desk, nowMs } = await accountFigures(lantern, await placeOf(lantern.kit.database, account, 'test'));
    const trials = (month: string) => readTrials(lantern.kit.database, desk, { month, nowSeconds: Math.floor(nowMs / 1000) });
    expect(await trials('2027-02')).toEqual({ ended: 2, converted: 1 });
    expect(await trials('2027-01')).toEqual({ ended: 0, converted: 0 });
  });

  it('show a card that fails, an unpaid subscription that is paid later, and a year that renews', async () => {
    await world.platform.control.setBilling({ account, retry_days: [20], after_retries: 'unpaid' });
    const years = await newClock('2028-02-01T09:00:00Z');
    const lives = (to: string): Promise<void> => liveUntil(to, years);
    // A7: 50.00 a month. The card of 1 March fails, and again 20 days later, the last time.
    const late = await customerWith('pm_card_visa', years);
    const sold = await api('POST /v1/subscriptions', { customer: late, 'items[0][price]': await price(5000) });
    const yearly = await api('POST /v1/subscriptions', {
      ...{ customer: await customerWith('pm_card_visa', years), 'items[0][price]': await price(12_000, 'year') },
    });
    const pays = async (card: string): Promise<void> => {
      const method = await api(`POST /v1/payment_methods/${card}/attach`, { customer: late });
      await api(`POST /v1/customers/${late}`, { 'invoice_settings[default_payment_method]': method.id });
    };
    await lives('2028-02-20T09:00:00Z');
    await pays('pm_card_chargeCustomerFail');
    await lives('2028-03-10T09:00:00Z');
    expect((await api(`GET /v1/subscriptions/${sold.id}`)).status).toBe('past_due');
    await lives('2028-05-02T09:00:00Z');
    const unpaid = await api(`GET /v1/subscriptions/${sold.id}`);
    expect(unpaid.status).toBe('unpaid');
    // While it is unpaid its invoices stay drafts: the latest is what has to be paid.
    await pays('pm_card_visa');
    await api(`POST /v1/invoices/${unpaid.latest_invoice}/finalize`, { auto_advance: 'false' });
    await api(`POST /v1/invoices/${unpaid.latest_invoice}/pay`, {});
    expect((await api(`GET /v1/subscriptions/${sold.id}`)).status).toBe('active');
    await lives('2029-02-03T09:00:00Z');
    expect((await api(`GET /v1/invoices?subscription=${yearly.id}`)).data).toMatchObject([
      { amount_paid: 12_000 },
      { amount_paid: 12_000 },
    ]);
    await settled();
    const months = await monthsNow();
    const still = { new: 0, expansion: 0, contraction: 0, churn: 0, reactivation: 0 };
    const before = months.get('2028-01')!.end;
    expect(changes(months.get('2028-02')!)).toEqual({ ...still, new: 6000, end: before + 6000 });
    expect(changes(months.get('2028-03')!)).toEqual({ ...still, churn: -5000, end: before + 1000 });
    expect(changes(months.get('2028-04')!)).toEqual({ ...still, end: before + 1000 });
    expect(changes(months.get('2028-05')!)).toEqual({ ...still, reactivation: 5000, end: before + 6000 });
    for (const month of ['2028-06', '2029-01', '2029-02']) expect(changes(months.get(month)!)).toEqual({ ...still, end: before + 6000 });

    const { objects } = await world.lantern.lantern.kit.doctor({ account, livemode: false }, { objects: ['invoice', 'subscription'] });
    expect(objects.map(({ object, drift }) => [object, drift])).toEqual([
      ['subscription', []],
      ['invoice', []],
    ]);

    // What was told carries the moment of the clock.
    const told = await world.lantern.lantern.kit.query<{ day: string }>(
      `select to_char(to_timestamp((body->'data'->'object'->>'created')::bigint), 'YYYY-MM-DD') as day from annex.inbox
       where account = $1 and type = 'invoice.created' and source = 'webhook' and body->'data'->'object'->>'customer' = $2 order by 1 limit 4`,
      [account, late],
    );
    expect(told.map(({ day }) => day)).toEqual(['2028-02-01', '2028-03-01', '2028-04-01', '2028-05-01']);
  });

  it('imported from nothing but their history come to the same, and say that they are reconstructed', async () => {
    const labs = world.dana.accounts[1]!;
    const later = await signedUp(world, 'later@acme.example');
    await connectFor(world, later, labs.account);
    const ask = (call: string, form?: Record<string, string | number>) => world.api(labs.testKey, call, form);
    const product = await ask('POST /v1/products', { name: 'Seat' });
    const sold = async (amount: number, interval = 'month') =>
      (await ask('POST /v1/prices', { product: product.id, currency: 'eur', unit_amount: amount, 'recurring[interval]': interval })).id;
    const [small, large, seat, yearly] = [await sold(2900), await sold(9900), await sold(1000), await sold(120_000, 'year')];
    const buyer = async (): Promise<string> => {
      const customer = await ask('POST /v1/customers', {});
      const method = await ask('POST /v1/payment_methods/pm_card_visa/attach', { customer: customer.id });
      await ask(`POST /v1/customers/${customer.id}`, { 'invoice_settings[default_payment_method]': method.id });
      return customer.id;
    };
    const buy = async (price: string, more: Record<string, string | number> = {}) =>
      ask('POST /v1/subscriptions', { customer: await buyer(), 'items[0][price]': price, ...more });
    // Small steps: what falls due is dated when it is done.
    const days = async (count: number): Promise<void> => {
      for (let n = 0; n < count; n++) {
        await world.platform.control.setClock({ by: 86_400 });
        await fetch(`${world.platform.url}/_annex/health`);
      }
    };
    const upgraded = await buy(small);
    const seats = await buy(seat, { 'items[0][quantity]': 2 });
    const leaves = await buy(large);
    const coupon = await ask('POST /v1/coupons', { percent_off: 50, duration: 'repeating', duration_in_months: 1 });
    await buy(small, { 'discounts[0][coupon]': coupon.id });
    await days(5);
    await buy(yearly);
    await buy(small, { trial_period_days: 14 });
    await days(35);
    await ask(`POST /v1/subscriptions/${upgraded.id}`, { 'items[0][id]': upgraded.items.data[0].id, 'items[0][price]': large });
    await days(15);
    await ask(`POST /v1/subscriptions/${seats.id}`, { 'items[0][id]': seats.items.data[0].id, 'items[0][quantity]': 5 });
    await ask(`POST /v1/subscriptions/${leaves.id}`, { cancel_at_period_end: 'true' });
    await days(60);

    const read = async (): Promise<Record<string, unknown>[]> => {
      const { lantern } = world.lantern;
      const place = await placeOf(lantern.kit.database, labs.account, 'test');
      const { months, now } = await accountFigures(lantern, place);
      const shown = months.map(({ month, start, expansion, contraction, churn, end, active, ...rest }) => ({
        month,
        start,
        new: rest.new,
        expansion,
        contraction,
        churn,
        end,
        active,
      }));
      return [...shown, { reconstructed: now.reconstructed }];
    };
    await settledFor(labs);
    const live = await read();
    expect(live.at(-1)).toEqual({ reconstructed: false });
    expect(live.at(-2)).toMatchObject({ end: 9900 + 5000 + 10_000 + 2900 + 2900, active: 5 });

    await connectAgain(later, labs);
    const again = await read();
    expect(again.at(-1)).toEqual({ reconstructed: true });
    expect(again.length).toBeGreaterThan(4);
    expect(again.slice(0, -1)).toEqual(live.slice(0, again.length - 1));
  });
});

describe('discounts', () => {
  /** When every event has been counted. */
  const mrrOf = async (customer: string): Promise<number | undefined> => {
    await settled();
    return mrrNow(customer);
  };
  const mrrNow = async (customer: string): Promise<number | undefined> => {
    const [book] = await world.lantern.lantern.kit.query<{ mrr: number }>(
      'select mrr from lantern.books where account = $1 and not livemode and customer = $2',
      [account, customer],
    );
    return book?.mrr;
  };
  const couponOf = async (form: Record<string, string | number>): Promise<string> => (await api('POST /v1/coupons', form)).id;
  const latestTotal = async (customer: string): Promise<number> =>
    (await api(`GET /v1/invoices?customer=${customer}&limit=1`)).data[0].total;

  it('of an invoice alone change no MRR', async () => {
    const customer = await customerWith('pm_card_visa');
    await api('POST /v1/subscriptions', { customer, 'items[0][price]': await price(5000) });
    const half = await couponOf({ percent_off: 50, duration: 'forever' });
    const invoice = await api('POST /v1/invoices', { customer, 'discounts[0][coupon]': half });
    await api('POST /v1/invoiceitems', {
      ...{ customer, invoice: invoice.id, amount: 900, currency: 'eur' },
      'discounts[0][coupon]': half,
    });
    expect(await mrrOf(customer)).toBe(5000);
  });

  it('of an item and of the subscription are taken off MRR as off the invoice, to the cent, while they last', async () => {
    const months = await newClock('2029-01-10T09:00:00Z');
    const customer = await customerWith('pm_card_visa', months);
    const [third, five, tenth] = [
      await couponOf({ percent_off: 33, duration: 'repeating', duration_in_months: 2 }),
      await couponOf({ amount_off: 500, currency: 'eur', duration: 'forever' }),
      await couponOf({ percent_off: 10, duration: 'forever' }),
    ];
    await api('POST /v1/subscriptions', {
      ...{ customer, 'items[0][price]': await price(1999), 'items[0][discounts][0][coupon]': third },
      ...{ 'items[1][price]': await price(2999), 'items[1][discounts][0][coupon]': five },
      'discounts[0][coupon]': tenth,
    });
    const atFirst = await latestTotal(customer);
    expect(atFirst).toBe(1205 + 2249);
    expect(await mrrOf(customer)).toBe(atFirst);
    await liveUntil('2029-04-11T12:00:00Z', months);
    expect(await latestTotal(customer)).toBe(1799 + 2249);
    expect(await mrrOf(customer)).toBe(1799 + 2249);

    const movements = 'select day, kind, amount, reason from lantern.movements where account = $1 and customer = $2 order by day';
    const { kit } = world.lantern.lantern;
    const lived = await kit.query(movements, [account, customer]);
    expect(lived).toMatchObject([
      { kind: 'new', amount: 3454 },
      { kind: 'expansion', amount: 594, reason: 'discount ended' },
    ]);
    expect(lived).toMatchObject([{}, { day: '2029-03-10' }]);
  });

  it('of an item count where only the account’s present is read, too', async () => {
    const made = await api('POST /v1/customers', { name: 'Present' });
    const half = await couponOf({ percent_off: 50, duration: 'forever' });
    await api('POST /v1/subscriptions', {
      ...{ customer: made.id, collection_method: 'send_invoice', days_until_due: 30, 'items[0][price]': await price(2000) },
      ...{ 'items[1][price]': await price(3000), 'items[1][discounts][0][coupon]': half },
    });
    expect(await mrrOf(made.id)).toBe(3500);
    await connectAgain(dana, { account, testKey: key });
    expect(await mrrNow(made.id)).toBe(3500);
  });
});
