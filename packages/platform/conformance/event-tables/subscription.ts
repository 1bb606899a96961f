import { expect } from 'vitest';
import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

const DAY = 86_400;

/** A subscription on a clock, paid by a card. */
async function subscribed(shop: Shop, params: object = {}, card: string | undefined = 'tok_visa') {
  const clock = await shop.clock();
  const customer = await shop.customer(card, { test_clock: clock.id });
  const price = await shop.price(2000);
  const subscription = await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
  return { clock: clock.id, customer, price, subscription, item: subscription.items.data[0]!.id };
}

/** The customer's default card declines from now on. */
async function failing<T extends { customer: { id: string } }>(shop: Shop, it: T): Promise<T> {
  const bad = await shop.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
  await shop.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: bad.id } });
  return it;
}

const FIRST = ['currency', 'next_invoice_sequence'] as const;
/** What was before is not the point. */
const SOMETHING = expect.any(Object) as unknown as Record<string, unknown>;
const PAID = ['charge.succeeded', 'payment_intent.succeeded'] as const;
const SETTLED = ['invoice.paid', 'invoice.payment_succeeded', 'invoice_payment.paid'] as const;

export const subscription: readonly EventRow[] = [
  row({
    operation: 'create with default_incomplete',
    given: async (shop) => ({ customer: await shop.customer('tok_visa'), price: await shop.price(2000) }),
    when: (shop, { customer, price }) =>
      shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], payment_behavior: 'default_incomplete' }),
    tells: ['invoice.created', ['customer.updated', FIRST], 'invoice.finalized', 'payment_intent.created', 'customer.subscription.created'],
  }),
  row({
    operation: 'create without a first payment that succeeds',
    given: async (shop) => ({ customer: await shop.customer('tok_chargeCustomerFail'), price: await shop.price(2000) }),
    when: (shop, { customer, price }) => shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
    tells: [
      'invoice.created',
      ['customer.updated', FIRST],
      'invoice.finalized',
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
      ['invoice.updated', ['attempt_count', 'attempted']],
      'invoice.payment_failed',
      'customer.subscription.created',
    ],
  }),
  row({
    operation: 'create with a trial of a week, and no card',
    given: async (shop) => ({ customer: await shop.customer(), price: await shop.price(2000) }),
    when: (shop, { customer, price }) =>
      shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], trial_period_days: 7 }),
    tells: [
      'invoice.created',
      ['customer.updated', FIRST],
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
      'setup_intent.created',
      'customer.subscription.created',
    ],
  }),
  row({
    operation: 'create with a trial of two days',
    given: async (shop) => ({ customer: await shop.customer('tok_visa'), price: await shop.price(2000) }),
    when: (shop, { customer, price }) =>
      shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], trial_period_days: 2 }),
    tells: [
      'invoice.created',
      ['customer.updated', FIRST],
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.created',
      'customer.subscription.trial_will_end',
    ],
  }),
  row({
    operation: 'create one that is sent',
    given: async (shop) => ({ customer: await shop.customer(), price: await shop.price(2000) }),
    when: (shop, { customer, price }) =>
      shop.stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        collection_method: 'send_invoice',
        days_until_due: 30,
      }),
    tells: ['invoice.created', 'customer.subscription.created'],
  }),
  row({
    operation: 'change the quantity',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id }, item }) => shop.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }] }),
    tells: [
      ['customer.subscription.updated', { items: { data: [expect.objectContaining({ quantity: 1 })] } }],
      'invoiceitem.created',
      'invoiceitem.created',
    ],
  }),
  row({
    operation: 'change the quantity, invoiced at once',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id }, item }) =>
      shop.stripe.subscriptions.update(id, { items: [{ id: item, quantity: 2 }], proration_behavior: 'always_invoice' }),
    tells: [
      'invoiceitem.created',
      'invoiceitem.created',
      'invoice.created',
      ['customer.updated', ['next_invoice_sequence']],
      'invoice.finalized',
      'payment_intent.created',
      ...PAID,
      ['invoice.updated', SOMETHING],
      ...SETTLED,
      ['customer.subscription.updated', ['items', 'latest_invoice']],
    ],
  }),
  row({
    operation: 'change the metadata',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.update(id, { metadata: { plan: 'gold' } }),
    tells: [['customer.subscription.updated', { metadata: { plan: null } }]],
  }),
  row({
    operation: 'change nothing',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.update(id, { cancel_at_period_end: false }),
    tells: [],
  }),
  row({
    operation: 'cancel at the end of the period',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.update(id, { cancel_at_period_end: true }),
    tells: [
      [
        'customer.subscription.updated',
        { cancel_at: null, cancel_at_period_end: false, canceled_at: null, cancellation_details: { reason: null } },
      ],
    ],
  }),
  row({
    operation: 'cancel now',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.cancel(id),
    tells: ['customer.subscription.deleted'],
  }),
  row({
    operation: 'reach the end that was asked for',
    given: (shop) => subscribed(shop, { cancel_at_period_end: true }),
    when: (shop, { clock }) => shop.advanceDays(clock, 32),
    tells: ['test_helpers.test_clock.advancing', 'customer.subscription.deleted', 'test_helpers.test_clock.ready'],
  }),
  row({
    operation: 'end a trial',
    given: (shop) => subscribed(shop, { trial_period_days: 10 }),
    when: (shop, { clock }) => shop.advance(clock, 10 * DAY),
    tells: [
      'test_helpers.test_clock.advancing',
      'invoice.upcoming',
      'customer.subscription.trial_will_end',
      'invoice.created',
      ['customer.subscription.updated', ['items', 'latest_invoice', 'status']],
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'renew, and be paid an hour later',
    given: (shop) => subscribed(shop),
    when: (shop, { clock }) => shop.advance(clock, 31 * DAY + 7200),
    tells: [
      'test_helpers.test_clock.advancing',
      'invoice.upcoming',
      'invoice.created',
      ['customer.subscription.updated', ['items', 'latest_invoice']],
      ['customer.updated', { next_invoice_sequence: 2 }],
      'invoice.finalized',
      'payment_intent.created',
      ...PAID,
      ['invoice.updated', SOMETHING],
      ...SETTLED,
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'renew with a card that declines',
    given: async (shop) => failing(shop, await subscribed(shop)),
    when: (shop, { clock }) => shop.advance(clock, 31 * DAY + 7200),
    tells: [
      'test_helpers.test_clock.advancing',
      'invoice.upcoming',
      'invoice.created',
      ['customer.subscription.updated', ['items', 'latest_invoice']],
      ['customer.updated', { next_invoice_sequence: 2 }],
      'invoice.finalized',
      'payment_intent.created',
      'charge.failed',
      'payment_intent.payment_failed',
      ['invoice.updated', ['attempt_count', 'attempted']],
      'invoice.payment_failed',
      ['customer.subscription.updated', { status: 'active' }],
      ['customer.updated', { delinquent: false }],
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'wait 23 hours for a first payment',
    given: (shop) => subscribed(shop, { payment_behavior: 'default_incomplete' }),
    when: (shop, { clock }) => shop.advance(clock, DAY),
    tells: [
      'test_helpers.test_clock.advancing',
      'payment_intent.canceled',
      'invoice.voided',
      ['customer.subscription.updated', ['canceled_at', 'ended_at', 'status']],
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'pause collection',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.update(id, { pause_collection: { behavior: 'void' } }),
    tells: [['customer.subscription.updated', { pause_collection: null }]],
  }),
  row({
    operation: 'pause',
    given: (shop) => subscribed(shop),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.pause(id, { bill_for: { unused_time_from: { type: 'none' } } }),
    tells: ['customer.subscription.paused'],
  }),
  row({
    operation: 'take a coupon',
    given: async (shop) => ({
      ...(await subscribed(shop)),
      coupon: await shop.stripe.coupons.create({ percent_off: 10, duration: 'forever' }),
    }),
    when: (shop, { subscription: { id }, coupon }) => shop.stripe.subscriptions.update(id, { discounts: [{ coupon: coupon.id }] }),
    tells: [['coupon.updated', { times_redeemed: 0 }], 'customer.discount.created', ['customer.subscription.updated', { discounts: [] }]],
  }),
  row({
    operation: 'lose its discount',
    given: async (shop) => {
      const coupon = await shop.stripe.coupons.create({ percent_off: 10, duration: 'forever' });
      return subscribed(shop, { discounts: [{ coupon: coupon.id }] });
    },
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.deleteDiscount(id),
    tells: ['customer.discount.deleted', ['customer.subscription.updated', ['discounts']]],
  }),
  row({
    operation: 'migrate to flexible billing',
    given: (shop) => subscribed(shop, { billing_mode: { type: 'classic' } }),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.migrate(id, { billing_mode: { type: 'flexible' } }),
    tells: [['customer.subscription.updated', ['billing_mode']]],
  }),
];

const monthly = (price: string) => ({ items: [{ price }], duration: { interval: 'month', interval_count: 1 } }) as const;

async function scheduled(shop: Shop, params: object = {}) {
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const price = await shop.price(2000);
  const schedule = await shop.stripe.subscriptionSchedules.create({
    customer: customer.id,
    start_date: 'now',
    phases: [{ ...monthly(price.id), items: [{ price: price.id }] }],
    ...params,
  });
  return { clock: clock.id, customer, price, schedule };
}

export const schedule: readonly EventRow[] = [
  row({
    operation: 'create one that begins later',
    given: async (shop) => ({ customer: await shop.customer('tok_visa'), price: await shop.price(2000) }),
    when: (shop, { customer, price }) =>
      shop.stripe.subscriptionSchedules.create({
        customer: customer.id,
        start_date: 4_000_000_000,
        phases: [{ ...monthly(price.id), items: [{ price: price.id }] }],
      }),
    tells: ['subscription_schedule.created'],
  }),
  row({
    operation: 'begin',
    given: (shop) => scheduled(shop, { start_date: Date.UTC(2026, 0, 3) / 1000 }),
    when: (shop, { clock }) => shop.advanceDays(clock, 3),
    tells: [
      'test_helpers.test_clock.advancing',
      'invoice.created',
      'customer.subscription.created',
      ['subscription_schedule.updated', ['current_phase', 'status', 'subscription']],
      ['customer.updated', FIRST],
      'invoice.finalized',
      'payment_intent.created',
      ...PAID,
      ['invoice.updated', SOMETHING],
      ...SETTLED,
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'release',
    given: (shop) => scheduled(shop),
    when: (shop, it) => shop.stripe.subscriptionSchedules.release(it.schedule.id),
    tells: [['customer.subscription.updated', ['schedule']], 'subscription_schedule.released'],
  }),
  row({
    operation: 'cancel',
    given: (shop) => scheduled(shop, { start_date: 4_000_000_000 }),
    when: (shop, it) => shop.stripe.subscriptionSchedules.cancel(it.schedule.id),
    tells: ['subscription_schedule.canceled'],
  }),
  row({
    operation: 'edit its metadata',
    given: (shop) => scheduled(shop),
    when: (shop, it) => shop.stripe.subscriptionSchedules.update(it.schedule.id, { metadata: { by: 'sales' } }),
    tells: [['subscription_schedule.updated', { metadata: { by: null } }]],
  }),
];
