import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const DAY = 86_400;
const START = Date.UTC(2026, 0, 1, 12) / 1000;

type Formula = 'sum' | 'count' | 'last';

/** A customer on a clock and a meter that it reports to. */
async function metered(formula: Formula = 'sum') {
  const shop = new Shop(world.client());
  const { stripe } = shop;
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const meter = await stripe.billing.meters.create({ display_name: 'Calls', event_name: 'calls', default_aggregation: { formula } });
  const report = (value: number, more: Partial<Stripe.Billing.MeterEventCreateParams> = {}) =>
    stripe.billing.meterEvents.create({ event_name: 'calls', payload: { stripe_customer_id: customer.id, value: String(value) }, ...more });
  const price = (params: Partial<Stripe.PriceCreateParams> = { unit_amount: 5 }): Promise<Stripe.Price> =>
    stripe.prices.create({
      currency: 'usd',
      product_data: { name: 'Calls' },
      recurring: { interval: 'month', usage_type: 'metered', meter: meter.id },
      ...params,
    });
  const subscribe = (id: string, params: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> =>
    stripe.subscriptions.create({ customer: customer.id, items: [{ price: id }], ...params });
  const totals = async (): Promise<number[]> =>
    (await stripe.invoices.list({ customer: customer.id })).data.reverse().map((invoice) => invoice.total);
  return { shop, stripe, clock: clock.id, customer, meter, report, price, subscribe, totals };
}

const refusal = (call: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: Stripe.errors.StripeError) => error,
  );

describe('what is used', () => {
  test.each([
    ['sum', 45],
    ['count', 3],
    ['last', 15],
  ] as const)('is billed by its %s when the period is over', async (formula, quantity) => {
    const it = await metered(formula);
    const made = await it.subscribe((await it.price()).id);
    expect([made.status, made.latest_invoice, made.items.data[0]!.quantity]).toEqual(['active', null, undefined]);
    for (const [index, value] of [10, 20, 15].entries()) await it.report(value, { timestamp: START + index });
    await it.shop.advanceDays(it.clock, 31);
    await it.shop.advance(it.clock, 7200);
    const [invoice] = (await it.stripe.invoices.list({ customer: it.customer.id })).data;
    const [line] = invoice!.lines.data;
    expect([invoice!.status, invoice!.total, line!.quantity, line!.period]).toEqual([
      'paid',
      quantity * 5,
      quantity,
      { start: START, end: START + 31 * DAY },
    ]);
  });

  test('belongs to the period that it was reported for', async () => {
    const it = await metered();
    await it.subscribe((await it.price({ unit_amount: 100 })).id);
    await it.report(1);
    await it.shop.advanceDays(it.clock, 31);
    await it.report(2, { timestamp: START + 30 * DAY });
    await it.report(4);
    await it.shop.advanceDays(it.clock, 28);
    expect(await it.totals()).toEqual([100, 400]);
  });

  test.each([
    ['graduated', 5 * 700 + 5 * 650 + 2 * 600],
    ['volume', 12 * 600],
  ] as const)('costs what its %s tiers say', async (mode, total) => {
    const it = await metered();
    const tiers = [
      { up_to: 5, unit_amount: 700 },
      { up_to: 10, unit_amount: 650 },
      { up_to: 'inf', unit_amount: 600 },
    ] as Stripe.PriceCreateParams.Tier[];
    await it.subscribe((await it.price({ billing_scheme: 'tiered', tiers_mode: mode, tiers })).id);
    await it.report(12);
    await it.shop.advanceDays(it.clock, 31);
    expect(await it.totals()).toEqual([total]);
  });

  test('is billed by a last invoice where the subscription ends with its period, and is not where it ends now', async () => {
    const it = await metered();
    const price = await it.price();
    const ending = await it.subscribe(price.id, { cancel_at_period_end: true });
    await it.report(10);
    await it.shop.advanceDays(it.clock, 31);
    expect([(await it.stripe.subscriptions.retrieve(ending.id)).status, await it.totals()]).toEqual(['canceled', [50]]);
    const next = await it.subscribe(price.id);
    await it.report(10);
    await it.stripe.subscriptions.cancel(next.id);
    expect(await it.totals()).toEqual([50]);
    const last = await it.subscribe(price.id);
    await it.shop.advanceDays(it.clock, 1);
    await it.report(30);
    await it.stripe.subscriptions.cancel(last.id, { invoice_now: true });
    expect(await it.totals()).toEqual([50, 150 + 50]);
  });

  test('of an item that is removed is billed in flexible mode and forgotten in classic', async () => {
    const left = async (type: 'classic' | 'flexible'): Promise<number[]> => {
      const it = await metered();
      const flat = await it.shop.price(1000);
      const made = await it.stripe.subscriptions.create({
        customer: it.customer.id,
        items: [{ price: flat.id }, { price: (await it.price()).id }],
        billing_mode: { type },
      });
      await it.report(10);
      await it.shop.advanceDays(it.clock, 1);
      await it.stripe.subscriptionItems.del(made.items.data[1]!.id);
      return (await it.stripe.invoiceItems.list({ customer: it.customer.id, pending: true })).data.map((item) => item.amount);
    };
    expect([await left('flexible'), await left('classic')]).toEqual([[50], []]);
  });

  test('stands as a line of nothing on a classic first invoice, and on no flexible one', async () => {
    const it = await metered();
    const price = await it.price();
    const classic = await it.subscribe(price.id, { billing_mode: { type: 'classic' }, expand: ['latest_invoice'] });
    const invoice = classic.latest_invoice as Stripe.Invoice;
    expect([invoice.status, invoice.lines.data.map((line) => [line.amount, line.quantity])]).toEqual(['paid', [[0, 0]]]);
  });
});

