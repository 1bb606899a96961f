import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
let stripe: Stripe;
beforeAll(async () => {
  world = await testPlatform();
  stripe = world.client();
  await stripe.customers.create({ name: 'Jane Doe', email: 'jane.doe@example.com', metadata: { tier: 'gold' } });
  await stripe.customers.create({ name: 'Jane Anne Doe', email: 'anne@example.org' });
  await stripe.customers.create({ name: 'Bob', email: 'bob@example.com', phone: '+1 555' });
});
afterAll(() => world.platform.close());

const names = async (query: string): Promise<(string | null | undefined)[]> =>
  (await stripe.customers.search({ query })).data.map((row) => row.name);

describe('search', () => {
  const cases: readonly [string, string, readonly string[]][] = [
    ['`:` on a string is the phrase, in any case, not equality', 'name:"jane"', ['Jane Anne Doe', 'Jane Doe']],
    ['the words of a phrase stand next to each other', 'name:"jane doe"', ['Jane Doe']],
    ['`~` is a substring', 'email~"example.com"', ['Bob', 'Jane Doe']],
    ['a leading minus negates', '-name:"jane"', ['Bob']],
    ['AND is both', 'name:"jane" AND email~"example.org"', ['Jane Anne Doe']],
    ['a space is AND', 'name:"jane" email~"example.org"', ['Jane Anne Doe']],
    ['OR is either', "name:'bob' OR metadata['tier']:'gold'", ['Bob', 'Jane Doe']],
    ['null is absence', 'phone:null', ['Jane Anne Doe', 'Jane Doe']],
    ['-null is presence', '-metadata["tier"]:null', ['Jane Doe']],
    ['numbers compare', 'created>0', ['Bob', 'Jane Anne Doe', 'Jane Doe']],
    ['nothing is found where nothing is', 'created>99999999999', []],
  ];
  test.each(cases)('%s: %s', async (_name, query, expected) => {
    expect(await names(query)).toEqual(expected);
  });

  const refused: readonly [string, string][] = [
    ['a field that cannot be searched', 'balance:1'],
    ['AND and OR in one query', 'name:"a" AND name:"b" OR name:"c"'],
    ['no clause', 'jane'],
    ['a comparison of words', 'name>"a"'],
    ['a short substring', 'name~"ab"'],
    ['a word for a number', 'created>abc'],
    ['text without quotes', 'name:jane'],
    ['parentheses', '(name:"a")'],
    ['a keyword without a clause behind it', 'name:"a" AND'],
  ];
  test.each(refused)('%s is refused, naming the parameter', async (_name, query) => {
    await expect(stripe.customers.search({ query })).rejects.toMatchObject({ statusCode: 400, param: 'query' });
  });

  test('pages are walked by next_page, and counted where it is asked for', async () => {
    const all: string[] = [];
    for await (const row of stripe.customers.search({ query: 'created>0', limit: 2 })) all.push(row.name!);
    expect(all).toEqual(['Bob', 'Jane Anne Doe', 'Jane Doe']);
    const page = await stripe.customers.search({ query: 'created>0', limit: 1, expand: ['total_count'] });
    expect([page.has_more, page.total_count]).toEqual([true, 3]);
  });

  test('a page that no search gave is refused', async () => {
    await expect(stripe.customers.search({ query: 'created>0', page: 'x' })).rejects.toMatchObject({ statusCode: 400, param: 'page' });
  });
});

