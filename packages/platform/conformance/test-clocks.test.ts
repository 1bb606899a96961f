import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type TestPlatform, testPlatform } from './world.ts';

/* Test clocks themselves: what they allow, refuse and take with them. What is lived on them is in time.test.ts. */

let limited: TestPlatform;
let unlimited: TestPlatform;
beforeAll(async () => {
  limited = await testPlatform();
  unlimited = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => Promise.all([limited.platform.close(), unlimited.platform.close()]));

const DAY = 86_400;
const START = Date.UTC(2026, 0, 31, 12) / 1000;
const at = (year: number, month: number, day: number): number => Date.UTC(year, month - 1, day, 12) / 1000;

const priceOf = (stripe: Stripe, interval: 'month' | 'week' = 'month') =>
  stripe.prices.create({ product_data: { name: 'P' }, currency: 'usd', unit_amount: 100, recurring: { interval } });
const subscribe = (stripe: Stripe, customer: string, price: string) =>
  stripe.subscriptions.create({ customer, items: [{ price }], collection_method: 'send_invoice', days_until_due: 30 });
const statusOf = async (stripe: Stripe, clock: string) => (await stripe.testHelpers.testClocks.retrieve(clock)).status;
const ready = (stripe: Stripe, clock: string) => vi.waitUntil(async () => (await statusOf(stripe, clock)) === 'ready', { timeout: 20_000 });

/** A clock with a customer who is subscribed. */
async function lived(world: TestPlatform, interval: 'month' | 'week' = 'month') {
  const stripe = world.client();
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const customer = await stripe.customers.create({ test_clock: clock.id });
  const price = await priceOf(stripe, interval);
  const subscription = await subscribe(stripe, customer.id, price.id);
  return { stripe, clock: clock.id, customer: customer.id, price: price.id, subscription: subscription.id };
}

describe('a test clock', () => {
  test('is ready from the start, and is deleted by itself after thirty days with the customers on it', async () => {
    const own = await testPlatform();
    const { stripe, clock, customer, subscription } = await lived(own);
    const made = await stripe.testHelpers.testClocks.retrieve(clock);
    expect(made).toMatchObject({
      status: 'ready',
      frozen_time: START,
      name: null,
      livemode: false,
      deletes_after: made.created + 30 * DAY,
    });
    own.platform.clock.set((made.deletes_after + 1) * 1000);
    await vi.waitUntil(async () => 'deleted' in (await stripe.testHelpers.testClocks.retrieve(clock)));
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: 'canceled', ended_at: START });
    await own.platform.close();
  });

  test('does not go backwards', async () => {
    const { stripe, clock } = await lived(limited);
    await expect(stripe.testHelpers.testClocks.advance(clock, { frozen_time: START })).rejects.toThrow('future of its frozen_time');
  });

  test('takes an existing customer with all that it has', async () => {
    const stripe = limited.client();
    const customer = await stripe.customers.create();
    const subscription = await subscribe(stripe, customer.id, (await priceOf(stripe)).id);
    const { current_period_end: end } = subscription.items.data[0]!;
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: subscription.created, customer: customer.id });
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({ test_clock: clock.id });
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: end + 1 });
    await ready(stripe, clock.id);
    const renewed = await stripe.subscriptions.retrieve(subscription.id);
    expect(renewed.items.data[0]!.current_period_start).toBe(end);
    await expect(stripe.testHelpers.testClocks.create({ frozen_time: START, customer: customer.id })).rejects.toThrow('already lives');
  });

  test('is the present of what is made on it, also of a refund that names only its payment', async () => {
    const { stripe, customer } = await lived(limited);
    const intent = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com',
    });
    const refund = await stripe.refunds.create({ payment_intent: intent.id });
    expect([intent.created, refund.created]).toEqual([START, START]);
  });

  test('lets go of an authorization after seven days of its own, not of the platform’s', async () => {
    const { stripe, clock, customer } = await lived(limited);
    const intent = await stripe.paymentIntents.create({
      amount: 500,
      currency: 'usd',
      customer,
      payment_method: 'pm_card_visa',
      confirm: true,
      capture_method: 'manual',
      return_url: 'https://example.com',
    });
    expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_capture');
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: START + 8 * DAY });
    await ready(stripe, clock);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({ status: 'canceled', canceled_at: START + 7 * DAY });
  });

  test('exists in test mode only', async () => {
    const { secret } = (await unlimited.platform.control.createAccount({})).keys.live;
    const refused = unlimited.client(secret!).testHelpers.testClocks.create({ frozen_time: START });
    await expect(refused).rejects.toThrow('works in test mode only');
  });

  test('hides its customers from lists that do not ask for them', async () => {
    const { stripe, clock } = await lived(limited);
    expect((await stripe.customers.list()).data).toEqual([]);
    expect((await stripe.customers.list({ test_clock: clock })).data).toHaveLength(1);
  });
});

