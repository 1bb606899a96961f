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
/** Where a shop's clock stands: 1 January 2026, noon. January has 31 days, February 28. */
const START = Date.UTC(2026, 0, 1, 12) / 1000;
const at = (month: number, day: number, hour = 12, year = 2026): number => Date.UTC(year, month - 1, day, hour) / 1000;

type Create = Omit<Stripe.SubscriptionCreateParams, 'customer' | 'items'>;

/** A customer with a card on a clock. */
async function onClock(card: string | null = 'tok_visa') {
  const shop = new Shop(world.client());
  const clock = await shop.clock();
  const customer = await shop.customer(card ?? undefined, { test_clock: clock.id });
  const subscribe = (price: string, params: Create = {}): Promise<Stripe.Subscription> =>
    shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price }], ...params });
  const invoices = async (): Promise<Stripe.Invoice[]> =>
    (await shop.stripe.invoices.list({ customer: customer.id, limit: 100 })).data.reverse();
  const pending = async (): Promise<Stripe.InvoiceItem[]> =>
    (await shop.stripe.invoiceItems.list({ customer: customer.id, pending: true })).data.reverse();
  const to = async (instant: number): Promise<void> => {
    const { frozen_time: now } = await shop.stripe.testHelpers.testClocks.retrieve(clock.id);
    await shop.advance(clock.id, instant - now);
  };
  return { shop, stripe: shop.stripe, clock: clock.id, customer, subscribe, invoices, pending, to };
}

const refusal = async (call: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  try {
    await call;
  } catch (error) {
    return error as Stripe.errors.StripeError;
  }
  throw new Error('it was not refused');
};

const itemOf = (subscription: Stripe.Subscription): Stripe.SubscriptionItem => subscription.items.data[0]!;
const spanOf = (subscription: Stripe.Subscription): number[] => [
  itemOf(subscription).current_period_start,
  itemOf(subscription).current_period_end,
];

