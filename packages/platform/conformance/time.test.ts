import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const DAY = 86_400;
const START = Date.UTC(2026, 0, 31, 12) / 1000;

interface Lived {
  readonly stripe: Stripe;
  readonly clock: string;
  readonly customer: Stripe.Customer;
  readonly price: Stripe.Price;
}

/** A customer with a card on a test clock that stands at 31 January 2026. */
async function lived(card = 'tok_visa'): Promise<Lived> {
  const stripe = world.client();
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: START });
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: card } });
  const customer = await stripe.customers.create({
    test_clock: clock.id,
    payment_method: method.id,
    invoice_settings: { default_payment_method: method.id },
  });
  const product = await stripe.products.create({ name: 'Pro' });
  const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 2000, recurring: { interval: 'month' } });
  return { stripe, clock: clock.id, customer, price };
}

async function advance({ stripe, clock }: Lived, to: number): Promise<void> {
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
  for (;;) if ((await stripe.testHelpers.testClocks.retrieve(clock)).status === 'ready') return;
}

async function typesOf(stripe: Stripe): Promise<string[]> {
  const types: string[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) types.unshift(event.type);
  return types;
}

const at = (year: number, month: number, day: number, hour = 12): number => Date.UTC(year, month - 1, day, hour) / 1000;
const invoicesOf = async (it: Lived): Promise<Stripe.Invoice[]> =>
  (await it.stripe.invoices.list({ customer: it.customer.id, limit: 100 })).data.reverse();