describe('a report', () => {
  test('of an identifier counts once, and not at all when it is canceled', async () => {
    const it = await metered();
    await it.report(7, { identifier: 'a' });
    expect((await refusal(it.report(7, { identifier: 'a' }))).code).toBe('duplicate_meter_event');
    await it.report(5, { identifier: 'b' });
    const adjusted = await it.stripe.billing.meterEventAdjustments.create({
      event_name: 'calls',
      type: 'cancel',
      cancel: { identifier: 'a' },
    });
    expect(adjusted.status).toBe('complete');
    const span = { customer: it.customer.id, start_time: START - 60, end_time: START + 60 };
    expect((await it.stripe.billing.meters.listEventSummaries(it.meter.id, span)).data.map((row) => row.aggregated_value)).toEqual([5]);
  });

  test('is refused with the field that is wrong', async () => {
    const it = await metered();
    expect((await refusal(it.report(1, { timestamp: START - 36 * DAY }))).param).toBe('timestamp');
    expect((await refusal(it.report(1, { event_name: 'nothing' }))).code).toBe('no_meter');
    expect((await refusal(it.report(1, { payload: { value: '1' } }))).param).toBe('payload[stripe_customer_id]');
    expect((await refusal(it.report(1, { payload: { stripe_customer_id: it.customer.id, value: 'many' } }))).param).toBe('payload[value]');
  });

  test('is summed up by hour and by day', async () => {
    const it = await metered();
    await it.report(1, { timestamp: START - 3600 });
    await it.report(2, { timestamp: START - 1800 });
    await it.report(4, { timestamp: START });
    const span = { customer: it.customer.id, start_time: START - 3600, end_time: START + 3600, value_grouping_window: 'hour' } as const;
    const rows = (await it.stripe.billing.meters.listEventSummaries(it.meter.id, span)).data;
    expect(rows.map((row) => [row.start_time - START, row.aggregated_value])).toEqual([
      [0, 4],
      [-3600, 3],
    ]);
    const unaligned = it.stripe.billing.meters.listEventSummaries(it.meter.id, { ...span, start_time: START - 3000 });
    expect((await refusal(unaligned)).param).toBe('start_time');
  });
});

