import type { ServerResponse } from 'node:http';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { DISABLE_AFTER, RETRY_AFTER } from '../src/webhooks/schedule.ts';
import { Receiver } from './receiver.ts';
import { until } from './until.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
let hook: Receiver;
beforeAll(async () => {
  world = await testPlatform({ webhookTimeout: 300 });
});
afterAll(() => world.platform.close());
beforeEach(async () => {
  hook = await Receiver.open();
});
afterEach(async () => {
  await world.platform.control.setClock({ to: 'real' });
  await hook.close();
});

const deliveries = async (endpoint: string) => (await world.platform.control.deliveries({ endpoint })).data;

describe('a delivery', () => {
  test('is the event, signed so that the SDK accepts it, with the documented headers', async () => {
    const stripe = world.client();
    const endpoint = await stripe.webhookEndpoints.create({ url: `${hook.url}?via=query`, enabled_events: ['customer.created'] });
    const customer = await stripe.customers.create({ name: 'Ada' });
    const { headers, body, path } = await hook.first('customer.created');
    const event = stripe.webhooks.constructEvent(body, headers['stripe-signature']!, endpoint.secret!);
    expect(path).toBe('/hook?via=query');
    expect(event.data.object).toEqual(customer);
    expect(event).toMatchObject({ object: 'event', livemode: false, pending_webhooks: 1, type: 'customer.created' });
    expect(event).not.toHaveProperty('account');
    expect(body).toBe(JSON.stringify(event, null, 2));
    expect(headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
      'cache-control': 'no-cache',
    });
    expect(() => stripe.webhooks.constructEvent(body, headers['stripe-signature']!, 'whsec_other')).toThrow(/No signatures found/);
  });

  test('that is acknowledged takes its endpoint out of pending_webhooks', async () => {
    const stripe = world.client();
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.webhookEndpoints.create({ url: 'http://127.0.0.1:1/nobody', enabled_events: ['*'] });
    await stripe.customers.create({});
    const { event } = await hook.first('customer.created');
    expect(event.pending_webhooks).toBe(2);
    await until(async () => (await deliveries(id))[0]?.state === 'delivered');
    expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(1);
    expect((await stripe.events.list({ delivery_success: true })).data).toEqual([]);
    expect((await stripe.events.list({ delivery_success: false })).data.map((row) => row.id)).toEqual([event.id]);
  });

  test('keeps what was sent and what came back, byte for byte', async () => {
    const stripe = world.client();
    hook.respond = (_received, response) => response.writeHead(503, { 'x-reason': 'tired' }).end('come back later');
    const { id, secret } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    const { body, headers } = await hook.first('customer.created');
    await until(async () => (await deliveries(id))[0]?.attempts === 1);
    const [listed] = await deliveries(id);
    const shown = await world.platform.control.delivery(listed!.id);
    expect(shown).toMatchObject({ state: 'pending', tries: 1 });
    expect(shown.attempts[0]).toMatchObject({ status: 503, answer: 'come back later', error: null, url: hook.url });
    expect(shown.attempts[0]!.headers).toMatchObject({ 'x-reason': 'tired' });
    expect(shown.attempts[0]!.request.body).toBe(body);
    expect(shown.attempts[0]!.request.headers['Stripe-Signature']).toBe(headers['stripe-signature']);
    expect(() => stripe.webhooks.constructEvent(shown.attempts[0]!.request.body, shown.attempts[0]!.signature, secret!)).not.toThrow();
  });

  test('is rendered in the version that its endpoint is pinned to', async () => {
    const stripe = world.client();
    await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'], api_version: '2024-06-20' });
    const { id } = await stripe.customers.create({});
    const { event } = await hook.first('customer.created');
    expect([event.api_version, (event.data.object as { id: string }).id]).toEqual(['2024-06-20', id]);
  });
});

