import type { Query } from '@annex/kit';
import { expectNoSeriousAxe } from '@annex/testkit/browser';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countryChoices } from '../src/figures/customer-choices.ts';
import { customerTotals } from '../src/figures/find-customers.ts';
import { createLantern, type RunningLantern, readSettings } from '../src/index.ts';
import { placeOf } from '../src/web/place.ts';
import { inBrowser } from './in-browser.ts';
import type { LanternWorld } from './lantern-world.ts';
import { connectFor, signedUp, until, type Visitor } from './visitor.ts';

/** What the accounts of these tests sell, and to whom. */
interface Shop {
  readonly team: string;
  readonly yearly: string;
  readonly ada: string;
}

async function openShop(world: LanternWorld, testKey: string): Promise<Shop> {
  const make = async (path: string, form: Record<string, string | number>): Promise<string> =>
    (await world.api(testKey, `POST /v1/${path}`, form)).id;
  const price = (product: string, unit_amount: number, interval: string) =>
    make('prices', { product, currency: 'eur', unit_amount, 'recurring[interval]': interval });
  const customer = (name: string, country?: string) =>
    make('customers', { name, ...(country !== undefined && { 'address[country]': country }) });
  const subscribe = (who: string, what: string) =>
    make('subscriptions', { customer: who, 'items[0][price]': what, collection_method: 'send_invoice', days_until_due: 30 });
  const [team, starter] = [await make('products', { name: 'Team' }), await make('products', { name: 'Starter' })];
  const [monthly, yearly, small] = [
    await price(team, 4900, 'month'),
    await price(team, 49_000, 'year'),
    await price(starter, 1900, 'month'),
  ];
  const ada = await customer('Ada', 'DE');
  await subscribe(ada, monthly);
  await subscribe(await customer('Ben', 'US'), yearly);
  await subscribe(await customer('Cleo', 'DE'), small);
  await customer('Dora');
  const left = await subscribe(await customer('Eve', 'FR'), monthly);
  await world.api(testKey, `DELETE /v1/subscriptions/${left}`, {});
  return { team, yearly, ada };
}

