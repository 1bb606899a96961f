import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

/** The SDK's error, or a failed test where there was none. */
async function refused(promise: Promise<unknown>): Promise<Stripe.errors.StripeError> {
  const error = await promise.then(
    () => undefined,
    (caught) => caught,
  );
  expect(error).toBeInstanceOf(Stripe.errors.StripeError);
  return error;
}

const errorOf = async (answer: Response) => ((await answer.json()) as { error: { type: string; message: string } }).error;

describe('the six verbs', () => {
  test('a created object is retrieved as it was answered', async () => {
    const stripe = world.client();
    const made = await stripe.customers.create({ name: 'Ada', email: 'ada@example.com', metadata: { plan: 'pro' } });
    expect(made.id).toMatch(/^cus_[0-9A-Za-z]{14}$/);
    expect(made).toMatchObject({ object: 'customer', livemode: false, name: 'Ada', metadata: { plan: 'pro' }, description: null });
    expect(await stripe.customers.retrieve(made.id)).toEqual(made);
  });

  test('lists are newest first, paged by cursors both ways, and say whether there is more', async () => {
    const stripe = world.client();
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) ids.unshift((await stripe.customers.create({ name: `C${i}` })).id);
    const first = await stripe.customers.list({ limit: 2 });
    expect([first.data.map((row) => row.id), first.has_more, first.url]).toEqual([ids.slice(0, 2), true, '/v1/customers']);
    const second = await stripe.customers.list({ limit: 3, starting_after: ids[1]! });
    expect([second.data.map((row) => row.id), second.has_more]).toEqual([ids.slice(2), false]);
    const back = await stripe.customers.list({ limit: 2, ending_before: ids[3]! });
    expect([back.data.map((row) => row.id), back.has_more]).toEqual([ids.slice(1, 3), true]);
  });

  test('auto-paging walks everything once', async () => {
    const stripe = world.client();
    for (let i = 0; i < 23; i++) await stripe.products.create({ name: `P${i}` });
    const names = [];
    for await (const product of stripe.products.list({ limit: 5 })) names.push(product.name);
    expect(names).toEqual(Array.from({ length: 23 }, (_, i) => `P${22 - i}`));
  });

  test('created filters a list by range', async () => {
    const stripe = world.client();
    const { created } = await stripe.customers.create({ name: 'now' });
    expect((await stripe.customers.list({ created: { gte: created } })).data).toHaveLength(1);
    expect((await stripe.customers.list({ created: { gt: created + 60 } })).data).toHaveLength(0);
    expect((await stripe.customers.list({ created })).data).toHaveLength(1);
  });

  test('a filter of the contract narrows a list', async () => {
    const stripe = world.client();
    await stripe.customers.create({ email: 'a@example.com' });
    await stripe.customers.create({ email: 'b@example.com' });
    expect((await stripe.customers.list({ email: 'b@example.com' })).data.map((row) => row.email)).toEqual(['b@example.com']);
  });

  test('metadata merges, an empty value deletes its key, an empty hash wipes', async () => {
    const stripe = world.client();
    const { id } = await stripe.customers.create({ metadata: { a: '1', b: '2' } });
    expect((await stripe.customers.update(id, { metadata: { b: '', c: '3' } })).metadata).toEqual({ a: '1', c: '3' });
    expect((await stripe.customers.update(id, { metadata: '' })).metadata).toEqual({});
  });

  test('a deleted customer leaves a stub, no list and no second life', async () => {
    const stripe = world.client();
    const { id } = await stripe.customers.create({});
    expect(await stripe.customers.del(id)).toEqual({ id, object: 'customer', deleted: true });
    expect(await stripe.customers.retrieve(id)).toEqual({ id, object: 'customer', deleted: true });
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await refused(stripe.customers.update(id, { name: 'x' }))).statusCode).toBe(404);
  });

  test('a resource that nobody wrote a file for has all of its verbs', async () => {
    const stripe = world.client();
    const made = await stripe.terminal.locations.create({
      display_name: 'HQ',
      address: { line1: '1 Main St', city: 'Springfield', country: 'US', postal_code: '62701', state: 'IL' },
    });
    expect(made).toMatchObject({ object: 'terminal.location', display_name: 'HQ', address: { city: 'Springfield' } });
    expect(await stripe.terminal.locations.update(made.id, { display_name: 'Office' })).toMatchObject({ display_name: 'Office' });
    expect((await stripe.terminal.locations.list()).data.map((row) => row.id)).toEqual([made.id]);
    expect((await stripe.terminal.locations.del(made.id)).deleted).toBe(true);
  });
});