describe('a new subscription', () => {
  test('with a later anchor bills the part of the period up to it', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id, { billing_cycle_anchor: at(1, 16), expand: ['latest_invoice'] });
    expect(spanOf(made)).toEqual([START, at(1, 16)]);
    expect((made.latest_invoice as Stripe.Invoice).total).toBe(1500);
  });

  test('with a later anchor and no prorations has no invoice until the anchor', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id, { billing_cycle_anchor: at(1, 16), proration_behavior: 'none' });
    expect([made.status, made.latest_invoice]).toEqual(['active', null]);
    await it.to(at(1, 16, 14));
    expect((await it.invoices()).map((row) => [row.created, row.total, row.status])).toEqual([[at(1, 16), 3100, 'paid']]);
  });

  test('cannot be anchored behind its next natural billing date', async () => {
    const it = await onClock();
    const error = await refusal(it.subscribe((await it.shop.price(3100)).id, { billing_cycle_anchor: at(2, 2) }));
    expect([error.param, error.message]).toEqual([
      'billing_cycle_anchor',
      expect.stringContaining(`later than next natural billing date (${at(2, 1)})`),
    ]);
  });

  test('is anchored to a day of the month, and to the last where a month has no such day', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id, {
      billing_cycle_anchor_config: { day_of_month: 31, hour: 6, minute: 0, second: 0 },
    });
    expect(made.billing_cycle_anchor).toBe(at(1, 31, 6));
    await it.to(at(4, 1));
    expect((await it.invoices()).map((row) => row.created)).toEqual([START, at(1, 31, 6), at(2, 28, 6), at(3, 31, 6)]);
  });

  test('that is backdated bills the past: a line a period in flexible mode, one line in classic', async () => {
    const flexible = await onClock();
    const start = at(11, 16, 12, 2025);
    const price = await flexible.shop.price(3000);
    const made = await flexible.subscribe(price.id, { backdate_start_date: start, expand: ['latest_invoice'] });
    expect([made.start_date, made.billing_cycle_anchor]).toEqual([start, start]);
    const lines = (made.latest_invoice as Stripe.Invoice).lines.data.map((line) => [line.period.start, line.period.end, line.amount]);
    expect(lines.sort((a, b) => a[0]! - b[0]!)).toEqual([
      [start, at(12, 16, 12, 2025), 3000],
      [at(12, 16, 12, 2025), at(1, 16), 3000],
    ]);
    const classic = await onClock();
    const other = await classic.subscribe((await classic.shop.price(3000)).id, {
      backdate_start_date: at(12, 1, 12, 2025),
      billing_mode: { type: 'classic' },
      expand: ['latest_invoice'],
    });
    expect(other.billing_cycle_anchor).toBe(START);
    expect((other.latest_invoice as Stripe.Invoice).lines.data.map((line) => line.amount)).toEqual([3000, 3000]);
  });

  test('with a fixed end within its first period bills up to the end, and ends there', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id, { cancel_at: at(1, 11), expand: ['latest_invoice'] });
    expect([(made.latest_invoice as Stripe.Invoice).total, itemOf(made).current_period_end]).toEqual([1000, at(1, 11)]);
    await it.to(at(1, 12));
    const ended = await it.stripe.subscriptions.retrieve(made.id);
    expect([ended.status, ended.ended_at, (await it.invoices()).length]).toEqual(['canceled', at(1, 11), 1]);
  });

  test('bills what is added once with its first invoice', async () => {
    const it = await onClock();
    const setup = await it.shop.price(500, {});
    const made = await it.subscribe((await it.shop.price(2000)).id, {
      add_invoice_items: [{ price: setup.id, quantity: 2 }],
      expand: ['latest_invoice'],
    });
    expect((made.latest_invoice as Stripe.Invoice).total).toBe(3000);
  });

  test('bills prices of several intervals together where each is a multiple of the shortest, each in its own period', async () => {
    const it = await onClock();
    const [monthly, yearly] = [await it.shop.price(1000), await it.shop.price(9000, { recurring: { interval: 'year' } })];
    const made = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: monthly.id }, { price: yearly.id }] });
    await it.to(at(2, 2));
    expect((await it.invoices()).map((row) => row.total)).toEqual([10_000, 1000]);
    expect((await it.stripe.subscriptions.retrieve(made.id)).items.data.map((item) => item.current_period_end)).toEqual([
      at(3, 1),
      at(1, 1, 12, 2027),
    ]);
    const weekly = await it.shop.price(100, { recurring: { interval: 'week' } });
    const refused = await refusal(
      it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: monthly.id }, { price: weekly.id }] }),
    );
    expect(refused.message).toContain('multiple of the shortest interval');
    const classic = it.stripe.subscriptions.create({
      customer: it.customer.id,
      items: [{ price: monthly.id }, { price: yearly.id }],
      billing_mode: { type: 'classic' },
    });
    expect((await refusal(classic)).message).toContain('Found mismatch in interval field');
  });

  test('of a trial asks for a payment method with a setup intent, which then pays', async () => {
    const it = await onClock(null);
    const made = await it.subscribe((await it.shop.price(2000)).id, { trial_period_days: 7 });
    expect(made.pending_setup_intent).toMatch(/^seti_/);
    await it.stripe.setupIntents.confirm(made.pending_setup_intent as string, {
      payment_method: 'pm_card_visa',
      return_url: 'https://example.com',
    });
    const asked = await it.stripe.subscriptions.retrieve(made.id);
    expect([asked.pending_setup_intent, asked.default_payment_method]).toEqual([null, expect.stringMatching(/^pm_/)]);
    await it.to(START + 7 * DAY + 2 * HOUR);
    expect((await it.invoices()).map((row) => [row.total, row.status])).toEqual([
      [0, 'paid'],
      [2000, 'paid'],
    ]);
  });

  test('takes its trial from its price where it is asked to', async () => {
    const it = await onClock();
    const price = await it.shop.price(2000, { recurring: { interval: 'month', trial_period_days: 10 } });
    expect((await it.subscribe(price.id)).status).toBe('active');
    expect((await it.subscribe(price.id, { trial_from_plan: true })).trial_end).toBe(START + 10 * DAY);
  });

  test('with error_if_incomplete leaves nothing behind when its payment fails', async () => {
    const it = await onClock('tok_chargeCustomerFail');
    const error = await refusal(it.subscribe((await it.shop.price(2000)).id, { payment_behavior: 'error_if_incomplete' }));
    expect([error.statusCode, error.code]).toEqual([402, 'card_declined']);
    expect([(await it.stripe.subscriptions.list({ customer: it.customer.id, status: 'all' })).data, await it.invoices()]).toEqual([[], []]);
  });

  test('keeps the method that paid where it is asked to', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id, {
      payment_settings: { save_default_payment_method: 'on_subscription' },
    });
    expect(made.default_payment_method).toBe(it.customer.invoice_settings.default_payment_method);
  });

  test('is refused for what is not simulated, with a sentence', async () => {
    const it = await onClock();
    const error = await refusal(it.subscribe((await it.shop.price(2000)).id, { billing_thresholds: { amount_gte: 100 } }));
    expect([error.statusCode, error.message]).toEqual([501, expect.stringContaining('billing_thresholds')]);
  });
});

