import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { refusal } from './refusal.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const DAY = 86_400;

interface Lived {
  readonly shop: Shop;
  readonly clock: string;
  readonly customer: Stripe.Customer;
  readonly price: Stripe.Price;
}

async function lived(): Promise<Lived> {
  const shop = new Shop(world.client());
  const clock = (await shop.clock()).id;
  return { shop, clock, customer: await shop.customer('tok_visa', { test_clock: clock }), price: await shop.price(3000) };
}

const subscribe = ({ shop, customer, price }: Lived, params: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> =>
  shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
const told = (invoice: Stripe.Invoice) => invoice.lines.data.map((line) => [line.amount, line.description]);

describe('the next invoice of a subscription', () => {
  test('is what the renewal then bills, with what waits for it', async () => {
    const it = await lived();
    const { stripe } = it.shop;
    const made = await subscribe(it);
    await stripe.invoiceItems.create({ customer: it.customer.id, amount: 700, currency: 'usd', description: 'Extra' });
    const preview = await stripe.invoices.createPreview({ subscription: made.id });
    await it.shop.advanceDays(it.clock, 32);
    const real = await stripe.invoices.retrieve((await stripe.subscriptions.retrieve(made.id)).latest_invoice as string);
    expect([preview.total, preview.amount_due, preview.created]).toEqual([real.total, real.total, real.created]);
    expect(told(preview)).toEqual(told(real));
    expect(preview).toMatchObject({ billing_reason: 'upcoming', status: 'draft', number: null });
    expect(preview.id).toMatch(/^upcoming_in_/);
    expect(preview.lines.data[0]!.id).toMatch(/^il_tmp_/);
  });

  test('is kept nowhere, and tells nothing', async () => {
    const it = await lived();
    const made = await subscribe(it);
    const before = [(await it.shop.events()).length, (await it.shop.stripe.invoices.list({ customer: it.customer.id })).data.length];
    await it.shop.stripe.invoices.createPreview({
      subscription: made.id,
      subscription_details: { items: [{ id: made.items.data[0]!.id, quantity: 5 }] },
    });
    expect([(await it.shop.events()).length, (await it.shop.stripe.invoices.list({ customer: it.customer.id })).data.length]).toEqual(
      before,
    );
    expect((await it.shop.stripe.subscriptions.retrieve(made.id)).items.data[0]!.quantity).toBe(1);
  });

  test('shows what a change costs from a given second on', async () => {
    const it = await lived();
    const made = await subscribe(it);
    const [item] = made.items.data;
    const half = (item!.current_period_start + item!.current_period_end) / 2;
    const preview = await it.shop.stripe.invoices.createPreview({
      subscription: made.id,
      subscription_details: { items: [{ id: item!.id, quantity: 2 }], proration_date: half },
    });
    expect(preview.lines.data.map((line) => line.amount).sort((a, b) => a - b)).toEqual([-1500, 3000, 6000]);
    const now = await it.shop.stripe.invoices.createPreview({
      subscription: made.id,
      subscription_details: { items: [{ id: item!.id, quantity: 2 }], proration_date: half, proration_behavior: 'always_invoice' },
    });
    expect([now.total, now.amount_due, now.amount_paid]).toEqual([1500, 1500, 0]);
  });

  test('ends a trial', async () => {
    const it = await lived();
    const made = await subscribe(it, { trial_period_days: 10 });
    const preview = await it.shop.stripe.invoices.createPreview({ subscription: made.id });
    expect([preview.total, preview.created]).toEqual([3000, made.trial_end]);
  });

  test('is found by its customer, and there is none once the subscription ends', async () => {
    const it = await lived();
    const made = await subscribe(it);
    expect((await it.shop.stripe.invoices.createPreview({ customer: it.customer.id })).total).toBe(3000);
    await it.shop.stripe.subscriptions.update(made.id, { cancel_at_period_end: true });
    const error = await refusal(it.shop.stripe.invoices.createPreview({ subscription: made.id }));
    expect([error.statusCode, error.code]).toEqual([404, 'invoice_upcoming_none']);
  });
});

test('a subscription that is not there yet is previewed with its discounts', async () => {
  const it = await lived();
  const coupon = await it.shop.stripe.coupons.create({ percent_off: 10 });
  const preview = await it.shop.stripe.invoices.createPreview({
    customer: it.customer.id,
    subscription_details: { items: [{ price: it.price.id, quantity: 2 }] },
    discounts: [{ coupon: coupon.id }],
  });
  expect([preview.subtotal, preview.total]).toEqual([6000, 5400]);
  expect((await it.shop.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(0);
});

test('nobody in particular is previewed by their details', async () => {
  const it = await lived();
  const preview = await it.shop.stripe.invoices.createPreview({
    customer_details: { tax_exempt: 'exempt' },
    currency: 'usd',
    invoice_items: [{ unit_amount: 250, quantity: 4, currency: 'usd', description: 'Hours' }],
  });
  expect([preview.total, preview.customer_tax_exempt]).toEqual([1000, 'exempt']);
});

test('only what recurs is shown where it is asked for', async () => {
  const it = await lived();
  const made = await subscribe(it);
  await it.shop.stripe.invoiceItems.create({ customer: it.customer.id, amount: 700, currency: 'usd' });
  expect((await it.shop.stripe.invoices.createPreview({ subscription: made.id, preview_mode: 'recurring' })).total).toBe(3000);
});

test('what is not simulated says so', async () => {
  const it = await lived();
  const error = await refusal(
    it.shop.stripe.invoices.createPreview({
      customer: it.customer.id,
      schedule_details: { phases: [{ items: [{ price: it.price.id }] }] },
    }),
  );
  expect([error.statusCode, error.message.startsWith('Annex does not simulate')]).toEqual([501, true]);
});

test('a week before a renewal the invoice is told without an id', async () => {
  const it = await lived();
  const made = await subscribe(it);
  await it.shop.advance(it.clock, made.items.data[0]!.current_period_end - made.created - 8 * DAY);
  const upcoming = () => it.shop.stripe.events.list({ type: 'invoice.upcoming' });
  expect((await upcoming()).data).toEqual([]);
  await it.shop.advanceDays(it.clock, 2);
  const [event] = (await upcoming()).data;
  expect(event!.data.object).toMatchObject({
    object: 'invoice',
    total: 3000,
    billing_reason: 'upcoming',
    created: made.items.data[0]!.current_period_end,
  });
  expect(event!.data.object).not.toHaveProperty('id');
  await it.shop.advanceDays(it.clock, 62);
  expect((await upcoming()).data).toHaveLength(3);
});
