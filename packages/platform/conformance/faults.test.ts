import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { createPlatform } from '../src/index.ts';
import { removeFolder, temporaryFolder } from './process.ts';
import { Receiver } from './receiver.ts';
import { until } from './until.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());
afterEach(async () => {
  await world.platform.control.clearFaults();
  await world.platform.control.clearRateLimits();
});

const faults = (...rules: Record<string, unknown>[]) => world.platform.control.setFaults({ seed: 1, rules });
const hits = async () => (await world.platform.control.faults()).rules.map((rule) => rule.hits);

describe('a fault of the API', () => {
  test.each([
    ['500 after the commit', { fault: 'error', when: 'after' }],
    ['500 before it', { fault: 'error', when: 'before' }],
    ['an answer that never comes', { fault: 'timeout', for: 0 }],
    ['429 that says it may be tried again', { fault: 'rate_limit', length: 1, should_retry: true }],
  ])('%s is survived by the SDK, and the work is done once', async (_what, fault) => {
    const stripe = world.client(inventKey(), { maxNetworkRetries: 2 });
    await stripe.customers.list();
    await faults({ ...fault, count: 1, operation: 'POST /v1/customers' });
    const made = await stripe.customers.create({ name: 'Once' });
    expect(await hits()).toEqual([1]);
    const { data } = await world.platform.control.requests({ path: '/v1/customers', method: 'POST', limit: 2 });
    expect(data.map((entry) => entry.fault)).toEqual([undefined, fault.fault]);
    expect((await stripe.customers.list()).data).toEqual([made]);
    expect((await stripe.events.list()).data).toHaveLength(1);
  });

  test('429 comes in bursts, with its reason', async () => {
    const stripe = world.client();
    await faults({ fault: 'rate_limit', length: 3, count: 1, reason: 'endpoint-rate' });
    for (let i = 0; i < 3; i++) {
      const error = await stripe.customers.list().catch((caught) => caught);
      expect(error).toBeInstanceOf(Stripe.errors.StripeRateLimitError);
      expect(error).toMatchObject({ code: 'rate_limit', headers: { 'stripe-rate-limited-reason': 'endpoint-rate' } });
    }
    expect((await stripe.customers.list()).data).toEqual([]);
  });

  test('a lock timeout is a 429 without that header; a limit may come as 400', async () => {
    const stripe = world.client();
    await faults({ fault: 'rate_limit', length: 1, count: 1, reason: 'lock_timeout' });
    const lock = await stripe.customers.list().catch((caught) => caught);
    expect([lock.statusCode, lock.code, lock.headers['stripe-rate-limited-reason']]).toEqual([429, 'lock_timeout', undefined]);
    await faults({ fault: 'rate_limit', length: 1, count: 1, status: 400 });
    const limit = await stripe.customers.list().catch((caught) => caught);
    expect([limit.statusCode, limit.code]).toEqual([400, 'rate_limit']);
  });

  test('while a slow request is under way, its idempotency key is in use', async () => {
    const key = inventKey();
    const post = () =>
      world.raw('/v1/customers', {
        key,
        method: 'POST',
        headers: { 'Idempotency-Key': 'twice' },
        body: new URLSearchParams({ name: 'Slow' }),
      });
    await faults({ fault: 'slow', from: 0.5, count: 1, method: 'POST' });
    const first = post();
    await until(() => world.platform.running.size > 0);
    const second = await post();
    expect([second.status, ((await second.json()) as Record<string, Record<string, string>>).error!.code]).toEqual([
      409,
      'idempotency_key_in_use',
    ]);
    const done = await (await first).text();
    const third = await post();
    expect([third.headers.get('idempotent-replayed'), await third.text()]).toEqual(['true', done]);
  });

  test('a stale list is behind, single objects are not, and it catches up', async () => {
    const stripe = world.client();
    const before = await stripe.customers.create({ name: 'Before' });
    await faults({ fault: 'stale_list', behind: 1.5 });
    const after = await stripe.customers.create({ name: 'After' });
    await stripe.customers.update(before.id, { name: 'Changed' });
    expect((await stripe.customers.list()).data.map((row) => row.name)).toEqual(['Before']);
    expect((await stripe.customers.retrieve(before.id)) as Stripe.Customer).toMatchObject({ name: 'Changed' });
    const names = async () => (await stripe.customers.list()).data.map((row) => `${row.id} ${row.name}`).join();
    await until(async () => (await names()) === `${after.id} After,${before.id} Changed`);
  });

  test('strikes only the account that it names', async () => {
    const [a, b] = [world.client(), world.client()];
    const { id } = await a.accounts.retrieveCurrent();
    await faults({ fault: 'error', account: id });
    await expect(a.customers.list()).rejects.toMatchObject({ statusCode: 500 });
    expect((await b.customers.list()).data).toEqual([]);
  });
});

describe('the Date header', () => {
  const dateOf = async () => Date.parse((await world.raw('/v1/customers')).headers.get('date')!);

  test('is wrong by the skew, and follows the platform’s clock', async () => {
    await faults({ fault: 'clock_skew', seconds: -7200 });
    expect(Math.abs((await dateOf()) - (Date.now() - 7_200_000))).toBeLessThan(60_000);
    await world.platform.control.clearFaults();
    await world.platform.control.setClock({ to: '2031-05-05T00:00:00Z', speed: 0 });
    expect(await dateOf()).toBe(Date.parse('2031-05-05T00:00:00Z'));
    await world.platform.control.setClock({ to: 'real', speed: 1 });
  });
});

