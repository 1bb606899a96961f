import { FIRST, failing, PAID, SETTLED, SETTLING } from './billing.ts';
import { type EventRow, row, type Told } from './row.ts';
import type { Shop } from './shop.ts';

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

/** It has begun, and so many days have gone by. */
async function scheduledFor(shop: Shop, days: number, params: object = {}) {
  const it = await scheduled(shop, params);
  await shop.advanceDays(it.clock, days);
  return it;
}

const RELEASED: readonly Told[] = [
  ['customer.subscription.updated', ['schedule']],
  'subscription_schedule.released',
  'invoice.created',
  ['customer.subscription.updated', ['items', 'latest_invoice']],
];

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
      ['invoice.updated', SETTLING],
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
  ...(['release', 'cancel'] as const).map((end_behavior) =>
    row({
      operation: `complete, and ${end_behavior} its subscription`,
      given: (shop) => scheduledFor(shop, 30, { end_behavior }),
      when: (shop, { clock }) => shop.advanceDays(clock, 1),
      tells: [
        'test_helpers.test_clock.advancing',
        'subscription_schedule.completed',
        ...(end_behavior === 'cancel' ? ['customer.subscription.deleted'] : RELEASED),
        'test_helpers.test_clock.ready',
      ],
    }),
  ),
  row({
    operation: 'come within a week of its end',
    given: (shop) => scheduledFor(shop, 20),
    when: (shop, { clock }) => shop.advanceDays(clock, 4),
    tells: ['test_helpers.test_clock.advancing', 'invoice.upcoming', 'subscription_schedule.expiring', 'test_helpers.test_clock.ready'],
  }),
  row({
    operation: 'enter another phase',
    given: async (shop) => {
      const it = await scheduled(shop);
      const [first] = it.schedule.phases;
      const items = [{ price: it.price.id }];
      const phases = [
        { start_date: first!.start_date, end_date: first!.end_date, items },
        { ...monthly(it.price.id), items: [{ price: it.price.id, quantity: 2 }] },
      ];
      await shop.stripe.subscriptionSchedules.update(it.schedule.id, { phases });
      await shop.advanceDays(it.clock, 30);
      return it;
    },
    when: (shop, { clock }) => shop.advanceDays(clock, 1),
    tells: [
      'test_helpers.test_clock.advancing',
      ['subscription_schedule.updated', ['current_phase']],
      ['customer.subscription.updated', ['items']],
      'invoice.created',
      ['customer.subscription.updated', ['items', 'latest_invoice']],
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'lose its subscription to payments that failed to the end',
    given: async (shop) => {
      const it = await failing(shop, await scheduled(shop));
      await shop.advanceDays(it.clock, 10);
      return it;
    },
    when: (shop, { clock }) => shop.advanceDays(clock, 7),
    tells: [
      'test_helpers.test_clock.advancing',
      'charge.failed',
      'payment_intent.payment_failed',
      ['invoice.updated', ['attempt_count', 'next_payment_attempt']],
      'invoice.payment_failed',
      ['invoice.updated', ['auto_advance']],
      'customer.subscription.deleted',
      'subscription_schedule.aborted',
      'test_helpers.test_clock.ready',
    ],
  }),
];
