import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
const key = inventKey();
beforeAll(async () => {
  world = await testPlatform();
  await world.client(key).customers.create({ name: 'untouched' });
});
afterAll(() => world.platform.close());

const paths = fc.constantFrom(
  '/v1/customers',
  '/v1/payment_intents',
  '/v1/subscriptions',
  '/v1/prices',
  '/v1/invoices',
  '/v1/products',
  '/v1/customers/cus_x',
  '/v1/coupons',
);
const keys = fc.oneof(
  fc.constantFrom(
    '__proto__',
    'constructor',
    'prototype',
    'a[__proto__][b]',
    'metadata[a][b]',
    'items[0][price][x]',
    'expand',
    'expand[a]',
    '[',
    ']',
    '[]',
    '[[]]',
    'a[',
    'a]b[',
    'toString',
  ),
  fc.nat({ max: 200 }).map((depth) => `a${'[b]'.repeat(depth)}`),
  fc.nat({ max: 40 }).map((size) => 'k'.repeat(size * 500)),
  fc.string({ maxLength: 20 }),
);
const values = fc.oneof(
  fc.constantFrom(
    '%',
    '%zz',
    '%ff',
    '%c3%28',
    '%00',
    '\u0000',
    '+',
    '',
    'NaN',
    '-1',
    '1e999',
    '0x10',
    '99999999999999999999',
    'true',
    '[]',
    '{}',
  ),
  fc.string({ maxLength: 40 }),
  fc.nat({ max: 20 }).map((size) => 'v'.repeat(size * 1000)),
);
const body = fc
  .array(fc.tuple(keys, values), { minLength: 1, maxLength: 6 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join('&'));
const type = fc.constantFrom(
  'application/x-www-form-urlencoded',
  'application/json',
  'text/plain',
  'multipart/form-data',
  'multipart/form-data; boundary=x',
  '',
);

/** Nothing about a malformed request may be worse than a refusal in Stripe's shape. */
async function expectRefusal(answer: Response): Promise<void> {
  expect(answer.status).toBeGreaterThanOrEqual(400);
  expect(answer.status).toBeLessThan(500);
  const { error } = (await answer.json()) as { error: unknown };
  expect(error).toMatchObject({ type: expect.stringMatching(/_error$/), message: expect.any(String) });
}

describe('malformed requests', () => {
  test('2,000 of them are refused in Stripe’s shape and change nothing', async () => {
    const before = world.platform.store.snapshot().rows.filter(({ row }) => !row.object.startsWith('annex.')).length;
    await fc.assert(
      fc.asyncProperty(paths, body, type, async (path, text, contentType) => {
        const answer = await world.raw(path, {
          method: 'POST',
          key,
          body: text,
          headers: contentType === '' ? {} : { 'Content-Type': contentType },
        });
        // A body may happen to be a good request for a resource without required parameters; what it names is then unknown.
        if (answer.status === 200) throw new Error(`accepted: ${contentType} ${text.slice(0, 200)}`);
        await expectRefusal(answer);
      }),
      { numRuns: 2000 },
    );
    expect(world.platform.store.snapshot().rows.filter(({ row }) => !row.object.startsWith('annex.')).length).toBe(before);
    expect((await world.client(key).customers.list()).data.map((row) => row.name)).toEqual(['untouched']);
  });

  test('a query string is judged like a body', async () => {
    await fc.assert(
      fc.asyncProperty(body, async (text) => {
        await expectRefusal(await world.raw(`/v1/customers?${encodeURI(text).replaceAll('#', '%23').slice(0, 15_000)}`, { key }));
      }),
      { numRuns: 200 },
    );
  });

  test('wrong methods and paths are unknown URLs', async () => {
    for (const method of ['PUT', 'PATCH', 'DELETE', 'OPTIONS']) await expectRefusal(await world.raw('/v1/customers', { method, key }));
    for (const path of [
      '/v1/',
      '/v1/customers/',
      '/v1//',
      '/v1/%',

      '/v1/customers/cus_x/nope',
      '/v1/__proto__',
      '/v1/constructor',
    ]) {
      await expectRefusal(await world.raw(path, { key }));
    }
  });

  test('a body over the limit is refused with 413 before it is decoded', async () => {
    const answer = await world.raw('/v1/customers', { method: 'POST', key, body: `name=${'x'.repeat(1024 * 1024)}` });
    expect(answer.status).toBe(413);
  });

  test('metadata may be called __proto__ and pollutes nothing', async () => {
    const answer = await world.raw('/v1/customers', {
      method: 'POST',
      key: inventKey(),
      body: 'metadata[__proto__]=polluted&metadata[constructor]=x',
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
    });
    expect(await answer.text()).toContain('"__proto__": "polluted"');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });

  test('bytes that are no HTTP do not take the server down', async () => {
    const { hostname, port } = new URL(world.platform.url);
    const reply = await new Promise<string>((resolve) => {
      const socket = connect(Number(port), hostname, () => socket.write('\x16\x03\x01 nonsense\r\n\r\n'));
      let text = '';
      socket.on('data', (chunk) => (text += chunk.toString()));
      socket.on('close', () => resolve(text));
    });
    expect(reply).toContain('400');
    expect((await world.raw('/v1/customers', { key })).status).toBe(200);
  });
});

describe('what is not simulated is refused, and nothing is kept of it:', () => {
  const requests: readonly [path: string, body: Record<string, string>, param: string][] = [
    [
      'subscriptions',
      { customer: 'cus_x', 'items[0][price]': 'price_x', 'items[0][billing_thresholds][usage_gte]': '5' },
      'items[0][billing_thresholds]',
    ],
    ['subscription_items/si_x', { 'billing_thresholds[usage_gte]': '5' }, 'billing_thresholds'],
    [
      'subscription_schedules',
      { 'phases[0][items][0][price]': 'price_x', 'phases[0][transfer_data][destination]': 'acct_x' },
      'phases[0][transfer_data]',
    ],
    ['invoices', { customer_account: 'acct_x' }, 'customer_account'],
    ['invoices/in_x/pay', { forgive: 'true' }, 'forgive'],
    ['quotes', { 'line_items[0][price]': 'price_x', 'line_items[0][discounts][0][coupon]': 'ten' }, 'line_items[0][discounts]'],
    ['payment_intents', { amount: '500', currency: 'usd', payment_method_configuration: 'pmc_x' }, 'payment_method_configuration'],
    ['payment_methods', { payment_method: 'pm_x', customer: 'cus_x' }, 'payment_method'],
    [
      'setup_intents',
      { 'payment_method_data[type]': 'link', 'payment_method_data[radar_options][session]': 'rse_x' },
      'payment_method_data[radar_options]',
    ],
    [
      'payment_intents/pi_x/increment_authorization',
      {
        amount: '900',
        'amount_details[line_items][0][product_name]': 'Tea',
        'amount_details[line_items][0][quantity]': '1',
        'amount_details[line_items][0][unit_cost]': '900',
      },
      'amount_details[line_items]',
    ],
    ['setup_intents', { 'single_use[amount]': '500', 'single_use[currency]': 'usd' }, 'single_use'],
    ['transfers', { currency: 'usd', destination: 'acct_x', source_type: 'fpx' }, 'source_type'],
  ];
  test.each(requests)('%s with %o', async (path, body, param) => {
    const answer = await world.raw(`/v1/${path}`, { method: 'POST', key, body: new URLSearchParams(body) });
    expect([answer.status, await answer.json()]).toMatchObject([
      501,
      { error: { param, message: expect.stringMatching(/^Annex does not simulate/) } },
    ]);
  });

  test('unset it asks for nothing', async () => {
    const stripe = world.client(key);
    const product = await stripe.products.create({ name: 'P' });
    const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 5, recurring: { interval: 'month' } });
    const customer = await stripe.customers.create();
    const billed = { collection_method: 'send_invoice', days_until_due: 5 } as const;
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...billed, billing_thresholds: '' });
  });
});