describe('a fault of webhooks', () => {
  let hook: Receiver;
  let stripe: Stripe;
  let endpoint: Stripe.WebhookEndpoint;
  beforeEach(async () => {
    hook = await Receiver.open();
    stripe = world.client();
    endpoint = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
  });
  afterEach(() => hook.close());

  const states = async () => (await world.platform.control.deliveries({ endpoint: endpoint.id })).data.map((row) => row.state);
  const createCustomers = async (count: number) => {
    const names = Array.from({ length: count }, (_, i) => `C${i}`);
    for (const name of names) await stripe.customers.create({ name });
    return names;
  };
  const namesReceived = () => hook.received.map((one) => (one.event.data.object as Stripe.Customer).name!);

  test('drop loses an event for good', async () => {
    await faults({ fault: 'drop', type: 'customer.created' });
    const { id } = await stripe.customers.create({});
    await stripe.customers.update(id, { name: 'Later' });
    await hook.first('customer.updated');
    await until(async () => (await states()).sort().join() === 'delivered,failed');
    expect(hook.types()).toEqual(['customer.updated']);
    const { data } = await world.platform.control.deliveries({ endpoint: endpoint.id, state: 'failed' });
    expect(data[0]).toMatchObject({ attempts: 0, retry_at: null, reason: 'Dropped: a fault that was asked for.' });
  });

  test('duplicate sends the same event again, signed anew', async () => {
    await faults({ fault: 'duplicate', times: 2 });
    await createCustomers(1);
    await hook.until((all) => all.length === 3);
    expect(new Set(hook.received.map((one) => one.event.id)).size).toBe(1);
    for (const { body, headers } of hook.received) stripe.webhooks.constructEvent(body, headers['stripe-signature']!, endpoint.secret!);
    const id = `${hook.received[0]!.event.id}.${endpoint.id}`;
    await until(async () => (await world.platform.control.delivery(id)).attempts.length === 3);
    const shown = await world.platform.control.delivery(id);
    expect(shown.attempts.map((attempt) => attempt.fault)).toEqual([undefined, 'duplicate', 'duplicate']);
    expect((await stripe.events.retrieve(shown.event)).pending_webhooks).toBe(0);
  });

  test('reorder lets events overtake each other, and loses none', async () => {
    await faults({ fault: 'reorder', window: 0.3 });
    const names = await createCustomers(30);
    await hook.until((all) => all.length === names.length);
    expect(namesReceived()).not.toEqual(names);
    expect(namesReceived().sort()).toEqual([...names].sort());
  });

  test('delay holds an event back', async () => {
    await faults({ fault: 'delay', from: 1, to: 1, type: 'customer.created' });
    const { id } = await stripe.customers.create({});
    await stripe.customers.update(id, { name: 'Overtakes' });
    await hook.until((all) => all.length === 2);
    expect(hook.types()).toEqual(['customer.updated', 'customer.created']);
  });

  test('clock skew makes signatures stale', async () => {
    await faults({ fault: 'clock_skew', seconds: -3600 });
    await createCustomers(1);
    const { body, headers } = await hook.first('customer.created');
    const verify = (tolerance?: number) => stripe.webhooks.constructEvent(body, headers['stripe-signature']!, endpoint.secret!, tolerance);
    expect(() => verify()).toThrow('Timestamp outside the tolerance zone');
    expect(verify(7200).type).toBe('customer.created');
  });
});

describe('the rate limiter', () => {
  test('refuses what exceeds the limit of an account, as Stripe does, and counts everything', async () => {
    const [stripe, other] = [world.client(), world.client()];
    const { id } = await stripe.accounts.retrieveCurrent();
    await world.platform.control.setRateLimits({ test: 10, window: 60_000 });
    const answers = await Promise.all(Array.from({ length: 14 }, () => stripe.customers.list().catch((error) => error)));
    const refused = answers.filter((answer) => answer instanceof Stripe.errors.StripeRateLimitError);
    expect(refused).toHaveLength(4);
    expect(refused[0]!.headers).toMatchObject({ 'stripe-rate-limited-reason': 'global-rate' });
    expect((await other.customers.list()).data).toEqual([]);
    const { accounts } = await world.platform.control.rateLimits();
    expect(accounts.find((row) => row.account === id)).toEqual({
      account: id,
      livemode: false,
      requests: 14,
      peak: 14,
      refused: 4,
      operations: [{ operation: 'GET /v1/customers', requests: 14, peak: 14 }],
    });
  });

  test('counts without refusing where it is told to, and an operation has a limit of its own', async () => {
    const stripe = world.client();
    await world.platform.control.setRateLimits({ test: 2, enforce: false, window: 60_000 });
    for (let i = 0; i < 5; i++) await stripe.customers.list();
    expect((await world.platform.control.rateLimits()).accounts[0]).toMatchObject({ peak: 5, refused: 0 });
    await world.platform.control.setRateLimits({ endpoint: 2, window: 60_000 });
    await stripe.customers.list();
    await stripe.products.list();
    await stripe.customers.list();
    const error = await stripe.customers.list().catch((caught) => caught);
    expect(error.headers['stripe-rate-limited-reason']).toBe('endpoint-rate');
  });
});

test('a recipe file is read at the start; one that is none is refused in a sentence', async () => {
  const folder = temporaryFolder();
  const file = join(folder, 'recipe.yaml');
  writeFileSync(file, 'seed: 3\nrules:\n  - fault: error\n    method: GET\n');
  await using platform = await createPlatform({ faults: file });
  expect((await fetch(`${platform.url}/v1/customers`, { headers: { Authorization: 'Bearer sk_test_recipe_file' } })).status).toBe(500);
  writeFileSync(file, 'rules:\n  - fault: melt\n');
  await expect(createPlatform({ faults: file })).rejects.toThrow(`The recipe ${file} cannot be used: 'fault' is "melt"`);
  removeFolder(folder);
});
