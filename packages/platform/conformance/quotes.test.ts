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

async function onClock() {
  const shop = new Shop(world.client());
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const quote = (params: Stripe.QuoteCreateParams): Promise<Stripe.Quote> =>
    shop.stripe.quotes.create({ customer: customer.id, ...params });
  const open = async (params: Stripe.QuoteCreateParams): Promise<Stripe.Quote> =>
    shop.stripe.quotes.finalizeQuote((await quote(params)).id);
  return { shop, stripe: shop.stripe, clock: clock.id, customer, quote, open };
}

const refusal = (call: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: Stripe.errors.StripeError) => error,
  );

describe('a quote', () => {
  test('comes to what is due now and what recurs, discounts and tax included', async () => {
    const it = await onClock();
    const [monthly, once] = [await it.shop.price(2000), await it.shop.price(500, {})];
    const coupon = await it.stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const rate = await it.stripe.taxRates.create({ display_name: 'VAT', percentage: 20, inclusive: false });
    const made = await it.quote({
      line_items: [{ price: monthly.id, quantity: 3 }, { price: once.id }],
      discounts: [{ coupon: coupon.id }],
      default_tax_rates: [rate.id],
    });
    expect([made.status, made.number, made.amount_subtotal, made.amount_total]).toEqual(['draft', null, 6500, 7020]);
    expect(made.computed.recurring).toMatchObject({ amount_subtotal: 6000, amount_total: 6480, interval: 'month', interval_count: 1 });
    expect(made.computed.upfront.total_details).toMatchObject({ amount_discount: 650, amount_tax: 1170 });
    const lines = (await it.stripe.quotes.listLineItems(made.id)).data;
    expect(lines.map((line) => [line.quantity, line.amount_subtotal, line.amount_discount, line.amount_tax, line.amount_total])).toEqual([
      [3, 6000, 600, 1080, 6480],
      [1, 500, 50, 90, 540],
    ]);
    expect((await it.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(0);
  });

  test('with a trial has only what is paid once due now', async () => {
    const it = await onClock();
    const [monthly, once] = [await it.shop.price(2000), await it.shop.price(500, {})];
    const made = await it.quote({ line_items: [{ price: monthly.id }, { price: once.id }], subscription_data: { trial_period_days: 7 } });
    expect([made.amount_total, made.computed.recurring?.amount_total]).toEqual([500, 2000]);
    const upfront = (await it.stripe.quotes.listComputedUpfrontLineItems(made.id)).data;
    expect(upfront.map((line) => line.amount_total)).toEqual([500]);
  });

  test('can be changed while it is a draft, and no more when it is finalized', async () => {
    const it = await onClock();
    const { id } = await it.stripe.quotes.create({ test_clock: it.clock, line_items: [{ price: (await it.shop.price(2000)).id }] });
    expect((await refusal(it.stripe.quotes.finalizeQuote(id))).param).toBe('customer');
    const made = await it.stripe.quotes.update(id, { customer: it.customer.id });
    const [line] = (await it.stripe.quotes.listLineItems(made.id)).data;
    const changed = await it.stripe.quotes.update(made.id, { line_items: [{ id: line!.id, quantity: 4 }] });
    expect(changed.amount_total).toBe(8000);
    const open = await it.stripe.quotes.finalizeQuote(made.id);
    expect([open.status, open.number, open.expires_at]).toEqual(['open', expect.stringMatching(/^QT-[0-9A-Z]+-0001-1$/), START + 30 * DAY]);
    expect((await refusal(it.stripe.quotes.update(made.id, { header: 'x' }))).message).toContain('This one is open');
  });

  test('accepted becomes a subscription, with what is paid once on its first invoice', async () => {
    const it = await onClock();
    const [monthly, once] = [await it.shop.price(2000), await it.shop.price(500, {})];
    const coupon = await it.stripe.coupons.create({ percent_off: 10, duration: 'once' });
    const open = await it.open({
      line_items: [{ price: monthly.id, quantity: 3 }, { price: once.id }],
      discounts: [{ coupon: coupon.id }],
    });
    const done = await it.stripe.quotes.accept(open.id);
    expect([done.status, done.status_transitions.accepted_at]).toEqual(['accepted', START]);
    const subscription = await it.stripe.subscriptions.retrieve(done.subscription as string, { expand: ['latest_invoice'] });
    expect([subscription.status, (subscription.latest_invoice as Stripe.Invoice).total]).toEqual(['active', open.amount_total]);
    expect((await it.stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
    await it.shop.advance(it.clock, 7200);
    expect((await it.stripe.invoices.retrieve((subscription.latest_invoice as Stripe.Invoice).id)).status).toBe('paid');
  });

  test('accepted becomes a schedule where it takes effect later', async () => {
    const it = await onClock();
    const open = await it.open({
      line_items: [{ price: (await it.shop.price(2000)).id }],
      subscription_data: { effective_date: START + 10 * DAY },
    });
    const done = await it.stripe.quotes.accept(open.id);
    expect([done.subscription, done.subscription_schedule]).toEqual([null, expect.stringMatching(/^sub_sched_/)]);
    await it.shop.advanceDays(it.clock, 11);
    const schedule = await it.stripe.subscriptionSchedules.retrieve(done.subscription_schedule as string);
    expect((await it.stripe.subscriptions.retrieve(schedule.subscription as string)).start_date).toBe(START + 10 * DAY);
  });

  test('accepted becomes an invoice where nothing recurs', async () => {
    const it = await onClock();
    const open = await it.open({ line_items: [{ price: (await it.shop.price(500, {})).id, quantity: 2 }] });
    const done = await it.stripe.quotes.accept(open.id, { expand: ['invoice'] });
    const invoice = done.invoice as Stripe.Invoice;
    expect([invoice.status, invoice.total, invoice.billing_reason, invoice.parent?.quote_details?.quote]).toEqual([
      'draft',
      1000,
      'quote_accept',
      open.id,
    ]);
  });

  test('is canceled by hand, and by itself when nobody accepts it in time', async () => {
    const it = await onClock();
    const line_items = [{ price: (await it.shop.price(500, {})).id }];
    const open = await it.open({ line_items });
    expect((await it.stripe.quotes.cancel(open.id)).status).toBe('canceled');
    const forgotten = await it.stripe.quotes.finalizeQuote((await it.quote({ line_items })).id, { expires_at: START + DAY });
    await it.shop.advanceDays(it.clock, 2);
    const after = await it.stripe.quotes.retrieve(forgotten.id);
    expect([after.status, after.status_transitions.canceled_at]).toEqual(['canceled', START + DAY]);
    expect((await refusal(it.stripe.quotes.accept(forgotten.id))).message).toContain('cannot accept a quote that is canceled');
  });

  test('made of another has its items, and takes its place as a revision', async () => {
    const it = await onClock();
    const open = await it.open({ line_items: [{ price: (await it.shop.price(500, {})).id, quantity: 2 }], header: 'Hello' });
    const revision = await it.stripe.quotes.create({ from_quote: { quote: open.id, is_revision: true } });
    expect([revision.amount_total, revision.header, revision.from_quote]).toEqual([1000, 'Hello', { is_revision: true, quote: open.id }]);
    await it.stripe.quotes.finalizeQuote(revision.id);
    expect((await it.stripe.quotes.retrieve(open.id)).status).toBe('canceled');
  });

  test('says that it has no PDF', async () => {
    const it = await onClock();
    const made = await it.quote({});
    const error = await refusal(it.stripe.quotes.pdf(made.id));
    expect([error.statusCode, error.message]).toEqual([501, expect.stringContaining('the PDF of a quote')]);
  });
});