describe('a subscription on a test clock', () => {
  test('renews at the end of each month, clamped to the day it began, and is paid an hour later', async () => {
    const it = await lived();
    const made = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: it.price.id }] });
    expect([made.created, made.items.data[0]!.current_period_end]).toEqual([START, at(2026, 2, 28)]);
    await advance(it, at(2026, 4, 1));
    const invoices = await invoicesOf(it);
    expect(invoices.map((row) => [row.created, row.billing_reason, row.status, row.total])).toEqual([
      [START, 'subscription_create', 'paid', 2000],
      [at(2026, 2, 28), 'subscription_cycle', 'paid', 2000],
      [at(2026, 3, 31), 'subscription_cycle', 'paid', 2000],
    ]);
    expect(invoices[1]!.status_transitions.paid_at).toBe(at(2026, 2, 28) + 3600);
    const after = await it.stripe.subscriptions.retrieve(made.id);
    expect([after.status, after.items.data[0]!.current_period_start, after.items.data[0]!.current_period_end]).toEqual([
      'active',
      at(2026, 3, 31),
      at(2026, 4, 30),
    ]);
  });

  test('lives from trial through renewal, failed payment, recovery, a change and cancellation, to the cent', async () => {
    const it = await lived();
    const made = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: it.price.id }], trial_period_days: 14 });
    await advance(it, START + 11 * DAY);
    expect(await typesOf(it.stripe)).toContain('customer.subscription.trial_will_end');
    await advance(it, START + 14 * DAY + 2 * 3600);
    expect((await it.stripe.subscriptions.retrieve(made.id)).status).toBe('active');
    expect((await invoicesOf(it)).map((row) => [row.total, row.status])).toEqual([
      [0, 'paid'],
      [2000, 'paid'],
    ]);

    const failing = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: failing.id } });
    await advance(it, at(2026, 3, 14, 14));
    expect((await it.stripe.subscriptions.retrieve(made.id)).status).toBe('past_due');
    const unpaid = (await invoicesOf(it)).at(-1)!;
    expect([unpaid.status, unpaid.attempt_count, unpaid.next_payment_attempt]).toEqual(['open', 1, at(2026, 3, 14, 13) + DAY]);

    const good = await it.stripe.paymentMethods.attach('pm_card_visa', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: good.id } });
    await advance(it, at(2026, 3, 15, 14));
    expect([(await it.stripe.subscriptions.retrieve(made.id)).status, (await it.stripe.invoices.retrieve(unpaid.id!)).status]).toEqual([
      'active',
      'paid',
    ]);

    // Ten of the 31 days have gone by: 21/31 of 20.00 are given back, 21/31 of 50.00 charged, with the next renewal.
    await advance(it, at(2026, 3, 24));
    const { product } = it.price;
    const dearer = await it.stripe.prices.create({
      product: product as string,
      currency: 'usd',
      unit_amount: 5000,
      recurring: { interval: 'month' },
    });
    await it.stripe.subscriptions.update(made.id, { items: [{ id: made.items.data[0]!.id, price: dearer.id }] });
    await advance(it, at(2026, 4, 14, 14));
    const renewal = (await invoicesOf(it)).at(-1)!;
    expect(renewal.lines.data.map((line) => line.amount).sort((a, b) => a - b)).toEqual([-1355, 3387, 5000]);
    expect([renewal.total, renewal.amount_paid, renewal.status]).toEqual([7032, 7032, 'paid']);

    // Canceled after ten of 30 days: two thirds of 50.00 are the customer's.
    await advance(it, at(2026, 4, 24));
    await it.stripe.subscriptions.cancel(made.id, { invoice_now: true, prorate: true });
    const ended = await it.stripe.subscriptions.retrieve(made.id);
    expect([ended.status, ended.ended_at, (await invoicesOf(it)).at(-1)!.total]).toEqual(['canceled', at(2026, 4, 24), -3333]);
    expect((await it.stripe.customers.retrieve(it.customer.id)) as Stripe.Customer).toMatchObject({ balance: -3333, delinquent: false });
    expect((await typesOf(it.stripe)).filter((type) => type === 'customer.subscription.deleted')).toHaveLength(1);
    await advance(it, at(2026, 8, 1));
    expect(await invoicesOf(it)).toHaveLength(5);

    const moves = (await it.stripe.balanceTransactions.list({ limit: 100 })).data.reverse();
    expect(moves.map((move) => [move.amount, move.fee, move.net])).toEqual([
      [2000, 88, 1912],
      [2000, 88, 1912],
      [7032, 234, 6798],
    ]);
    const { available, pending } = await it.stripe.balance.retrieve();
    expect([...available, ...pending].reduce((sum, part) => sum + part.amount, 0)).toBe(1912 + 1912 + 6798);
  });

  test('whose payments fail to the end is canceled after the last try', async () => {
    const it = await lived();
    const made = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: it.price.id }] });
    const failing = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: failing.id } });
    await advance(it, at(2026, 3, 20));
    const after = await it.stripe.subscriptions.retrieve(made.id);
    expect([after.status, after.cancellation_details?.reason]).toEqual(['canceled', 'payment_failed']);
    expect(
      (await it.stripe.charges.list({ customer: it.customer.id, limit: 100 })).data.filter((row) => row.status === 'failed'),
    ).toHaveLength(5);
  });

  test('without its first payment it expires after 23 hours', async () => {
    const it = await lived();
    const made = await it.stripe.subscriptions.create({
      customer: it.customer.id,
      items: [{ price: it.price.id }],
      payment_behavior: 'default_incomplete',
    });
    await advance(it, START + DAY);
    expect([
      (await it.stripe.subscriptions.retrieve(made.id)).status,
      (await it.stripe.invoices.retrieve(made.latest_invoice as string)).status,
    ]).toEqual(['incomplete_expired', 'void']);
  });

  test('prorations wait for the renewal that bills them', async () => {
    const it = await lived();
    const made = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: it.price.id }] });
    await advance(it, at(2026, 2, 14));
    await it.stripe.subscriptions.update(made.id, { items: [{ id: made.items.data[0]!.id, quantity: 2 }] });
    await advance(it, at(2026, 3, 1));
    const [, renewal] = await invoicesOf(it);
    expect(renewal!.lines.data.map((line) => line.amount).sort((a, b) => a - b)).toEqual([-1000, 2000, 4000]);
    expect(renewal!.total).toBe(5000);
  });
});

describe('the platform’s clock', () => {
  test('moved on by a month it renews what is due', async () => {
    const own = await testPlatform();
    const stripe = own.client();
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
    const customer = await stripe.customers.create({ payment_method: method.id, invoice_settings: { default_payment_method: method.id } });
    const price = await stripe.prices.create({
      product_data: { name: 'P' },
      currency: 'usd',
      unit_amount: 100,
      recurring: { interval: 'month' },
    });
    await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    own.platform.clock.set(own.platform.clock.nowMs() + 32 * DAY * 1000);
    for (let paid = 0; paid < 2; ) paid = (await stripe.invoices.list({ status: 'paid' })).data.length;
    expect((await stripe.invoices.list()).data.map((row) => row.billing_reason)).toEqual(['subscription_cycle', 'subscription_create']);
    await own.platform.close();
  });
});
