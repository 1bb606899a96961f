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

  test('all seven resources can be searched', async () => {
    const searches = [
      stripe.charges,
      stripe.customers,
      stripe.invoices,
      stripe.paymentIntents,
      stripe.prices,
      stripe.products,
      stripe.subscriptions,
    ];
    for (const resource of searches) expect((await resource.search({ query: 'metadata["none"]:"x"' })).data).toEqual([]);
  });
});