/** What a change within a 31-day period comes to, by billing mode: price before, price after, day, amounts of the items that wait. */
describe('a change of price', () => {
  const cases: readonly [string, 'classic' | 'flexible', number, number, number, number[]][] = [
    ['to a dearer price, classic', 'classic', 3100, 6200, 11, [-2100, 4200]],
    ['to a dearer price, flexible', 'flexible', 3100, 6200, 11, [-2100, 4200]],
    ['to a cheaper price', 'flexible', 6200, 3100, 21, [-2200, 1100]],
    ['rounded on each side alone', 'classic', 1000, 2000, 11, [-677, 1355]],
    ['at once', 'flexible', 1000, 2000, 1, [-1000, 2000]],
  ];
  test.each(cases)('%s', async (_title, mode, from, to, day, amounts) => {
    const it = await onClock();
    const [before, after] = [await it.shop.price(from), await it.shop.price(to)];
    const made = await it.subscribe(before.id, { billing_mode: { type: mode } });
    await it.to(START + (day - 1) * DAY + (day === 1 ? 1 : 0));
    await it.stripe.subscriptions.update(made.id, {
      items: [{ id: itemOf(made).id, price: after.id }],
      proration_date: START + (day - 1) * DAY,
    });
    expect((await it.pending()).map((item) => item.amount)).toEqual(amounts);
  });

  test('10 to 20 unbilled on day 10, back on day 20 of 30: classic credits 6.67, flexible the 3.33 that were paid', async () => {
    const outcome = async (mode: 'classic' | 'flexible'): Promise<number[]> => {
      const it = await onClock();
      const price = await it.shop.price(10, { recurring: { interval: 'day', interval_count: 30 } });
      const dear = await it.shop.price(20, { recurring: { interval: 'day', interval_count: 30 } });
      const hundred = { quantity: 100 };
      const made = await it.stripe.subscriptions.create({
        customer: it.customer.id,
        items: [{ price: price.id, ...hundred }],
        billing_mode: { type: mode },
      });
      const { id } = itemOf(made);
      await it.to(START + 10 * DAY);
      await it.stripe.subscriptions.update(made.id, { items: [{ id, price: dear.id, ...hundred }], proration_behavior: 'none' });
      await it.to(START + 20 * DAY);
      const back = await it.stripe.subscriptions.update(made.id, {
        items: [{ id, price: price.id, ...hundred }],
        proration_behavior: 'always_invoice',
        expand: ['latest_invoice'],
      });
      const invoice = back.latest_invoice as Stripe.Invoice;
      return [...invoice.lines.data.map((line) => line.amount).sort((a, b) => a - b), invoice.total];
    };
    expect(await outcome('classic')).toEqual([-667, 333, -334]);
    expect(await outcome('flexible')).toEqual([-333, 333, 0]);
  });

  test('5 off over 10 and 20, the 10 removed half way: classic −2.50, flexible −4.17', async () => {
    const outcome = async (mode: 'classic' | 'flexible'): Promise<number[]> => {
      const it = await onClock();
      const every = { recurring: { interval: 'day', interval_count: 30 } } as const;
      const [ten, twenty] = [await it.shop.price(1000, every), await it.shop.price(2000, every)];
      const coupon = await it.stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'forever' });
      const made = await it.stripe.subscriptions.create({
        customer: it.customer.id,
        items: [{ price: ten.id }, { price: twenty.id }],
        discounts: [{ coupon: coupon.id }],
        billing_mode: { type: mode },
      });
      await it.to(START + 15 * DAY);
      await it.stripe.subscriptionItems.del(itemOf(made).id);
      return (await it.pending()).map((item) => item.amount);
    };
    expect(await outcome('classic')).toEqual([-250]);
    expect(await outcome('flexible')).toEqual([-417]);
  });

  test('tells which line of which invoice a credit takes back', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id, { expand: ['latest_invoice'] });
    await it.stripe.subscriptions.update(made.id, { items: [{ id: itemOf(made).id, quantity: 2 }] });
    const invoice = made.latest_invoice as Stripe.Invoice;
    const [credit] = await it.pending();
    expect(credit!.proration_details?.credited_items).toEqual({
      invoice_line_item_details: { invoice: invoice.id, invoice_line_items: [invoice.lines.data[0]!.id] },
      type: 'invoice_line_items',
    });
  });

  test('of interval begins a new cycle in classic mode and never in flexible', async () => {
    const change = async (mode: 'classic' | 'flexible') => {
      const it = await onClock();
      const yearly = await it.shop.price(36_500, { recurring: { interval: 'year' } });
      const made = await it.subscribe((await it.shop.price(3100)).id, { billing_mode: { type: mode } });
      await it.to(START + 10 * DAY);
      const after = await it.stripe.subscriptions.update(made.id, { items: [{ id: itemOf(made).id, price: yearly.id }] });
      return {
        span: spanOf(after),
        anchor: after.billing_cycle_anchor,
        totals: (await it.invoices()).map((row) => row.total),
        pending: await it.pending(),
      };
    };
    const classic = await change('classic');
    expect([classic.anchor, classic.span, classic.totals]).toEqual([
      START + 10 * DAY,
      [START + 10 * DAY, at(1, 11, 12, 2027)],
      [3100, 36_500 - 2100],
    ]);
    const flexible = await change('flexible');
    expect([flexible.anchor, flexible.span, flexible.totals]).toEqual([START, [START, at(1, 1, 12, 2027)], [3100]]);
    expect(flexible.pending.map((item) => item.amount)).toEqual([-2100, 35_500]);
  });

  test('without a quantity begins at one', async () => {
    const it = await onClock();
    const [before, after] = [await it.shop.price(100), await it.shop.price(200)];
    const made = await it.stripe.subscriptions.create({ customer: it.customer.id, items: [{ price: before.id, quantity: 5 }] });
    const changed = await it.stripe.subscriptions.update(made.id, { items: [{ id: itemOf(made).id, price: after.id }] });
    expect(itemOf(changed).quantity).toBe(1);
  });

  test('in a trial costs nothing', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id, { trial_period_days: 7 });
    await it.stripe.subscriptions.update(made.id, { items: [{ id: itemOf(made).id, quantity: 9 }], proration_behavior: 'always_invoice' });
    expect([await it.pending(), (await it.invoices()).length]).toEqual([[], 1]);
  });
});

