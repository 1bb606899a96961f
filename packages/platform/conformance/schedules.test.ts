import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const HOUR = 3600;
const at = (month: number, day: number, hour = 12): number => Date.UTC(2026, month - 1, day, hour) / 1000;
const START = at(1, 1);

async function onClock() {
  const shop = new Shop(world.client());
  const { stripe } = shop;
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const to = async (instant: number): Promise<void> => {
    const { frozen_time: now } = await stripe.testHelpers.testClocks.retrieve(clock.id);
    await shop.advance(clock.id, instant - now);
  };
  const schedule = (params: Stripe.SubscriptionScheduleCreateParams): Promise<Stripe.SubscriptionSchedule> =>
    stripe.subscriptionSchedules.create({ customer: customer.id, ...params });
  const invoices = async (): Promise<unknown[]> =>
    (await stripe.invoices.list({ customer: customer.id, limit: 100 })).data.reverse().map((row) => [row.created, row.total]);
  const pending = async (): Promise<number[]> =>
    (await stripe.invoiceItems.list({ customer: customer.id, pending: true })).data.reverse().map((row) => row.amount);
  const types = async (prefix: string): Promise<string[]> =>
    (await shop.events()).map((event) => event.type).filter((type) => type.startsWith(prefix));
  const subscription = async (id: unknown): Promise<Stripe.Subscription> => stripe.subscriptions.retrieve(id as string);
  return { shop, stripe, customer, to, schedule, invoices, pending, types, subscription };
}

const refusal = (call: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: Stripe.errors.StripeError) => error,
  );

const months = (count: number) => ({ duration: { interval: 'month', interval_count: count } }) as const;

