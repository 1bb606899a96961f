import type { Shop } from '../event-tables/shop.ts';
import { idOf, type StateTable } from './row.ts';

const DAY = 86_400;

async function subscribed(shop: Shop, params: object = {}, card: string | undefined = 'tok_visa') {
  const clock = await shop.clock();
  const customer = await shop.customer(card, { test_clock: clock.id });
  const price = await shop.price(2000);
  const made = await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
  return { clock: clock.id, customer: customer.id, id: made.id };
}

/** A subscription whose renewal could not be paid. */
async function pastDue(shop: Shop): Promise<{ clock: string; id: string }> {
  const it = await subscribed(shop);
  const bad = await shop.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer });
  await shop.stripe.customers.update(it.customer, { invoice_settings: { default_payment_method: bad.id } });
  await shop.advance(it.clock, 31 * DAY + 7200);
  return it;
}

export const subscription: StateTable = {
  object: 'subscription',
  path: '/v1/subscriptions',
  params: { migrate: { 'billing_mode[type]': 'flexible' } },
  reached: {
    active: (shop) => idOf(subscribed(shop)),
    canceled: async (shop) => idOf(shop.stripe.subscriptions.cancel((await subscribed(shop)).id)),
    incomplete: (shop) => idOf(subscribed(shop, { payment_behavior: 'default_incomplete' })),
    incomplete_expired: async (shop) => {
      const it = await subscribed(shop, { payment_behavior: 'default_incomplete' });
      await shop.advance(it.clock, DAY);
      return it.id;
    },
    past_due: (shop) => idOf(pastDue(shop)),
    paused: async (shop) => idOf(shop.stripe.subscriptions.pause((await subscribed(shop)).id)),
    trialing: (shop) => idOf(subscribed(shop, { trial_period_days: 7 })),
    unpaid: 'asks for a setting of the account: billing-settings.test.ts reaches it',
  },
};

async function scheduled(shop: Shop, params: object = {}) {
  const clock = await shop.clock();
  const customer = await shop.customer('tok_visa', { test_clock: clock.id });
  const price = await shop.price(2000);
  const made = await shop.stripe.subscriptionSchedules.create({
    customer: customer.id,
    start_date: 'now',
    phases: [{ items: [{ price: price.id }], duration: { interval: 'month', interval_count: 1 } }],
    ...params,
  });
  return { clock: clock.id, id: made.id };
}

const LATER = Date.UTC(2026, 5, 1) / 1000;

export const schedule: StateTable = {
  object: 'subscription_schedule',
  path: '/v1/subscription_schedules',
  reached: {
    active: (shop) => idOf(scheduled(shop)),
    canceled: async (shop) => idOf(shop.stripe.subscriptionSchedules.cancel((await scheduled(shop)).id)),
    completed: async (shop) => {
      const it = await scheduled(shop, { end_behavior: 'cancel' });
      await shop.advanceDays(it.clock, 32);
      return it.id;
    },
    not_started: (shop) => idOf(scheduled(shop, { start_date: LATER })),
    released: async (shop) => idOf(shop.stripe.subscriptionSchedules.release((await scheduled(shop)).id)),
  },
};

const draft = async (shop: Shop): Promise<string> => {
  const customer = await shop.customer('tok_visa');
  return idOf(shop.stripe.quotes.create({ customer: customer.id, line_items: [{ price: (await shop.price(500, {})).id }] }));
};
const open = async (shop: Shop): Promise<string> => idOf(shop.stripe.quotes.finalizeQuote(await draft(shop)));

export const quote: StateTable = {
  object: 'quote',
  path: '/v1/quotes',
  reached: {
    accepted: async (shop) => idOf(shop.stripe.quotes.accept(await open(shop))),
    canceled: async (shop) => idOf(shop.stripe.quotes.cancel(await open(shop))),
    draft,
    open,
  },
};

const meterParams = { display_name: 'Calls', event_name: 'calls', default_aggregation: { formula: 'sum' } } as const;

export const meter: StateTable = {
  object: 'billing.meter',
  path: '/v1/billing/meters',
  reached: {
    active: (shop) => idOf(shop.stripe.billing.meters.create(meterParams)),
    inactive: async (shop) => idOf(shop.stripe.billing.meters.deactivate((await shop.stripe.billing.meters.create(meterParams)).id)),
  },
};

export const testClock: StateTable = {
  object: 'test_helpers.test_clock',
  path: '/v1/test_helpers/test_clocks',
  reached: {
    ready: async (shop) => (await shop.clock()).id,
    advancing: 'test-clocks.test.ts looks at a clock on its way through twenty years',
    internal_failure: 'test-clocks.test.ts breaks what falls due',
  },
};