describe('retries', () => {
  test('follow the schedule on the platform’s clock, and end', async () => {
    const stripe = world.client();
    hook.respond = (_received, response) => response.writeHead(500).end();
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    const pauses: number[] = [];
    for (let tries = 1; tries <= RETRY_AFTER.test.length; tries++) {
      await until(async () => (await deliveries(id))[0]?.tries === tries);
      const [{ retry_at, attempts }] = (await deliveries(id)) as unknown as [{ retry_at: number; attempts: number }];
      expect(attempts).toBe(tries);
      pauses.push(retry_at - world.platform.clock.now());
      await world.platform.control.setClock({ to: String(retry_at) });
    }
    await until(async () => (await deliveries(id))[0]?.state === 'failed');
    for (const [i, pause] of pauses.entries()) expect(Math.abs(pause - RETRY_AFTER.test[i]!)).toBeLessThanOrEqual(1);
    expect(hook.received.map((one) => one.event.id)).toEqual(Array(RETRY_AFTER.test.length + 1).fill(hook.received[0]!.event.id));
    expect((await deliveries(id))[0]).toMatchObject({ retry_at: null, tries: RETRY_AFTER.test.length + 1 });
  });

  test('are signed anew each time', async () => {
    const stripe = world.client();
    hook.respond = (_received, response) => response.writeHead(hook.received.length === 1 ? 500 : 200).end();
    const { id, secret } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    await until(async () => (await deliveries(id))[0]?.tries === 1);
    await world.platform.control.setClock({ by: RETRY_AFTER.test[0]! + 1 });
    await until(async () => (await deliveries(id))[0]?.state === 'delivered');
    for (const { body, headers } of hook.received) stripe.webhooks.constructEvent(body, headers['stripe-signature']!, secret!);
    expect(hook.received).toHaveLength(2);
  });

  test.each([
    ['a redirect', (response: ServerResponse) => response.writeHead(302, { Location: '/elsewhere' }).end(), { status: 302 }],
    ['a client error', (response: ServerResponse) => response.writeHead(404).end(), { status: 404 }],
    ['a closed connection', (response: ServerResponse) => response.destroy(), { status: null, error: /closed before an answer/ }],
    ['no answer', () => undefined, { status: null, error: /^No answer came within 0\.3 s\.$/ }],
  ])('%s is a failure', async (_what, respond, expected) => {
    const stripe = world.client();
    hook.respond = (_received, response) => void respond(response);
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    await until(async () => (await deliveries(id))[0]?.tries === 1);
    const [delivery] = await deliveries(id);
    expect(delivery).toMatchObject({ state: 'pending', last_status: expected.status });
    if ('error' in expected) expect(delivery!.last_error).toMatch(expected.error);
    expect(hook.received.every((one) => one.path === '/hook')).toBe(true);
  });

  test('end where the endpoint is disabled when they fall due, and go on where it was enabled again', async () => {
    const stripe = world.client();
    hook.respond = (_received, response) => response.writeHead(500).end();
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    await until(async () => (await deliveries(id))[0]?.tries === 1);
    await stripe.webhookEndpoints.update(id, { disabled: true });
    await stripe.webhookEndpoints.update(id, { disabled: false });
    await world.platform.control.setClock({ by: RETRY_AFTER.test[0]! + 1 });
    await until(async () => (await deliveries(id))[0]?.tries === 2);
    await stripe.webhookEndpoints.update(id, { disabled: true });
    await world.platform.control.setClock({ by: RETRY_AFTER.test[1]! + 1 });
    await until(async () => (await deliveries(id))[0]?.state === 'failed');
    expect((await deliveries(id))[0]).toMatchObject({ tries: 2, reason: 'The endpoint was disabled when the delivery fell due.' });
  });

  test('an endpoint that fails for days is disabled', async () => {
    const stripe = world.client();
    hook.respond = (_received, response) => response.writeHead(500).end();
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['customer.created'] });
    await stripe.customers.create({});
    await until(async () => (await world.platform.control.webhookEndpoint(id)).failing_since !== null);
    await world.platform.control.setClock({ by: DISABLE_AFTER + 1 });
    await stripe.customers.create({});
    await until(async () => (await stripe.webhookEndpoints.retrieve(id)).status === 'disabled');
    await stripe.webhookEndpoints.update(id, { disabled: false });
    expect((await world.platform.control.webhookEndpoint(id)).failing_since).toBeNull();
  });
});