describe('a meter', () => {
  test('that is deactivated takes no reports and no prices until it is reactivated', async () => {
    const it = await metered();
    const inactive = await it.stripe.billing.meters.deactivate(it.meter.id);
    expect([inactive.status, inactive.status_transitions.deactivated_at]).toEqual(['inactive', expect.any(Number)]);
    expect((await refusal(it.report(1))).code).toBe('no_meter');
    expect((await refusal(it.price())).param).toBe('recurring[meter]');
    expect((await it.stripe.billing.meters.reactivate(it.meter.id)).status).toBe('active');
    await it.report(1);
  });

  test('is alone with its event name', async () => {
    const it = await metered();
    const twin = it.stripe.billing.meters.create({ display_name: 'Twin', event_name: 'calls', default_aggregation: { formula: 'sum' } });
    expect((await refusal(twin)).param).toBe('event_name');
  });

  test('stands behind every metered price', async () => {
    const it = await metered();
    const call = it.stripe.prices.create({
      currency: 'usd',
      unit_amount: 1,
      product_data: { name: 'P' },
      recurring: { interval: 'month', usage_type: 'metered' },
    });
    expect((await refusal(call)).message).toContain('Metered prices must be backed by meters');
  });
});

describe('a price', () => {
  test.each([
    ['tiers without an open end', { billing_scheme: 'tiered', tiers_mode: 'volume', tiers: [{ up_to: 5, unit_amount: 1 }] }, 'tiers'],
    [
      'tiers out of order',
      {
        billing_scheme: 'tiered',
        tiers_mode: 'volume',
        tiers: [
          { up_to: 5, unit_amount: 1 },
          { up_to: 5, unit_amount: 1 },
          { up_to: 'inf', unit_amount: 1 },
        ],
      },
      'tiers[1][up_to]',
    ],
    ['tiers without tiered', { unit_amount: 1, tiers: [{ up_to: 'inf', unit_amount: 1 }] }, 'tiers'],
    [
      'an interval of more than three years',
      { unit_amount: 1, recurring: { interval: 'month', interval_count: 37 } },
      'recurring[interval_count]',
    ],
  ] as const)('with %s is refused', async (_what, params, param) => {
    const it = new Shop(world.client());
    const call = it.stripe.prices.create({ currency: 'usd', product_data: { name: 'P' }, ...(params as object) });
    expect((await refusal(call)).param).toBe(param);
  });

  test('is sold in the currencies of its options, and a customer pays in its own', async () => {
    const shop = new Shop(world.client());
    const price = await shop.price(1000, { recurring: { interval: 'month' }, currency_options: { eur: { unit_amount: 900 } } });
    const customer = await shop.customer('tok_visa');
    const made = await shop.stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      currency: 'eur',
      expand: ['latest_invoice'],
    });
    expect([made.currency, (made.latest_invoice as Stripe.Invoice).total, (made.latest_invoice as Stripe.Invoice).currency]).toEqual([
      'eur',
      900,
      'eur',
    ]);
    const later = await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    expect(later.currency).toBe('eur');
    const gbp = shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], currency: 'gbp' });
    expect((await refusal(gbp)).message).toContain('is not sold in gbp');
  });

  test('hands its lookup key to another one where it is asked to', async () => {
    const { stripe } = new Shop(world.client());
    const make = (more: object) =>
      stripe.prices.create({ currency: 'usd', unit_amount: 1, product_data: { name: 'P' }, lookup_key: 'pro', ...more });
    const first = await make({});
    expect((await refusal(make({}))).param).toBe('lookup_key');
    const second = await make({ transfer_lookup_key: true });
    expect([(await stripe.prices.retrieve(first.id)).lookup_key, second.lookup_key]).toEqual([null, 'pro']);
  });

  test('made as a plan keeps its trial, its tiers and its meter', async () => {
    const { stripe } = new Shop(world.client());
    const plan = await stripe.plans.create({
      id: 'gold',
      currency: 'usd',
      amount: 500,
      interval: 'month',
      trial_period_days: 14,
      product: { name: 'Gold' },
    });
    expect([plan.trial_period_days, (await stripe.prices.retrieve('gold')).recurring?.trial_period_days]).toEqual([14, 14]);
    expect(
      (await refusal(stripe.plans.create({ id: 'gold', currency: 'usd', amount: 1, interval: 'month', product: { name: 'G' } }))).code,
    ).toBe('resource_already_exists');
  });
});
