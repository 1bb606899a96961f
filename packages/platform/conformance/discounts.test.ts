import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform({ unlimitedClocks: true });
});
afterAll(() => world.platform.close());

const at = (month: number, day: number): number => Date.UTC(2026, month - 1, day, 12) / 1000;
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
  const subscribe = (price: string, discounts: Stripe.SubscriptionCreateParams.Discount[]): Promise<Stripe.Subscription> =>
    stripe.subscriptions.create({ customer: customer.id, items: [{ price }], discounts });
  const totals = async (): Promise<number[]> =>
    (await stripe.invoices.list({ customer: customer.id, limit: 100 })).data.reverse().map((row) => row.total);
  const code = async (
    params: Partial<Stripe.PromotionCodeCreateParams> = {},
    coupon: Stripe.CouponCreateParams = { percent_off: 50, duration: 'forever' },
  ) => stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: (await stripe.coupons.create(coupon)).id }, ...params });
  return { shop, stripe, customer, to, subscribe, totals, code };
}

const refusal = (call: Promise<unknown>): Promise<Stripe.errors.StripeError> =>
  call.then(
    () => Promise.reject(new Error('it was not refused')),
    (error: Stripe.errors.StripeError) => error,
  );

describe('a coupon', () => {
  test.each([
    ['once', [1000, 2000, 2000, 2000]],
    ['repeating', [1000, 1000, 2000, 2000]],
    ['forever', [1000, 1000, 1000, 1000]],
  ] as const)('of duration %s lowers as many invoices', async (duration, totals) => {
    const it = await onClock();
    const coupon = await it.stripe.coupons.create({
      percent_off: 50,
      duration,
      ...(duration === 'repeating' && { duration_in_months: 2 }),
    });
    const made = await it.subscribe((await it.shop.price(2000)).id, [{ coupon: coupon.id }]);
    await it.to(at(4, 2));
    expect(await it.totals()).toEqual(totals);
    expect((await it.stripe.subscriptions.retrieve(made.id)).discounts.length).toBe(duration === 'forever' ? 1 : 0);
  });

  test.each([
    ['once', [4000, 5000, 5000, 5000]],
    ['repeating', [4000, 4000, 5000, 5000]],
    ['forever', [4000, 4000, 4000, 4000]],
  ] as const)('of one item, of duration %s, lowers as many invoices, and is told when it goes', async (duration, totals) => {
    const it = await onClock();
    const months = { duration, ...(duration === 'repeating' && { duration_in_months: 2 }) };
    const coupon = await it.stripe.coupons.create({ percent_off: 50, ...months });
    const [one, other] = [await it.shop.price(2000), await it.shop.price(3000)];
    const made = await it.stripe.subscriptions.create({
      customer: it.customer.id,
      items: [{ price: one.id, discounts: [{ coupon: coupon.id }] }, { price: other.id }],
    });
    await it.to(at(4, 2));
    expect(await it.totals()).toEqual(totals);
    const { items } = await it.stripe.subscriptions.retrieve(made.id);
    expect(items.data.map(({ discounts }) => discounts.length)).toEqual([duration === 'forever' ? 1 : 0, 0]);
    const told = await it.stripe.events.list({ type: 'customer.discount.deleted', limit: 1 });
    if (duration !== 'forever') expect(told.data[0]!.data.object).toMatchObject({ subscription_item: items.data[0]!.id });
  });

  test('of duration once is kept through a trial for the first invoice that it lowers', async () => {
    const it = await onClock();
    const coupon = await it.stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'once' });
    await it.stripe.subscriptions.create({
      customer: it.customer.id,
      items: [{ price: (await it.shop.price(2000)).id }],
      trial_period_days: 7,
      discounts: [{ coupon: coupon.id }],
    });
    await it.to(at(3, 1));
    expect(await it.totals()).toEqual([0, 1500, 2000]);
  });

  test('stacks with others in their order', async () => {
    const it = await onClock();
    const ten = await it.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
    const five = await it.stripe.coupons.create({ amount_off: 500, currency: 'usd', duration: 'forever' });
    const price = await it.shop.price(2000);
    await it.subscribe(price.id, [{ coupon: ten.id }, { coupon: five.id }]);
    await it.subscribe(price.id, [{ coupon: five.id }, { coupon: ten.id }]);
    expect(await it.totals()).toEqual([1300, 1350]);
  });

  test('applies to its products alone', async () => {
    const it = await onClock();
    const [one, other] = [await it.shop.price(2000), await it.shop.price(3000)];
    const coupon = await it.stripe.coupons.create({
      percent_off: 50,
      duration: 'forever',
      applies_to: { products: [one.product as string] },
    });
    await it.stripe.subscriptions.create({
      customer: it.customer.id,
      items: [{ price: one.id }, { price: other.id }],
      discounts: [{ coupon: coupon.id }],
    });
    expect(await it.totals()).toEqual([4000]);
  });

  test('of an item lowers that item alone', async () => {
    const it = await onClock();
    const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const [one, other] = [await it.shop.price(2000), await it.shop.price(3000)];
    await it.stripe.subscriptions.create({
      customer: it.customer.id,
      items: [{ price: one.id, discounts: [{ coupon: coupon.id }] }, { price: other.id }],
    });
    expect(await it.totals()).toEqual([4000]);
  });

  test.each(['classic', 'flexible'] as const)('of an item lowers its prorations too, in %s mode', async (type) => {
    const it = await onClock();
    const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const price = await it.shop.price(2000);
    const made = await it.stripe.subscriptions.create({
      ...{ customer: it.customer.id, billing_mode: { type } },
      items: [{ price: price.id, discounts: [{ coupon: coupon.id }] }],
    });
    const seats = [{ id: made.items.data[0]!.id, quantity: 2 }];
    await it.stripe.subscriptions.update(made.id, { items: seats, proration_behavior: 'always_invoice' });
    expect(await it.totals()).toEqual([1000, 1000]);
  });

  test('is no longer valid when it is redeemed out or past its date', async () => {
    const it = await onClock();
    const price = await it.shop.price(2000);
    const once = await it.stripe.coupons.create({ percent_off: 50, duration: 'once', max_redemptions: 1 });
    await it.subscribe(price.id, [{ coupon: once.id }]);
    expect([
      (await it.stripe.coupons.retrieve(once.id)).valid,
      (await refusal(it.subscribe(price.id, [{ coupon: once.id }]))).code,
    ]).toEqual([false, 'coupon_expired']);
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    const brief = await it.stripe.coupons.create({ percent_off: 50, duration: 'once', redeem_by: tomorrow });
    await it.subscribe(price.id, [{ coupon: brief.id }]);
    await it.to(tomorrow);
    expect((await refusal(it.subscribe(price.id, [{ coupon: brief.id }]))).code).toBe('coupon_expired');
  });

  test('that is deleted goes on for those who have it', async () => {
    const it = await onClock();
    const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: 'forever' });
    const price = await it.shop.price(2000);
    await it.subscribe(price.id, [{ coupon: coupon.id }]);
    await it.stripe.coupons.del(coupon.id);
    expect((await refusal(it.subscribe(price.id, [{ coupon: coupon.id }]))).code).toBe('resource_missing');
    await it.to(at(2, 2));
    expect(await it.totals()).toEqual([1000, 1000]);
  });

  test('takes an amount off in the currencies of its options', async () => {
    const it = await onClock();
    const coupon = await it.stripe.coupons.create({
      amount_off: 500,
      currency: 'usd',
      duration: 'forever',
      currency_options: { eur: { amount_off: 400 } },
    });
    const euro = await it.shop.price(2000, { currency: 'eur', recurring: { interval: 'month' } });
    await it.subscribe(euro.id, [{ coupon: coupon.id }]);
    expect(await it.totals()).toEqual([1600]);
    const pounds = await it.shop.price(2000, { currency: 'gbp', recurring: { interval: 'month' } });
    expect((await refusal(it.subscribe(pounds.id, [{ coupon: coupon.id }]))).message).toContain('another currency');
  });
});

