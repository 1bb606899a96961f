import { afterAll, beforeAll, expect, it } from 'vitest';
import { createLanternWorld, type LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, until, type Visitor } from './visitor.ts';

/* Prices that include tax, sold on the platform and counted live. What is left without tax is what the platform's own invoices say. */

let world: LanternWorld;
let dana: Visitor;
let key: string;
let account: string;
let base: string;

beforeAll(async () => {
  world = await createLanternWorld({ platform: { unlimitedClocks: true }, lantern: { kit: { reconcileMinutes: 0 } } });
  ({ testKey: key, account } = world.dana.accounts[0]!);
  dana = await signedUp(world, 'dana@acme.example');
  await connectFor(world, dana, account);
  base = `/a/${account}/test`;
});
afterAll(() => world.close());

const api = (call: string, form?: Record<string, string | number>) => world.api(key, call, form);
const query = <T>(sql: string, ...values: unknown[]) => world.lantern.lantern.kit.query<T>(sql, [account, ...values]);

/** Waits until every event has arrived and every book is made. */
async function settled(): Promise<void> {
  const { kit, books } = world.lantern.lantern;
  const last = (await api('GET /v1/events?limit=1')).data[0].id;
  await until(async () => {
    const { data } = await world.platform.control.deliveries({ state: 'pending', limit: 1 });
    const arrived = await kit.query('select 1 from annex.inbox where id = $1', [last]);
    await books.catchUp({ account, livemode: false });
    const [open] = await kit.query<{ n: number }>(
      `select (select count(*) from annex.inbox where state = 'new')::int + (select count(*) from annex.refetch)::int + (select count(*) from lantern.stale)::int as n`,
    );
    return data.length === 0 && arrived.length === 1 && open!.n === 0;
  });
}

async function rate(percentage: number): Promise<string> {
  return (await api('POST /v1/tax_rates', { display_name: 'MwSt.', percentage, inclusive: 'true', country: 'DE' })).id;
}

async function price(amount: number, behavior: 'inclusive' | 'unspecified', interval = 'month'): Promise<string> {
  const product = await api('POST /v1/products', { name: `Plan ${amount}` });
  const form = { product: product.id, currency: 'eur', unit_amount: amount, 'recurring[interval]': interval, tax_behavior: behavior };
  return (await api('POST /v1/prices', form)).id;
}

async function customer(more: Record<string, string> = {}): Promise<string> {
  const made = await api('POST /v1/customers', { name: 'Erika', ...more });
  const method = await api('POST /v1/payment_methods/pm_card_visa/attach', { customer: made.id });
  await api(`POST /v1/customers/${made.id}`, { 'invoice_settings[default_payment_method]': method.id });
  return made.id;
}

async function bookOf(id: string): Promise<{ mrr: number; tax_unknown: boolean }> {
  const [book] = await query<{ mrr: number; tax_unknown: boolean }>(
    'select mrr, tax_unknown from lantern.books where account = $1 and not livemode and customer = $2',
    id,
  );
  return book!;
}

const netOfLatest = async (id: string): Promise<number> =>
  (await api(`GET /v1/invoices?customer=${id}&limit=1`)).data[0].total_excluding_tax;

/** Everything that is stored of the figures. */
async function stored(): Promise<string> {
  const movements = await query(
    'select customer, day, under, kind, amount, after, reason from lantern.counted_movements where account = $1 order by 1, 2, 3',
  );
  const books = await query('select customer, under, mrr, tax_unknown from lantern.counted_books where account = $1 order by 1, 2');
  const months = await query('select month, kind, under, amount, n from lantern.month_sums where account = $1 and n <> 0 order by 1, 2, 3');
  return JSON.stringify([movements, books, months]);
}

