import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contractOf, violations } from './older-contract.ts';
import { Receiver } from './receiver.ts';
import { until } from './until.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

const ACACIA = '2025-02-24.acacia';
const NEWEST = '2026-10-28.endive';

let world: TestPlatform;
let old: Receiver;
let now: Receiver;
beforeAll(async () => {
  world = await testPlatform();
  old = await Receiver.open();
  now = await Receiver.open();
});
afterAll(async () => {
  await world.platform.close();
  await old.close();
  await now.close();
});

// biome-ignore lint/suspicious/noExplicitAny: events of two versions are looked at through one
type AnyEvent = any;
const told = (receiver: Receiver, type: string): AnyEvent => receiver.received.find((each) => each.event.type === type)?.event;

/** A subscription that is paid, and one change of it. */
async function subscribe(stripe: Stripe): Promise<Stripe.Subscription> {
  const customer = await stripe.customers.create({
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const product = await stripe.products.create({ name: 'Pro' });
  const recurring = { interval: 'month' } as const;
  const items = [{ price_data: { currency: 'usd', product: product.id, unit_amount: 900, recurring } }];
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items });
  const coupon = await stripe.coupons.create({ percent_off: 50, duration: 'forever' });
  return stripe.subscriptions.update(subscription.id, { metadata: { seats: '3' }, discounts: [{ coupon: coupon.id }] });
}

describe('an account whose default is acacia, with an endpoint of its own and one of the newest version', () => {
  let stripe: Stripe;
  beforeAll(async () => {
    stripe = world.client(inventKey());
    const { id } = await stripe.accounts.retrieveCurrent();
    await world.platform.control.setApiVersion({ account: id, api_version: ACACIA });
    await stripe.webhookEndpoints.create({ url: old.url, enabled_events: ['*'] });
    await stripe.webhookEndpoints.create({ url: now.url, enabled_events: ['*'], api_version: NEWEST });
    await subscribe(stripe);
    const { data } = await stripe.events.list({ limit: 100 });
    for (const receiver of [old, now]) for (const { type } of data) if (type !== 'invoice_payment.paid') await receiver.first(type);
    await now.first('invoice_payment.paid');
  });

  test('each endpoint is told the event in its version', () => {
    const [before, after] = [told(old, 'invoice.paid'), told(now, 'invoice.paid')];
    expect([before.id, before.api_version, after.api_version]).toEqual([after.id, ACACIA, NEWEST]);
    expect(before.data.object).toMatchObject({ paid: true, payment_intent: expect.stringMatching(/^pi_/), charge: expect.any(String) });
    expect(before.data.object.lines.data[0]).toMatchObject({ type: 'subscription', price: { object: 'price', unit_amount: 900 } });
    expect(before.data.object).not.toHaveProperty('parent');
    expect(after.data.object).toHaveProperty('parent');
    expect(after.data.object).not.toHaveProperty('paid');
  });

  test('what changed is told in the fields of the version', () => {
    const [before, after] = [told(old, 'customer.subscription.updated'), told(now, 'customer.subscription.updated')];
    expect(after.data.previous_attributes).toEqual({ discounts: [], metadata: { seats: null } });
    expect(before.data.previous_attributes).toEqual({ discount: null, discounts: [], metadata: { seats: null } });
    expect(before.data.object.discount.coupon).toMatchObject({ object: 'coupon', percent_off: 50 });
  });

  test('every object told in acacia has the shape that its types promise', () => {
    const contract = contractOf('stripe-acacia');
    const found = old.received.flatMap(({ event }) => violations(contract, event.data.object).map((line) => `${event.type}: ${line}`));
    expect(old.received.length).toBeGreaterThan(8);
    expect(found).toEqual([]);
  });

  test('the Events API shows each event as it was told at first, whichever version asks', async () => {
    const { data } = await stripe.events.list({ type: 'invoice.paid' });
    expect(data[0]).toMatchObject({ api_version: ACACIA, data: { object: { paid: true } } });
    await world.platform.control.setApiVersion({
      account: (await stripe.accounts.retrieveCurrent()).id,
      api_version: NEWEST,
    });
    expect((await stripe.events.retrieve(data[0]!.id)).api_version).toBe(ACACIA);
  });

  test('an event type that came later is told to endpoints of its time alone', () => {
    expect(told(now, 'invoice_payment.paid')).toBeDefined();
    expect(told(old, 'invoice_payment.paid')).toBeUndefined();
  });

  test('what was sent is shown byte for byte, and sent again in the same version', async () => {
    const event = told(old, 'invoice.paid').id;
    const { data } = await world.platform.control.deliveries({ event });
    const mine = data.find((each) => each.url === old.url) ?? data[0]!;
    await until(async () => (await world.platform.control.delivery(mine.id)).attempts.length === 1);
    const shown = await world.platform.control.delivery(mine.id);
    const first = old.received.find((each) => each.event.id === event)!;
    expect(shown.attempts[0]!.request.body).toBe(first.body);
    expect(shown.attempts[0]!.version).toBe(ACACIA);
  });
});

describe('an endpoint that is older than its account', () => {
  test('is sent an event that it was never owed, and a test, in its own version', async () => {
    const hook = await Receiver.open();
    const key = inventKey();
    const stripe = world.client(key);
    await subscribe(stripe);
    const [event] = (await stripe.events.list({ type: 'customer.subscription.created' })).data;
    expect(event!.api_version).toBe(NEWEST);
    const enabled_events: Stripe.WebhookEndpointCreateParams.EnabledEvent[] = ['plan.deleted'];
    const endpoint = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events, api_version: ACACIA });
    const body = new URLSearchParams({ webhook_endpoint: endpoint.id });
    expect((await world.raw(`/v1/events/${event!.id}/retry`, { key, method: 'POST', body })).status).toBe(200);
    await hook.first('customer.subscription.created');
    const again = told(hook, 'customer.subscription.created');
    expect([again.id, again.api_version, again.data.object.current_period_end]).toEqual([event!.id, ACACIA, expect.any(Number)]);

    await world.platform.control.testEndpoint({ id: endpoint.id, type: 'charge.succeeded' });
    await hook.first('charge.succeeded');
    const test = told(hook, 'charge.succeeded');
    expect([test.api_version, test.data.object.invoice]).toEqual([ACACIA, null]);
    await hook.close();
  });
});