describe('a promotion code', () => {
  test('is redeemed as often as it may be, and then inactive', async () => {
    const it = await onClock();
    const price = await it.shop.price(2000);
    const code = await it.code({ max_redemptions: 1 });
    await it.subscribe(price.id, [{ promotion_code: code.id }]);
    const after = await it.stripe.promotionCodes.retrieve(code.id);
    expect([after.times_redeemed, after.active]).toEqual([1, false]);
    expect((await refusal(it.subscribe(price.id, [{ promotion_code: code.id }]))).message).toBe('This promotion code is inactive.');
  });

  test('keeps its restrictions: a minimum in each currency, a first purchase, a customer', async () => {
    const it = await onClock();
    const price = await it.shop.price(2000);
    const dear = await it.code({ restrictions: { minimum_amount: 3000, minimum_amount_currency: 'usd' } });
    expect((await refusal(it.subscribe(price.id, [{ promotion_code: dear.id }]))).message).toContain('below its minimum of $30.00');
    const euros = await it.code({
      restrictions: { minimum_amount: 100, minimum_amount_currency: 'eur', currency_options: { usd: { minimum_amount: 2500 } } },
    });
    expect((await refusal(it.subscribe(price.id, [{ promotion_code: euros.id }]))).message).toContain('below its minimum of $25.00');
    const others = await it.code({ customer: (await it.shop.customer()).id });
    expect((await refusal(it.subscribe(price.id, [{ promotion_code: others.id }]))).message).toContain('belongs to another customer');
    const first = await it.code({ restrictions: { first_time_transaction: true } });
    await it.subscribe(price.id, [{ promotion_code: first.id }]);
    expect((await refusal(it.subscribe(price.id, [{ promotion_code: first.id }]))).message).toContain('prior transactions');
  });

  test('expires', async () => {
    const it = await onClock();
    const price = await it.shop.price(2000);
    const tomorrow = Math.floor(Date.now() / 1000) + 86_400;
    const code = await it.code({ expires_at: tomorrow });
    await it.subscribe(price.id, [{ promotion_code: code.id }]);
    await it.to(tomorrow);
    expect((await refusal(it.subscribe(price.id, [{ promotion_code: code.id }]))).message).toContain('has expired');
    expect((await refusal(it.code({ expires_at: START - 1 }))).param).toBe('expires_at');
  });

  test('cannot be made active again when its coupon is no longer valid', async () => {
    const it = await onClock();
    const code = await it.code({ active: false }, { percent_off: 50, duration: 'once', max_redemptions: 1 });
    await it.subscribe((await it.shop.price(2000)).id, [{ coupon: code.promotion.coupon as string }]);
    expect((await refusal(it.stripe.promotionCodes.update(code.id, { active: true }))).message).toContain('no longer valid');
  });
});

test('a discount is told when it begins and when it is over', async () => {
  const it = await onClock();
  const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 1 });
  await it.subscribe((await it.shop.price(2000)).id, [{ coupon: coupon.id }]);
  await it.to(at(2, 2));
  const types = (await it.shop.events()).map((event) => event.type).filter((type) => type.startsWith('customer.discount'));
  expect(types).toEqual(['customer.discount.created', 'customer.discount.deleted']);
});

test('a discount that was taken off is not over once more when its months end', async () => {
  const it = await onClock();
  const coupon = await it.stripe.coupons.create({ percent_off: 50, duration: 'repeating', duration_in_months: 1 });
  const { id } = await it.subscribe((await it.shop.price(2000)).id, [{ coupon: coupon.id }]);
  await it.stripe.subscriptions.update(id, { discounts: '' });
  await it.to(at(2, 2));
  const types = (await it.shop.events()).map((event) => event.type).filter((type) => type.startsWith('customer.discount'));
  expect(types).toEqual(['customer.discount.created', 'customer.discount.deleted']);
});