describe('refusals', () => {
  const cases: readonly [string, (stripe: Stripe) => Promise<unknown>, Partial<Stripe.errors.StripeError>][] = [
    [
      'an unknown id',
      (s) => s.customers.retrieve('cus_x'),
      { statusCode: 404, code: 'resource_missing', param: 'id', message: "No such customer: 'cus_x'" },
    ],
    [
      'an unknown parameter',
      (s) => s.customers.create({ nope: 1 } as never),
      { statusCode: 400, code: 'parameter_unknown', message: 'Received unknown parameter: nope' },
    ],
    [
      'a missing parameter',
      (s) => s.products.create({} as never),
      { statusCode: 400, code: 'parameter_missing', param: 'name', message: 'Missing required param: name.' },
    ],
    [
      'a word for a number',
      (s) => s.customers.list({ limit: 'abc' as never }),
      { statusCode: 400, code: 'parameter_invalid_integer', message: 'Invalid integer: abc' },
    ],
    [
      'a cursor that is not there',
      (s) => s.customers.list({ starting_after: 'cus_x' }),
      { statusCode: 400, code: 'resource_missing', param: 'starting_after' },
    ],
    [
      'a property that cannot be expanded',
      (s) => s.customers.create({ expand: ['nope'] }),
      { statusCode: 400, message: 'This property cannot be expanded (nope).' },
    ],
    ['a search that cannot be parsed', (s) => s.customers.search({ query: 'email' }), { statusCode: 400, param: 'query' }],
  ];
  test.each(cases)('%s is refused in Stripe’s words', async (_name, act, expected) => {
    expect(await refused(act(world.client()))).toMatchObject(expected);
  });

  test('a bad expand path stops a create before anything is made', async () => {
    const stripe = world.client();
    await refused(stripe.customers.create({ expand: ['nope'] }));
    expect((await stripe.customers.list()).data).toEqual([]);
  });

  test('each status has the SDK class that it should', async () => {
    expect(await refused(world.client('sk_test_').customers.list())).toBeInstanceOf(Stripe.errors.StripeAuthenticationError);
    expect(await refused(world.client().customers.list({}, { stripeAccount: 'acct_nope' }))).toBeInstanceOf(
      Stripe.errors.StripePermissionError,
    );
    expect(await refused(world.client().customers.retrieve('cus_x'))).toBeInstanceOf(Stripe.errors.StripeInvalidRequestError);
  });

  test('an unknown URL is refused as JSON with the method and the path', async () => {
    const answer = await world.raw('/v1/nope');
    expect([answer.status, (await errorOf(answer)).message]).toEqual([
      404,
      expect.stringContaining('Unrecognized request URL (GET: /v1/nope)'),
    ]);
  });

  test('v2 says in a sentence that it is not served', async () => {
    expect((await errorOf(await world.raw('/v2/core/events'))).message).toContain('does not simulate /v2');
  });
});

describe('idempotency', () => {
  const post = (key: string, idempotencyKey: string, body: string, path = '/v1/customers') =>
    world.raw(path, {
      method: 'POST',
      key,
      body,
      headers: { 'Idempotency-Key': idempotencyKey, 'Content-Type': 'application/x-www-form-urlencoded' },
    });

  test('a repeated request is answered byte for byte and made once', async () => {
    const key = inventKey();
    const first = await post(key, 'k1', 'name=Ada');
    const again = await post(key, 'k1', 'name=Ada');
    expect(await again.text()).toBe(await first.text());
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.headers.get('original-request')).toBe(first.headers.get('request-id'));
    expect(again.headers.get('request-id')).not.toBe(first.headers.get('request-id'));
    expect((await world.client(key).customers.list()).data).toHaveLength(1);
  });

  test('the same key with other parameters or another endpoint is refused', async () => {
    const key = inventKey();
    await post(key, 'k1', 'name=Ada');
    const other = await post(key, 'k1', 'name=Bob');
    expect([other.status, (await errorOf(other)).type]).toEqual([400, 'idempotency_error']);
    const elsewhere = await post(key, 'k1', 'name=Ada', '/v1/products');
    expect((await errorOf(elsewhere)).message).toContain("('/v1/customers' vs '/v1/products')");
  });

  test('keys of two accounts do not meet', async () => {
    const ids = await Promise.all(
      [inventKey(), inventKey()].map(async (key) => ((await (await post(key, 'same', 'name=Ada')).json()) as { id: string }).id),
    );
    expect(new Set(ids).size).toBe(2);
  });

  test('a refused parameter is not remembered', async () => {
    const key = inventKey();
    expect((await post(key, 'k1', 'nope=1')).status).toBe(400);
    expect((await post(key, 'k1', 'name=Ada')).status).toBe(200);
  });
});

describe('keys', () => {
  test('a key never seen before opens an account of its own', async () => {
    const [a, b] = [world.client(), world.client()];
    await a.customers.create({ name: 'mine' });
    expect((await b.customers.list()).data).toEqual([]);
    expect((await a.accounts.retrieveCurrent()).id).not.toBe((await b.accounts.retrieveCurrent()).id);
  });

  test('with strict keys an unknown key is refused and shown masked', async () => {
    const strict = await testPlatform({ strictKeys: true });
    const error = await refused(strict.client('sk_test_1234567890abcdefghij').customers.list());
    expect(error.message).toMatch(/^Invalid API Key provided: sk_test_123\*+ghij$/);
    await strict.platform.close();
  });

  test('Basic and Bearer are one', async () => {
    const key = inventKey();
    const { id } = await world.client(key).customers.create({});
    const answer = await world.raw(`/v1/customers/${id}`, {
      headers: { Authorization: `Basic ${Buffer.from(`${key}:`).toString('base64')}` },
    });
    expect(await answer.json()).toMatchObject({ id });
  });
});

describe('stripe-mock’s way', () => {
  test('an id that was never created is answered from the contract, with the header its clients insist on', async () => {
    const mock = await testPlatform({ stripeMock: true });
    const answer = await mock.raw('/v1/charges/ch_123', { key: 'sk_test_123' });
    expect(await answer.json()).toMatchObject({ id: 'ch_123', object: 'charge' });
    expect(answer.headers.get('stripe-mock-version')).toMatch(/^\d+\.\d+\.\d+$/);
    await mock.platform.close();
  });
});