describe('while a test clock advances', () => {
  test('requests are answered, those about its objects with lock_timeout, and another clock arrives', async () => {
    const { stripe, clock, subscription } = await lived(unlimited, 'week');
    const other = await lived(unlimited);
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2046, 1, 1) });
    await other.stripe.testHelpers.testClocks.advance(other.clock, { frozen_time: START + 1 });
    await ready(other.stripe, other.clock);
    const refused = await stripe.subscriptions
      .update(subscription, { metadata: { a: '1' } }, { idempotencyKey: 'again' })
      .catch((error: Stripe.errors.StripeError) => error);
    expect(refused).toMatchObject({ statusCode: 429, code: 'lock_timeout' });
    await expect(stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2047, 1, 1) })).rejects.toThrow('still advancing');
    expect(await statusOf(stripe, clock)).toBe('advancing');
    await ready(stripe, clock);
    const again = await stripe.subscriptions.update(subscription, { metadata: { a: '1' } }, { idempotencyKey: 'again' });
    expect(again.metadata).toEqual({ a: '1' });
  });

  test('it can be deleted, and nothing happens on it any more', async () => {
    const { stripe, clock, customer, subscription } = await lived(unlimited, 'week');
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2046, 1, 1) });
    expect(await stripe.testHelpers.testClocks.del(clock)).toEqual({ id: clock, object: 'test_helpers.test_clock', deleted: true });
    const newest = (await stripe.events.list({ limit: 1 })).data[0]!.id;
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ deleted: true });
    expect(await stripe.subscriptions.retrieve(subscription)).toMatchObject({ status: 'canceled' });
    // Another clock going its way proves that time went on.
    const other = await lived(unlimited);
    await other.stripe.testHelpers.testClocks.advance(other.clock, { frozen_time: at(2027, 1, 1) });
    await ready(other.stripe, other.clock);
    expect((await stripe.events.list({ limit: 1 })).data[0]!.id).toBe(newest);
  });

  test('it stands where something on it cannot be done, says internal_failure, and advances no more', async () => {
    const broken = await testPlatform({ unlimitedClocks: true });
    const { stripe, clock } = await lived(broken);
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    const renewal = broken.platform.engine.resources.due.find(({ what }) => what === 'renew')!;
    const spied = vi.spyOn(renewal, 'act').mockImplementation(() => {
      throw new Error('a defect');
    });
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2026, 6, 1) });
    await vi.waitUntil(async () => (await statusOf(stripe, clock)) !== 'advancing', { timeout: 10_000 });
    spied.mockRestore();
    expect(logged).toHaveBeenCalledOnce();
    logged.mockRestore();
    expect(await stripe.testHelpers.testClocks.retrieve(clock)).toMatchObject({
      status: 'internal_failure',
      frozen_time: at(2026, 2, 28),
    });
    const told = await stripe.events.list({ types: ['test_helpers.test_clock.internal_failure'] });
    expect(told.data).toHaveLength(1);
    await expect(stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2026, 7, 1) })).rejects.toThrow('internal_failure');
    await broken.platform.close();
  });
});

describe('the limits of test clocks', () => {
  const LIFTED = '--unlimited-clocks';

  test('are three customers on a clock and three subscriptions of each', async () => {
    const { stripe, clock, customer, price } = await lived(limited);
    for (let n = 0; n < 2; n++) {
      await stripe.customers.create({ test_clock: clock });
      await subscribe(stripe, customer, price);
    }
    await expect(stripe.customers.create({ test_clock: clock })).rejects.toThrow(LIFTED);
    await expect(subscribe(stripe, customer, price)).rejects.toThrow(LIFTED);
  });

  test('are two intervals of the shortest subscription at once, or two years without one', async () => {
    const { stripe, clock } = await lived(limited);
    const { advance } = stripe.testHelpers.testClocks;
    await expect(advance.call(stripe.testHelpers.testClocks, clock, { frozen_time: at(2026, 3, 31) + 1 })).rejects.toThrow(
      'at most two intervals',
    );
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2026, 3, 31) });
    const empty = await stripe.testHelpers.testClocks.create({ frozen_time: START });
    await expect(stripe.testHelpers.testClocks.advance(empty.id, { frozen_time: at(2028, 1, 31) + 1 })).rejects.toThrow(
      'at most two years',
    );
    await stripe.testHelpers.testClocks.advance(empty.id, { frozen_time: at(2028, 1, 31) });
  });

  test('are a hundred clocks of an account', async () => {
    const stripe = limited.client();
    for (let n = 0; n < 100; n++) await stripe.testHelpers.testClocks.create({ frozen_time: START });
    await expect(stripe.testHelpers.testClocks.create({ frozen_time: START })).rejects.toThrow('at most 100 test clocks');
  });

  test('do not hold on a platform that is told so', async () => {
    const { stripe, clock, customer, price } = await lived(unlimited);
    for (let n = 0; n < 3; n++) {
      await stripe.customers.create({ test_clock: clock });
      await subscribe(stripe, customer, price);
    }
    const { created, deletes_after } = await stripe.testHelpers.testClocks.retrieve(clock);
    expect(deletes_after).toBeGreaterThan(created + 365 * DAY);
    await stripe.testHelpers.testClocks.advance(clock, { frozen_time: at(2026, 6, 1) });
  });
});