it('MRR is what the platform’s invoice comes to without tax, to the cent: whether the price says that it includes tax or only the rate, with seats and discounts', async () => {
  const [nineteen, seven, odd] = [await rate(19), await rate(7), await rate(9.975)];
  const coupon = await api('POST /v1/coupons', { percent_off: 15, duration: 'forever' });
  const sold: readonly Record<string, string | number>[] = [
    { 'items[0][price]': await price(1_190, 'inclusive'), 'default_tax_rates[0]': nineteen },
    { 'items[0][price]': await price(999, 'inclusive'), 'items[0][quantity]': 7, 'default_tax_rates[0]': nineteen },
    { 'items[0][price]': await price(1_337, 'unspecified'), 'default_tax_rates[0]': seven },
    { 'items[0][price]': await price(4_999, 'inclusive'), 'default_tax_rates[0]': odd, 'discounts[0][coupon]': coupon.id },
    { 'items[0][price]': await price(2_345, 'inclusive'), 'items[0][tax_rates][0]': nineteen, 'items[0][tax_rates][1]': seven },
  ];
  const customers: string[] = [];
  for (const form of sold) {
    customers.push(await customer());
    await api('POST /v1/subscriptions', { customer: customers.at(-1)!, ...form });
  }
  await settled();
  const nets = await Promise.all(customers.map(netOfLatest));
  expect(await Promise.all(customers.map(bookOf))).toEqual(nets.map((mrr) => ({ mrr, tax_unknown: false })));
  expect(nets[0]).toBe(1_000);
});

it('a tax that no invoice shows is told beside the figures that still have it, until one does; counted live is counted from nothing', async () => {
  const clock = await api('POST /v1/test_helpers/test_clocks', { frozen_time: Date.parse('2027-01-10T09:00:00Z') / 1000 });
  const advance = async (to: string): Promise<void> => {
    await api(`POST /v1/test_helpers/test_clocks/${clock.id}/advance`, { frozen_time: Date.parse(to) / 1000 });
    await until(async () => (await api(`GET /v1/test_helpers/test_clocks/${clock.id}`)).status === 'ready');
  };
  const paul = await customer({ test_clock: clock.id });
  const sold = await api('POST /v1/subscriptions', { customer: paul, 'items[0][price]': await price(2_380, 'inclusive') });
  await settled();
  expect(await bookOf(paul)).toEqual({ mrr: 2_380, tax_unknown: true });
  const tag = 'tax included, share unknown';
  expect(await dana.text(`${base}/customers/${paul}`)).toContain(tag);
  for (const page of ['', '/mrr', '/why']) expect(await dana.text(base + page)).toContain('Tax included, share unknown');
  const found = await dana.text(`${base}/customers?status=tax_unknown`);
  expect([found.includes(paul), found.includes('data-total="2380"')]).toEqual([true, true]);

  await api(`POST /v1/subscriptions/${sold.id}`, { 'default_tax_rates[0]': await rate(19) });
  await advance('2027-02-10T12:00:00Z');
  await settled();
  expect(await bookOf(paul)).toEqual({ mrr: await netOfLatest(paul), tax_unknown: false });
  expect(await query('select day, kind, amount from lantern.movements where account = $1 and customer = $2', paul)).toEqual([
    { day: '2027-01-10', kind: 'new', amount: 2_000 },
  ]);
  expect(await dana.text(`${base}/customers/${paul}`)).not.toContain(tag);
  expect(await dana.text(`${base}/mrr`)).not.toContain('Tax included, share unknown');

  // The price stays while the rate changes: what is left of it moves with the next invoice.
  await api(`POST /v1/subscriptions/${sold.id}`, { 'default_tax_rates[0]': await rate(7) });
  await advance('2027-03-10T12:00:00Z');
  await settled();
  expect(
    await query('select day, kind, amount, reason from lantern.movements where account = $1 and customer = $2 order by day', paul),
  ).toEqual([
    { day: '2027-01-10', kind: 'new', amount: 2_000, reason: 'new subscription' },
    { day: '2027-03-10', kind: 'expansion', amount: 224, reason: 'tax' },
  ]);

  const live = await stored();
  for (const table of ['counted_movements', 'counted_books', 'counted_balances', 'month_sums', 'month_balances'])
    await query(`delete from lantern.${table} where account = $1`);
  await query('insert into lantern.stale (account, livemode, customer) select $1, false, id from mirror.customers where account = $1');
  await settled();
  expect(await stored()).toBe(live);
});