describe('endpoints do not wait for each other', () => {
  test('one that hangs holds a few deliveries, and the healthy one gets all', async () => {
    const patient = await testPlatform({ webhookTimeout: 60_000 });
    const hanging = await Receiver.open();
    hanging.respond = () => undefined;
    const stripe = patient.client();
    await stripe.webhookEndpoints.create({ url: hanging.url, enabled_events: ['customer.created'] });
    const healthy = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['customer.created'] });
    const made: string[] = [];
    for (let i = 0; i < 100; i++) made.push((await stripe.customers.create({ name: `${i}` })).id);
    await hook.until((all) => all.length === made.length);
    expect(hook.received.map((one) => (one.event.data.object as { id: string }).id).sort()).toEqual(made.sort());
    expect(hanging.received.length).toBeLessThan(made.length);
    await until(async () => (await patient.platform.control.deliveries({ endpoint: healthy.id, state: 'pending' })).data.length === 0);
    await patient.platform.close();
    await hanging.close();
  });

  test('a host that is not on the list is never called', async () => {
    const strict = await testPlatform({ allowWebhookHosts: ['hooks.example'] });
    const stripe = strict.client();
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    await until(async () => (await strict.platform.control.deliveries({ endpoint: id })).data[0]?.attempts === 1);
    const { data } = await strict.platform.control.deliveries({ endpoint: id });
    expect(data[0]!.last_error).toBe(`${hook.url} was not called: --allow-webhook-hosts allows hooks.example only.`);
    expect(hook.received).toEqual([]);
    await strict.platform.close();
  });
});

describe('a secret that is rolled', () => {
  test('signs beside the old one until the overlap ends', async () => {
    const stripe = world.client();
    const { id, secret: old } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    const { secret: fresh } = await world.platform.control.rollSecret({ id, keep_old_for: 3600 });
    expect(fresh).not.toBe(old);
    await stripe.customers.create({});
    const { body, headers } = await hook.first('customer.created');
    const signature = headers['stripe-signature'] as string;
    expect(signature.match(/v1=/g)).toHaveLength(2);
    for (const secret of [old!, fresh]) expect(stripe.webhooks.constructEvent(body, signature, secret).type).toBe('customer.created');
    await world.platform.control.setClock({ by: 3601 });
    const { id: product } = await stripe.products.create({ name: 'Later' });
    expect(product).toBeTruthy();
    const later = await hook.first('product.created');
    expect(() => stripe.webhooks.constructEvent(later.body, later.headers['stripe-signature']!, old!)).toThrow();
    expect(stripe.webhooks.constructEvent(later.body, later.headers['stripe-signature']!, fresh).type).toBe('product.created');
  });
});

describe('by hand', () => {
  test('an event is sent again with the same id; the schedule stays as it was', async () => {
    const stripe = world.client();
    hook.respond = (_received, response) => response.writeHead(hook.received.length === 1 ? 500 : 200).end();
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await stripe.customers.create({});
    await until(async () => (await deliveries(id))[0]?.tries === 1);
    const [before] = await deliveries(id);
    await world.platform.control.resend(before!.id);
    await until(async () => (await deliveries(id))[0]?.attempts === 2);
    const [after] = await deliveries(id);
    expect(after).toMatchObject({ state: 'pending', tries: 1, retry_at: before!.retry_at, asked: 0 });
    expect(hook.received[1]!.event.id).toBe(before!.event);
    expect((await stripe.events.retrieve(before!.event)).pending_webhooks).toBe(0);
  });

  test('the CLI’s retry operation sends an event to an endpoint it was never owed to', async () => {
    const key = inventKey();
    const stripe = world.client(key);
    await stripe.customers.create({});
    const [event] = (await stripe.events.list()).data;
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['invoice.paid'] });
    const path = `/v1/events/${event!.id}/retry`;
    const answer = await world.raw(path, { key, method: 'POST', body: new URLSearchParams({ webhook_endpoint: id }) });
    expect([answer.status, ((await answer.json()) as { id: string }).id]).toEqual([200, event!.id]);
    const received = await hook.first('customer.created');
    expect(received.event.id).toBe(event!.id);
    expect((await world.raw(path, { method: 'POST' })).status).toBe(404);
  });

  test('a test event has the right shape, a valid signature, and is in no list', async () => {
    const stripe = world.client();
    const { id, secret } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'] });
    await world.platform.control.testEndpoint({ id, type: 'invoice.paid' });
    const { body, headers } = await hook.first('invoice.paid');
    const event = stripe.webhooks.constructEvent(body, headers['stripe-signature']!, secret!);
    expect(event.data.object).toMatchObject({ object: 'invoice', livemode: false });
    expect((await stripe.events.list()).data).toEqual([]);
    await expect(world.platform.control.testEndpoint({ id, type: 'invoice.melted' })).rejects.toThrow("'invoice.melted' is no event type");
  });
});