describe('a schedule', () => {
  test('that begins now makes its subscription, whose first invoice waits an hour', async () => {
    const it = await onClock();
    const price = await it.shop.price(1000);
    const made = await it.schedule({ start_date: 'now', phases: [{ items: [{ price: price.id, quantity: 2 }], ...months(3) }] });
    expect([made.status, made.current_phase, made.phases[0]!.end_date]).toEqual([
      'active',
      { start_date: START, end_date: at(4, 1) },
      at(4, 1),
    ]);
    const subscription = await it.stripe.subscriptions.retrieve(made.subscription as string, { expand: ['latest_invoice'] });
    expect([subscription.status, subscription.schedule, (subscription.latest_invoice as Stripe.Invoice).status]).toEqual([
      'active',
      made.id,
      'draft',
    ]);
    await it.to(START + HOUR + 60);
    expect((await it.stripe.invoices.retrieve((subscription.latest_invoice as Stripe.Invoice).id)).amount_paid).toBe(2000);
  });

  test('that begins later makes its subscription then', async () => {
    const it = await onClock();
    const price = await it.shop.price(1000);
    const made = await it.schedule({ start_date: at(1, 15), phases: [{ items: [{ price: price.id }], ...months(2) }] });
    expect([made.status, made.subscription]).toEqual(['not_started', null]);
    await it.to(at(1, 16));
    const begun = await it.stripe.subscriptionSchedules.retrieve(made.id);
    expect([begun.status, begun.current_phase?.start_date]).toEqual(['active', at(1, 15)]);
    expect((await it.subscription(begun.subscription)).start_date).toBe(at(1, 15));
    expect(await it.types('subscription_schedule')).toEqual(['subscription_schedule.created', 'subscription_schedule.updated']);
  });

  test('enters its next phase at the end of a period before the renewal, which bills the new price alone', async () => {
    const it = await onClock();
    const [basic, pro] = [await it.shop.price(1000), await it.shop.price(3000)];
    await it.schedule({
      start_date: 'now',
      phases: [
        { items: [{ price: basic.id }], ...months(2) },
        { items: [{ price: pro.id, quantity: 2 }], ...months(1) },
      ],
    });
    await it.to(at(3, 1, 14));
    expect(await it.invoices()).toEqual([
      [START, 1000],
      [at(2, 1), 1000],
      [at(3, 1), 6000],
    ]);
  });

  test('that changes phase within a period leaves prorations, unless the phase wants none', async () => {
    const change = async (behavior: 'create_prorations' | 'none'): Promise<number[]> => {
      const it = await onClock();
      const [basic, pro] = [await it.shop.price(3100), await it.shop.price(6200)];
      await it.schedule({
        start_date: 'now',
        phases: [
          { items: [{ price: basic.id }], end_date: at(1, 11) },
          { items: [{ price: pro.id }], ...months(2), proration_behavior: behavior },
        ],
      });
      await it.to(at(1, 12));
      return it.pending();
    };
    expect(await change('create_prorations')).toEqual([-2100, 4200]);
    expect(await change('none')).toEqual([]);
  });

  test('lets its subscription go on when its phases are over, and warns of it a week before', async () => {
    const it = await onClock();
    const made = await it.schedule({ start_date: 'now', phases: [{ items: [{ price: (await it.shop.price(1000)).id }], ...months(1) }] });
    await it.to(at(1, 25, 13));
    expect(await it.types('subscription_schedule')).toEqual(['subscription_schedule.created', 'subscription_schedule.expiring']);
    await it.to(at(2, 2));
    const after = await it.stripe.subscriptionSchedules.retrieve(made.id);
    expect([after.status, after.released_subscription, after.subscription]).toEqual(['released', made.subscription, null]);
    expect([(await it.subscription(made.subscription)).schedule, await it.invoices()]).toEqual([
      null,
      [
        [START, 1000],
        [at(2, 1), 1000],
      ],
    ]);
  });

  test('can end its subscription with its last phase', async () => {
    const it = await onClock();
    const price = await it.shop.price(1000);
    const made = await it.schedule({ start_date: 'now', end_behavior: 'cancel', phases: [{ items: [{ price: price.id }], ...months(1) }] });
    await it.to(at(2, 2));
    const after = await it.stripe.subscriptionSchedules.retrieve(made.id);
    expect([after.status, after.completed_at, (await it.subscription(made.subscription)).status]).toEqual([
      'completed',
      at(2, 1),
      'canceled',
    ]);
    expect(await it.invoices()).toEqual([[START, 1000]]);
    expect((await it.types('subscription_schedule')).at(-1)).toBe('subscription_schedule.completed');
  });

  test('has a trial in a phase, and bills what a phase adds once', async () => {
    const it = await onClock();
    const [price, setup] = [await it.shop.price(1000), await it.shop.price(500, {})];
    const made = await it.schedule({
      start_date: 'now',
      phases: [
        { items: [{ price: price.id }], ...months(1), trial: true },
        { items: [{ price: price.id }], ...months(1), add_invoice_items: [{ price: setup.id }] },
      ],
    });
    expect((await it.subscription(made.subscription)).status).toBe('trialing');
    await it.to(at(2, 1, 14));
    expect((await it.subscription(made.subscription)).status).toBe('active');
    expect(await it.invoices()).toEqual([
      [START, 0],
      [at(2, 1), 1500],
    ]);
  });

  test('gives its subscription the discounts and the metadata of each phase', async () => {
    const it = await onClock();
    const price = await it.shop.price(1000);
    const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const made = await it.schedule({
      start_date: 'now',
      phases: [
        { items: [{ price: price.id }], ...months(1), discounts: [{ coupon: coupon.id }], metadata: { phase: 'first', kept: 'yes' } },
        { items: [{ price: price.id }], ...months(1), metadata: { phase: 'second' } },
      ],
    });
    await it.to(at(2, 1, 14));
    expect(await it.invoices()).toEqual([
      [START, 500],
      [at(2, 1), 1000],
    ]);
    expect((await it.subscription(made.subscription)).metadata).toEqual({ phase: 'second', kept: 'yes' });
  });

  test('made of a subscription begins as it is, and is changed from there', async () => {
    const it = await onClock();
    const [basic, pro] = [await it.shop.price(1000), await it.shop.price(3000)];
    const subscription = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: basic.id }] });
    const made = await it.stripe.subscriptionSchedules.create({ from_subscription: subscription.id });
    expect([made.status, made.phases.length, made.current_phase]).toEqual(['active', 1, { start_date: START, end_date: at(2, 1) }]);
    expect((await refusal(it.stripe.subscriptionSchedules.create({ from_subscription: subscription.id }))).message).toContain(
      'already has a schedule',
    );
    const first = made.phases[0]!;
    const after = await it.stripe.subscriptionSchedules.update(made.id, {
      phases: [
        { items: [{ price: basic.id }], start_date: first.start_date, end_date: first.end_date },
        { items: [{ price: pro.id }], ...months(1) },
      ],
    });
    expect([after.phases.length, after.end_behavior]).toEqual([2, 'release']);
    expect(await it.pending()).toEqual([]);
    await it.to(at(2, 1, 14));
    expect(await it.invoices()).toEqual([
      [START, 1000],
      [at(2, 1), 3000],
    ]);
  });

  test('whose current phase is changed changes its subscription at once', async () => {
    const it = await onClock();
    const price = await it.shop.price(1000);
    const made = await it.schedule({ start_date: 'now', phases: [{ items: [{ price: price.id }], ...months(1) }] });
    await it.stripe.subscriptionSchedules.update(made.id, {
      phases: [{ items: [{ price: price.id, quantity: 4 }], start_date: START, ...months(1) }],
      proration_behavior: 'none',
    });
    expect((await it.subscription(made.subscription)).items.data[0]!.quantity).toBe(4);
    expect(await it.pending()).toEqual([]);
  });

  test('is released or canceled, and then no more', async () => {
    const it = await onClock();
    const phases = [{ items: [{ price: (await it.shop.price(3100)).id }], ...months(2) }];
    const free = await it.schedule({ start_date: 'now', phases });
    const released = await it.stripe.subscriptionSchedules.release(free.id);
    expect([released.status, released.released_subscription]).toEqual(['released', free.subscription]);
    expect((await it.subscription(free.subscription)).status).toBe('active');
    const doomed = await it.schedule({ start_date: 'now', phases });
    await it.to(at(1, 11));
    const canceled = await it.stripe.subscriptionSchedules.cancel(doomed.id);
    expect([canceled.status, (await it.subscription(doomed.subscription)).status]).toEqual(['canceled', 'canceled']);
    expect((await refusal(it.stripe.subscriptionSchedules.release(doomed.id))).message).toContain('that is canceled');
    expect((await refusal(it.stripe.subscriptionSchedules.update(doomed.id, { end_behavior: 'cancel' }))).statusCode).toBe(400);
  });

  test('ends with its subscription, and forbids to end that by its period', async () => {
    const it = await onClock();
    const made = await it.schedule({ start_date: 'now', phases: [{ items: [{ price: (await it.shop.price(3100)).id }], ...months(2) }] });
    const refused = await refusal(it.stripe.subscriptions.update(made.subscription as string, { cancel_at_period_end: true }));
    expect(refused.message).toContain(`managed by the subscription schedule \`${made.id}\``);
    await it.stripe.subscriptions.cancel(made.subscription as string);
    expect((await it.stripe.subscriptionSchedules.retrieve(made.id)).status).toBe('canceled');
  });

  test('is aborted where its subscription ends because payments failed', async () => {
    const it = await onClock();
    const made = await it.schedule({ start_date: 'now', phases: [{ items: [{ price: (await it.shop.price(1000)).id }], ...months(12) }] });
    const bad = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: bad.id } });
    await it.to(at(2, 25));
    expect((await it.subscription(made.subscription)).status).toBe('canceled');
    expect((await it.types('subscription_schedule')).at(-1)).toBe('subscription_schedule.aborted');
  });

  test('is refused phases that leave a gap or have no end', async () => {
    const it = await onClock();
    const items = [{ price: (await it.shop.price(1000)).id }];
    const made = await it.schedule({ start_date: 'now', phases: [{ items, end_date: at(2, 1) }] });
    const gap = it.stripe.subscriptionSchedules.update(made.id, {
      phases: [
        { items, start_date: START, end_date: at(2, 1) },
        { items, start_date: at(2, 2), end_date: at(3, 1) },
      ],
    });
    expect((await refusal(gap)).param).toBe('phases[1][start_date]');
    expect((await refusal(it.schedule({ start_date: 'now', phases: [{ items }, { items }] }))).param).toBe('phases[0][end_date]');
    const both = it.schedule({ start_date: 'now', phases: [{ items, end_date: at(2, 1), ...months(1) }] });
    expect((await refusal(both)).param).toBe('phases[0][end_date]');
  });
});