describe('an update', () => {
  test('that moves the anchor to now credits the old periods and bills whole new ones', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id);
    await it.to(START + 10 * DAY);
    const after = await it.stripe.subscriptions.update(made.id, { billing_cycle_anchor: { type: 'now' }, expand: ['latest_invoice'] });
    expect(spanOf(after)).toEqual([START + 10 * DAY, at(2, 11)]);
    expect((after.latest_invoice as Stripe.Invoice).lines.data.map((line) => line.amount).sort((a, b) => a - b)).toEqual([-2100, 3100]);
  });

  test('that ends a trial bills at once', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id, { trial_period_days: 14 });
    await it.to(START + 3 * DAY);
    const after = await it.stripe.subscriptions.update(made.id, { trial_end: 'now', expand: ['latest_invoice'] });
    expect([after.status, after.billing_cycle_anchor, (after.latest_invoice as Stripe.Invoice).amount_paid]).toEqual([
      'active',
      START + 3 * DAY,
      2000,
    ]);
  });

  test('that moves a trial moves its periods and its warning', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id, { trial_period_days: 7 });
    const later = START + 30 * DAY;
    const after = await it.stripe.subscriptions.update(made.id, { trial_end: later });
    expect([after.trial_end, ...spanOf(after)]).toEqual([later, START, later]);
    await it.to(START + 20 * DAY);
    expect((await it.shop.events()).filter((event) => event.type === 'customer.subscription.trial_will_end')).toEqual([]);
    await it.to(later - 3 * DAY);
    expect((await it.shop.events()).filter((event) => event.type === 'customer.subscription.trial_will_end')).toHaveLength(1);
  });

  test('whose payment fails stands, and makes the subscription past due', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id);
    const bad = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    const after = await it.stripe.subscriptions.update(made.id, {
      default_payment_method: bad.id,
      items: [{ id: itemOf(made).id, quantity: 3 }],
      proration_behavior: 'always_invoice',
    });
    expect([after.status, itemOf(after).quantity]).toEqual(['past_due', 3]);
  });

  test('with error_if_incomplete is undone when its payment fails', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id);
    const bad = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: bad.id } });
    const call = it.stripe.subscriptions.update(made.id, {
      items: [{ id: itemOf(made).id, quantity: 3 }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'error_if_incomplete',
    });
    expect((await refusal(call)).statusCode).toBe(402);
    expect([itemOf(await it.stripe.subscriptions.retrieve(made.id)).quantity, (await it.invoices()).length, await it.pending()]).toEqual([
      1,
      1,
      [],
    ]);
  });

  test('with pending_if_incomplete waits for its payment and is made by it', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id);
    const bad = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: bad.id } });
    const params: Stripe.SubscriptionUpdateParams = {
      items: [{ id: itemOf(made).id, quantity: 3 }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    };
    const waiting = await it.stripe.subscriptions.update(made.id, params);
    expect([waiting.status, itemOf(waiting).quantity, waiting.pending_update?.subscription_items?.[0]?.quantity]).toEqual(['active', 1, 3]);
    await it.stripe.invoices.pay(waiting.latest_invoice as string, { payment_method: 'pm_card_visa' });
    const after = await it.stripe.subscriptions.retrieve(made.id);
    expect([after.pending_update, itemOf(after).quantity]).toEqual([null, 3]);
    expect((await it.shop.events()).map((event) => event.type)).toContain('customer.subscription.pending_update_applied');
  });

  test('with pending_if_incomplete is forgotten after 23 hours, and its invoice is void', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id);
    const bad = await it.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
    await it.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: bad.id } });
    const waiting = await it.stripe.subscriptions.update(made.id, {
      items: [{ id: itemOf(made).id, quantity: 3 }],
      proration_behavior: 'always_invoice',
      payment_behavior: 'pending_if_incomplete',
    });
    await it.to(START + 23 * HOUR);
    const after = await it.stripe.subscriptions.retrieve(made.id);
    expect([
      after.pending_update,
      itemOf(after).quantity,
      (await it.stripe.invoices.retrieve(waiting.latest_invoice as string)).status,
    ]).toEqual([null, 1, 'void']);
    expect((await it.shop.events()).map((event) => event.type)).toContain('customer.subscription.pending_update_expired');
  });
});

