import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Receiver } from './receiver.ts';
import { until } from './until.ts';
import { type TestPlatform, testPlatform } from './world.ts';

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