describe('the API of endpoints', () => {
  test('tells the secret once, and keeps connect to itself', async () => {
    const stripe = world.client();
    const made = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['*'], description: 'first' });
    expect(made.secret).toMatch(/^whsec_[0-9A-Za-z]{32}$/);
    const { secret: _, lastResponse: __, ...rest } = made as typeof made & { lastResponse: unknown };
    const seen = await stripe.webhookEndpoints.retrieve(made.id);
    expect(seen).toEqual(rest);
    expect(seen).toMatchObject({ status: 'enabled', application: null, api_version: null, livemode: false, description: 'first' });
    const updated = await stripe.webhookEndpoints.update(made.id, { disabled: true, url: `${hook.url}/2` });
    expect(updated).toMatchObject({ status: 'disabled', url: `${hook.url}/2` });
    expect(updated).not.toHaveProperty('secret');
    expect(await stripe.webhookEndpoints.del(made.id)).toEqual({ id: made.id, object: 'webhook_endpoint', deleted: true });
    await expect(stripe.webhookEndpoints.retrieve(made.id)).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });

  test('refuses URLs that are none, plain http in live mode, connect without an extension, and a seventeenth', async () => {
    const live = inventKey().replace('test', 'live');
    const { keys } = await world.platform.control.createAccount({ name: 'Limits', live_key: live });
    const stripe = world.client(keys.test.secret!);
    const make = (url: string, client = stripe, more = {}) => client.webhookEndpoints.create({ url, enabled_events: ['*'], ...more });
    await expect(make('localhost:4010/hook')).rejects.toMatchObject({ statusCode: 400, param: 'url', code: 'url_invalid' });
    await expect(make('http://example.com/hook', world.client(live))).rejects.toThrow('Live webhook endpoints must be HTTPS');
    await expect(make(hook.url, stripe, { connect: true })).rejects.toMatchObject({ statusCode: 400, param: 'connect' });
    await expect(make(hook.url, stripe, { enabled_events: ['customer.melted'] })).rejects.toMatchObject({ statusCode: 400 });
    for (let i = 0; i < 16; i++) await make(`${hook.url}/${i}`);
    await expect(make(hook.url)).rejects.toThrow('maximum of 16 test mode webhook endpoints');
  });
});

describe('the API of events', () => {
  test('lists by type, by family of types, and by several types', async () => {
    const stripe = world.client();
    const { id } = await stripe.customers.create({});
    await stripe.customers.update(id, { name: 'Ada' });
    await stripe.products.create({ name: 'Pro' });
    const types = async (params: Stripe.EventListParams) => (await stripe.events.list(params)).data.map((event) => event.type);
    expect(await types({ type: 'customer.updated' })).toEqual(['customer.updated']);
    expect(await types({ type: 'customer.*' })).toEqual(['customer.updated', 'customer.created']);
    expect(await types({ types: ['customer.created', 'product.created'] })).toEqual(['product.created', 'customer.created']);
    expect(await types({ created: { gt: 1 } })).toHaveLength(3);
    await expect(stripe.events.list({ type: 'customer.created', types: ['customer.created'] })).rejects.toMatchObject({ statusCode: 400 });
  });

  test('forgets them after thirty days', async () => {
    const stripe = world.client();
    await stripe.customers.create({});
    const [event] = (await stripe.events.list()).data;
    await world.platform.control.setClock({ by: 30 * 86_400 + 1 });
    expect((await stripe.events.list()).data).toEqual([]);
    await expect(stripe.events.retrieve(event!.id)).rejects.toMatchObject({ statusCode: 404, code: 'resource_missing' });
  });
});