describe('the end of a subscription', () => {
  test('at the end of the period can be asked for and taken back', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id);
    const ending = await it.stripe.subscriptions.update(made.id, { cancel_at_period_end: true });
    expect([ending.status, ending.cancel_at, ending.canceled_at, ending.cancellation_details?.reason]).toEqual([
      'active',
      at(2, 1),
      START,
      'cancellation_requested',
    ]);
    const back = await it.stripe.subscriptions.update(made.id, { cancel_at_period_end: false });
    expect([back.cancel_at, back.canceled_at, back.cancellation_details?.reason]).toEqual([null, null, null]);
  });

  test('within a period credits the rest, and charges it again when it is taken back', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id);
    const ending = await it.stripe.subscriptions.update(made.id, { cancel_at: at(1, 11) });
    expect([itemOf(ending).current_period_end, (await it.pending()).map((item) => item.amount)]).toEqual([at(1, 11), [-2100]]);
    const back = await it.stripe.subscriptions.update(made.id, { cancel_at: '' });
    expect([itemOf(back).current_period_end, (await it.pending()).map((item) => item.amount)]).toEqual([at(2, 1), [-2100, 2100]]);
  });

  test('now can credit what is left and bill it at once', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id);
    await it.to(START + 10 * DAY);
    const ended = await it.stripe.subscriptions.cancel(made.id, { prorate: true, invoice_now: true, expand: ['latest_invoice'] });
    expect([ended.status, (ended.latest_invoice as Stripe.Invoice).total]).toEqual(['canceled', -2100]);
    expect(((await it.stripe.customers.retrieve(it.customer.id)) as Stripe.Customer).balance).toBe(-2100);
  });

  test('now drops prorations that nobody billed, unless it is asked to bill them', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id);
    await it.stripe.subscriptions.update(made.id, { items: [{ id: itemOf(made).id, quantity: 2 }] });
    await it.stripe.subscriptions.cancel(made.id, { cancellation_details: { comment: 'Too dear', feedback: 'too_expensive' } });
    expect(await it.pending()).toEqual([]);
    expect((await it.stripe.subscriptions.retrieve(made.id)).cancellation_details).toMatchObject({
      comment: 'Too dear',
      feedback: 'too_expensive',
      reason: 'cancellation_requested',
    });
  });

  test('leaves metadata and cancellation details to change, and nothing else', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id);
    await it.stripe.subscriptions.cancel(made.id);
    expect((await it.stripe.subscriptions.update(made.id, { metadata: { why: 'moved' } })).metadata).toEqual({ why: 'moved' });
    expect((await refusal(it.stripe.subscriptions.update(made.id, { description: 'x' }))).code).toBe(
      'invalid_canceled_subscription_fields',
    );
  });
});

