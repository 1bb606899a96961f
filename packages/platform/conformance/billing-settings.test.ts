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
const HOUR = 3600;
const START = Date.UTC(2026, 0, 1, 12) / 1000;
const RENEWAL = START + 31 * DAY;

/** A subscription whose card fails at every renewal, with a setting of its account. */
async function failing(settings: object, card = 'pm_card_chargeCustomerFail') {
  const shop = new Shop(world.client());
  const { stripe } = shop;
  const account = (await stripe.accounts.retrieveCurrent()).id;
  await world.platform.control.setBilling({ account, ...settings });
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const price = await shop.price(2000);
  const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
  const bad = await stripe.paymentMethods.attach(card, { customer: customer.id });
  await stripe.customers.update(customer.id, { invoice_settings: { default_payment_method: bad.id } });
  const latest = async (): Promise<Stripe.Invoice> =>
    (await stripe.subscriptions.retrieve(made.id, { expand: ['latest_invoice'] })).latest_invoice as Stripe.Invoice;
  const status = async (): Promise<string> => (await stripe.subscriptions.retrieve(made.id)).status;
  return { shop, stripe, clock: clock.id, customer, id: made.id, latest, status };
}

describe('what an account sets about its subscriptions', () => {
  test.each(['cancel', 'unpaid', 'past_due'] as const)('when the last try has failed: %s', async (after_retries) => {
    const it = await failing({ retry_days: [2], after_retries });
    await it.shop.advance(it.clock, 31 * DAY + 2 * HOUR);
    expect([await it.status(), (await it.latest()).next_payment_attempt]).toEqual(['past_due', RENEWAL + HOUR + 2 * DAY]);
    await it.shop.advanceDays(it.clock, 3);
    expect([await it.status(), (await it.latest()).attempt_count, (await it.latest()).next_payment_attempt]).toEqual([
      after_retries === 'cancel' ? 'canceled' : after_retries,
      2,
      null,
    ]);
  });

  test('unpaid it renews with drafts alone, until the latest invoice is paid', async () => {
    const it = await failing({ retry_days: [], after_retries: 'unpaid' });
    await it.shop.advance(it.clock, 31 * DAY + 2 * HOUR);
    expect(await it.status()).toBe('unpaid');
    await it.shop.advanceDays(it.clock, 31);
    expect([(await it.latest()).status, (await it.latest()).auto_advance]).toEqual(['draft', false]);
    await it.stripe.invoices.pay((await it.latest()).id, { payment_method: 'pm_card_visa' });
    expect(await it.status()).toBe('active');
  });

  test.each([
    ['the tries come after the days that are set', 'pm_card_chargeCustomerFail', [0, 1, 3]],
    ['a card whose bank asks its owner is not charged again, though every try counts', 'pm_card_authenticationRequired', []],
  ])('%s', async (_fact, card, charged) => {
    const it = await failing({ retry_days: [1, 2] }, card);
    await it.shop.advance(it.clock, 31 * DAY + 2 * HOUR);
    expect((await it.latest()).next_payment_attempt).toBe(RENEWAL + HOUR + DAY);
    await it.shop.advanceDays(it.clock, 4);
    const failed = (await it.stripe.charges.list({ customer: it.customer.id, limit: 20 })).data.filter((row) => row.status === 'failed');
    expect(failed.map((row) => row.created).reverse()).toEqual(charged.map((days) => RENEWAL + HOUR + days * DAY));
    const { attempt_count, next_payment_attempt } = await it.latest();
    expect([await it.status(), attempt_count, next_payment_attempt]).toEqual(['canceled', 3, null]);
  });

  test('another card pays at the next try', async () => {
    const it = await failing({ retry_days: [1, 2] }, 'pm_card_authenticationRequired');
    await it.shop.advanceDays(it.clock, 33);
    const good = await it.stripe.paymentMethods.attach('pm_card_visa', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: good.id } });
    await it.shop.advanceDays(it.clock, 2);
    expect([await it.status(), (await it.latest()).status, (await it.latest()).attempt_count]).toEqual(['active', 'paid', 3]);
  });

  test('renewals are told as many days before as is set', async () => {
    const it = await failing({ upcoming_days: 3 });
    await it.shop.advance(it.clock, 28 * DAY - 60);
    const told = async (): Promise<number> => (await it.shop.events()).filter((event) => event.type === 'invoice.upcoming').length;
    expect(await told()).toBe(0);
    await it.shop.advance(it.clock, 120);
    expect(await told()).toBe(1);
  });

  test('is refused what cannot be', async () => {
    const account = (await world.client().accounts.retrieveCurrent()).id;
    await expect(async () => world.platform.control.setBilling({ account, retry_days: [0] })).rejects.toThrow(
      "'retry_days' must be up to 8",
    );
    await expect(async () => world.platform.control.setBilling({ account, upcoming_days: 99 })).rejects.toThrow("'upcoming_days' must be");
  });
});