describe('every field of', () => {
  /** What finds the one object of its kind, and then what does not. */
  const fields: Readonly<Record<string, readonly (readonly [finds: string, doesNot: string])[]>> = {
    charges: [
      ['amount>=2000', 'amount<2000'],
      ['billing_details.address.postal_code:"94103"', 'billing_details.address.postal_code:"94"'],
      ['created>0', 'created<=0'],
      ['currency:"USD"', 'currency:"eur"'],
      ['customer:"CUSTOMER"', 'customer:null'],
      ['disputed:"false"', 'disputed:"true"'],
      ['refunded:"false"', 'refunded:"true"'],
      ['status:"succeeded"', '-status:"succeeded"'],
      ['metadata["order"]:"6735"', 'metadata["order"]:"67"'],
      ['payment_method_details.card.last4:"4242"', 'payment_method_details.card.last4:"42"'],
      ['payment_method_details.card.brand:"visa"', 'payment_method_details.card.brand:"amex"'],
      ['payment_method_details.card.exp_year:"2040"', 'payment_method_details.card.exp_year:"2041"'],
      ['payment_method_details.card.exp_month:"8"', 'payment_method_details.card.exp_month:"9"'],
      ['-payment_method_details.card.fingerprint:null', 'payment_method_details.card_present.last4:"4242"'],
      ['payment_method_details.interac_present.brand:null', '-payment_method_details.interac_present.brand:null'],
    ],
    customers: [
      ['email:"ada@example.com"', 'email:"example.ada"'],
      ['name:"LOVELACE"', 'name:"love"'],
      ['phone:"+1 555"', 'phone:null'],
      ['name~"lace"', 'name~"lice"'],
      ['-metadata["tier"]:null', 'metadata["tier"]:null'],
      ['created>0 AND name:"ada"', 'created>0 AND name:"bob"'],
    ],
    invoices: [
      ['created>0', 'created>=99999999999'],
      ['currency:"usd"', 'currency:"eur"'],
      ['customer:"CUSTOMER"', '-customer:"CUSTOMER"'],
      ['-number:null', 'number:null'],
      ['receipt_number:null', '-receipt_number:null'],
      ['status:"paid"', 'status:"open"'],
      ['-subscription:null', 'subscription:null'],
      ['total:2000', 'total>2000'],
      ['-metadata["x"]:"y"', 'metadata["x"]:"y"'],
    ],
    paymentIntents: [
      ['amount:2000', 'amount<2000'],
      ['created>0', 'created<1'],
      ['currency:"usd"', 'currency:"usdc"'],
      ['customer:"CUSTOMER"', 'customer:null'],
      ['status:"succeeded"', 'status:"processing"'],
      ['-metadata["x"]:"y"', '-metadata["x"]:null'],
    ],
    prices: [
      ['active:"true"', 'active:"false"'],
      ['currency:"usd"', 'currency:"eur"'],
      ['lookup_key:"gold"', 'lookup_key:"silver"'],
      ['product:"prod_1"', '-product:"prod_1"'],
      ['type:"recurring"', 'type:"one_time"'],
      ['metadata["x"]:null', '-metadata["x"]:null'],
    ],
    products: [
      ['active:"true"', '-active:"true"'],
      ['description:"finest tea"', 'description:"tea finest"'],
      ['name~"old te"', 'name~"new te"'],
      ['shippable:"true"', 'shippable:null'],
      ['url:"https://tea.example"', 'url:null'],
      ['metadata["x"]:null', 'metadata["x"]:""'],
    ],
    subscriptions: [
      ['created>0', 'created<1'],
      ['status:"active"', 'status:"canceled"'],
      ['canceled_at:null', 'canceled_at>0'],
      ['metadata["plan"]:"gold"', 'metadata["plan"]:"go"'],
    ],
  };
  const shop = { stripe: undefined as unknown as Stripe, customer: '' };
  beforeAll(async () => {
    shop.stripe = world.client();
    const { stripe: own } = shop;
    const billing_details = { address: { postal_code: '94103' } };
    const card = { number: '4242424242424242', exp_month: 8, exp_year: 2040 };
    const method = await own.paymentMethods.create({ type: 'card', card, billing_details });
    const address = { line1: 'Main St 1' };
    const who = { name: 'Ada Lovelace', email: 'ada@example.com', phone: '+1 555 0100', metadata: { tier: 'gold' }, address };
    const settings = { payment_method: method.id, invoice_settings: { default_payment_method: method.id } };
    const customer = (await own.customers.create({ ...who, ...settings })).id;
    shop.customer = customer;
    const about = { description: 'The finest tea', shippable: true, url: 'https://tea.example' };
    await own.products.create({ id: 'prod_1', name: 'Gold tea', ...about });
    const price = await own.prices.create({
      product: 'prod_1',
      currency: 'usd',
      unit_amount: 2000,
      recurring: { interval: 'month' },
      lookup_key: 'gold',
    });
    await own.subscriptions.create({ customer, items: [{ price: price.id }], metadata: { plan: 'gold' } });
    const [charge] = (await own.charges.list()).data;
    await own.charges.update(charge!.id, { metadata: { order: '6735' } });
  });

  test.each(Object.entries(fields))('%s can be asked for', async (resource, rows) => {
    const found = async (query: string): Promise<number> => {
      const api = (shop.stripe as unknown as Record<string, { search(params: { query: string }): Promise<{ data: unknown[] }> }>)[
        resource
      ]!;
      return (await api.search({ query: query.replace('CUSTOMER', shop.customer) })).data.length;
    };
    const counts = await Promise.all(rows.map(async ([finds, doesNot]) => [finds, await found(finds), doesNot, await found(doesNot)]));
    expect(counts).toEqual(rows.map(([finds, doesNot]) => [finds, 1, doesNot, 0]));
    // The table names every field that the refusal of an unknown one does.
    const refused = (await found('no_such_field:"x"').catch((error: Error) => error)) as Error;
    const supported = /Supported: (.*)\. See/.exec(refused.message)![1]!.split(', ');
    const asked = rows.flat().map((query) => /^-?([a-z_0-9.]+)/.exec(query)![1]!);
    const notCards = supported.filter((field) => !/_present\./.test(field));
    expect(notCards.filter((field) => !asked.includes(field))).toEqual([]);
  });
});