describe('a pause', () => {
  test('of collection voids, writes off or keeps the invoices, and is over by itself', async () => {
    const statusAfter = async (behavior: 'void' | 'mark_uncollectible' | 'keep_as_draft'): Promise<unknown[]> => {
      const it = await onClock();
      const made = await it.subscribe((await it.shop.price(2000)).id);
      await it.stripe.subscriptions.update(made.id, { pause_collection: { behavior, resumes_at: at(2, 15) } });
      await it.to(at(2, 16));
      const after = await it.stripe.subscriptions.retrieve(made.id);
      return [(await it.invoices()).at(-1)!.status, after.status, after.pause_collection];
    };
    expect(await statusAfter('void')).toEqual(['void', 'active', null]);
    expect(await statusAfter('mark_uncollectible')).toEqual(['uncollectible', 'active', null]);
    expect(await statusAfter('keep_as_draft')).toEqual(['draft', 'active', null]);
  });

  test('bills nothing until it is resumed, and then a new cycle', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(3100)).id);
    await it.to(START + 10 * DAY);
    const paused = await it.stripe.subscriptions.pause(made.id);
    expect([paused.status, paused.status_details?.paused.subscription.type]).toEqual(['paused', 'pause_requested']);
    await it.to(at(3, 1));
    expect(await it.invoices()).toHaveLength(1);
    const resumed = await it.stripe.subscriptions.resume(made.id, { expand: ['latest_invoice'] });
    expect([resumed.status, resumed.billing_cycle_anchor, ...spanOf(resumed)]).toEqual(['active', at(3, 1), at(3, 1), at(4, 1)]);
    expect((resumed.latest_invoice as Stripe.Invoice).total).toBe(3100 - 2100);
  });

  test('at the end of a trial without a payment method lasts until somebody can pay', async () => {
    const it = await onClock(null);
    const made = await it.subscribe((await it.shop.price(2000)).id, {
      trial_period_days: 7,
      trial_settings: { end_behavior: { missing_payment_method: 'pause' } },
    });
    await it.to(START + 8 * DAY);
    expect((await it.stripe.subscriptions.retrieve(made.id)).status).toBe('paused');
    expect((await it.stripe.subscriptions.resume(made.id)).status).toBe('paused');
    const waiting = await it.stripe.subscriptions.retrieve(made.id);
    await it.stripe.invoices.pay(waiting.latest_invoice as string, { payment_method: 'pm_card_visa' });
    const after = await it.stripe.subscriptions.retrieve(made.id);
    expect([after.status, after.status_details ?? null]).toEqual(['active', null]);
    const types = (await it.shop.events()).map((event) => event.type);
    expect(types).toEqual(
      expect.arrayContaining([
        'customer.subscription.paused',
        'customer.subscription.resumed',
        'customer.subscription.pending_update_applied',
      ]),
    );
  });

  test('is only over for what is paused', async () => {
    const it = await onClock();
    const made = await it.subscribe((await it.shop.price(2000)).id);
    expect((await refusal(it.stripe.subscriptions.resume(made.id))).message).toBe('You can only resume a subscription if it is `paused`.');
  });
});