const NAMES = /<a href="\/a\/[^"]+\/customers\/cus_[^"]+">([^<]+)<\/a>/g;

inBrowser('finding customers', (given) => {
  let dana: Visitor;
  let base: string;
  let shop: Shop;

  beforeAll(async () => {
    const { world } = given;
    const [acme] = world.dana.accounts;
    shop = await openShop(world, acme!.testKey);
    dana = await signedUp(world, 'dana@acme.example');
    await connectFor(world, dana, acme!.account);
    base = `/a/${acme!.account}/test`;
    await until(async () => (await dana.text(`${base}/customers`)).includes('data-total="10883"'));
  });

  const found = async (query: Record<string, string>): Promise<{ names: string[]; customers: number; mrr: number }> => {
    const page = await dana.text(`${base}/customers?${new URLSearchParams({ sort: 'name', ...query })}`);
    const [, mrr, customers] = /data-total="(\d+)"><data value="(\d+)">/.exec(page)!;
    return { names: [...page.matchAll(NAMES)].map(([, name]) => name!), customers: Number(customers), mrr: Number(mrr) };
  };

  it('by a product or one price of it, by country, by both and with the rest: list, count and MRR agree', async () => {
    const rows: [Record<string, string>, string[], number][] = [
      [{}, ['Ada', 'Ben', 'Cleo', 'Dora', 'Eve'], 10_883],
      [{ plan: shop.team }, ['Ada', 'Ben', 'Eve'], 8983],
      [{ plan: shop.yearly }, ['Ben'], 4083],
      [{ country: 'DE' }, ['Ada', 'Cleo'], 6800],
      [{ country: 'none' }, ['Dora'], 0],
      [{ plan: shop.team, country: 'DE' }, ['Ada'], 4900],
      [{ plan: shop.team, status: 'never' }, ['Eve'], 0],
      [{ plan: shop.team, status: 'active' }, ['Ada', 'Ben'], 8983],
      [{ plan: shop.team, country: 'DE', search: 'ada', status: 'active' }, ['Ada'], 4900],
      [{ plan: shop.team, search: 'cleo' }, [], 0],
      [{ plan: "'; drop table x; --" }, [], 0],
    ];
    for (const [query, names, mrr] of rows) expect([query, await found(query)]).toEqual([query, { names, customers: names.length, mrr }]);
  });

  it('says what somebody who left was on', async () => {
    expect(await dana.text(`${base}/customers?status=never`)).toContain('was on Team');
    expect(await dana.text(`${base}/customers?status=active`)).not.toContain('was on');
  });

  it('keeps every choice in the address, through the form, the states and the order, without a script', async () => {
    const page = await given.page({ as: dana, javaScript: false });
    await page.goto(`${given.world.origin}${base}/customers`);
    await page.getByRole('link', { name: 'Paying', exact: true }).click();
    await page.getByLabel('Plan').selectOption({ label: 'Team: €49.00 a month' });
    await page.getByLabel('Country').selectOption({ label: 'Germany' });
    await page.getByRole('button', { name: 'Find' }).click();
    const query = new URL(page.url()).searchParams;
    expect([query.get('status'), query.get('country'), query.get('plan')]).toEqual(['active', 'DE', expect.stringMatching(/^price_/)]);
    expect(await page.locator('.headline').textContent()).toBe('1 customer, €49.00 a month');
    await page.getByRole('link', { name: 'Never paid', exact: true }).click();
    expect(new URL(page.url()).searchParams.get('plan')).toBe(query.get('plan'));
    expect(await page.getByLabel('Country').inputValue()).toBe('DE');
  });

  it('says where nobody is found which filter to remove, and how many there are then', async () => {
    const page = await given.page({ as: dana });
    await page.goto(`${given.world.origin}${base}/customers?plan=${shop.yearly}&country=DE&status=active`);
    expect(await page.locator('.empty-title').textContent()).toBe(
      'No customer is found for ‘Paying’ and ‘Team: €490.00 a year’ and ‘Germany’',
    );
    expect(await page.locator('[data-without]').allTextContents()).toEqual([
      'Without ‘Paying’: nobody either',
      'Without ‘Team: €490.00 a year’: 2 customers',
      'Without ‘Germany’: 1 customer',
    ]);
    await expectNoSeriousAxe(page);
    await page.getByRole('link', { name: 'Without ‘Germany’' }).click();
    expect(await page.locator('.headline').textContent()).toBe('1 customer, €40.83 a month');
  });

  it('is read on a phone without moving sideways: every cell stands under the name of its column', async () => {
    const page = await given.page({ as: dana, width: 390 });
    await page.goto(`${given.world.origin}${base}/customers`);
    expect(await page.locator('.scroll').evaluate((one) => one.scrollWidth - one.clientWidth)).toBe(0);
    const label = "getComputedStyle(document.querySelector('.cards td.number'), '::before').content";
    expect(await page.evaluate<string>(label)).toContain('MRR');
    expect(await page.getByRole('row').count()).toBeGreaterThan(5);
  });

  it('is the same in the JSON API', async () => {
    const answer = await dana.submit(`${base}/keys`, { name: 'finds' }, `${base}/keys`);
    const key = /data-key[^>]*>([^<]+)</.exec(await answer.text())![1]!;
    const asked = await fetch(`${given.world.origin}/api/v1/customers?plan=${shop.team}&country=DE`, {
      headers: { authorization: `Bearer ${key}` },
    });
    expect(await asked.json()).toMatchObject({ customers: 1, mrr: 4900, data: [{ id: shop.ada, plans: ['Team'], former_plans: null }] });
  });
});

describe('an account of thousands of customers', () => {
  let lantern: RunningLantern;
  const ACCOUNT = 'acct_large';
  const customers = `insert into mirror.customers (account, livemode, id, created, lo, hi, changed_ms, data)
    select $1, false, 'cus_' || n, n, 0, 0, 0, jsonb_build_object('id', 'cus_' || n, 'address', jsonb_build_object('country', 'C' || n % 50))
    from generate_series(1, 3000) n`;
  const subscriptions = `insert into mirror.subscriptions (account, livemode, id, created, lo, hi, changed_ms, data)
    select $1, false, 'sub_' || n, n, 0, 0, 0, jsonb_build_object('id', 'sub_' || n, 'customer', 'cus_' || n, 'status', 'active', 'items', jsonb_build_object('data',
      jsonb_build_array(jsonb_build_object('price', jsonb_build_object('id', 'price_' || n % 100, 'product', 'prod_' || n % 50))))) from generate_series(1, 3000) n`;

  beforeAll(async () => {
    const settings = readSettings([], { STRIPE_TEST_SECRET_KEY: 'sk_test_x', STRIPE_TEST_CLIENT_ID: 'ca_x' });
    if (settings === 'help') throw new Error('unreachable');
    lantern = await createLantern({ settings, publicUrl: 'http://lantern.test' });
    for (const statement of [customers, subscriptions]) await lantern.kit.query(statement, [ACCOUNT]);
    await lantern.kit.query('analyze');
  });
  afterAll(() => lantern.close());

  /** How the database would answer what is asked. */
  const explaining: Query = {
    query: async <T>(text: string, values?: readonly unknown[]) => {
      const lines = await lantern.kit.query<{ 'QUERY PLAN': string }>(`explain ${text}`, values);
      return [{ plan: lines.map((line) => line['QUERY PLAN']).join('\n') }] as T[];
    },
    script: () => Promise.reject(new Error('Nothing is written here.')),
  };

  it.each([
    ['price', { plan: 'price_7' }, 'subscriptions_plans'],
    ['product', { plan: 'prod_7' }, 'subscriptions_plans'],
    ['country', { country: 'C7' }, 'customers_country'],
  ])('is asked by %s through an index', async (_, asked, index) => {
    const place = await placeOf(lantern.kit.database, ACCOUNT, 'test');
    const filter = { status: 'all', sort: 'mrr', search: '', plan: '', country: '', offset: 0, limit: 50, ...asked } as const;
    expect((await customerTotals(lantern.kit.database, place, filter)).customers).toBe(
      'plan' in asked && asked.plan === 'price_7' ? 30 : 60,
    );
    expect(await customerTotals(explaining, place, filter)).toEqual({ plan: expect.stringContaining(index) });
  });

  it('has its countries found by one step of the index each', async () => {
    const place = await placeOf(lantern.kit.database, ACCOUNT, 'test');
    expect(await countryChoices(lantern.kit.database, place)).toHaveLength(50);
  });
});