test('classic becomes flexible once, and not back', async () => {
  const it = await onClock();
  const made = await it.subscribe((await it.shop.price(2000)).id, { billing_mode: { type: 'classic' } });
  expect(made.billing_mode).toMatchObject({ type: 'classic', flexible: null });
  const after = await it.stripe.subscriptions.migrate(made.id, { billing_mode: { type: 'flexible' } });
  expect(after.billing_mode).toMatchObject({ type: 'flexible', updated_at: START });
  expect((await refusal(it.stripe.subscriptions.migrate(made.id, { billing_mode: { type: 'flexible' } }))).statusCode).toBe(400);
});

test('what waits is billed between renewals where an interval for it is set', async () => {
  const it = await onClock();
  const made = await it.subscribe((await it.shop.price(12_000, { recurring: { interval: 'year' } })).id, {
    pending_invoice_item_interval: { interval: 'month' },
  });
  expect(made.next_pending_invoice_item_invoice).toBe(at(2, 1));
  await it.stripe.invoiceItems.create({ customer: it.customer.id, subscription: made.id, amount: 700, currency: 'usd' });
  await it.to(at(3, 2));
  expect((await it.invoices()).map((row) => [row.billing_reason, row.total])).toEqual([
    ['subscription_create', 12_000],
    ['automatic_pending_invoice_item_invoice', 700],
  ]);
});
