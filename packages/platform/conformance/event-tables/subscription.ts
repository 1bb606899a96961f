import { expect } from 'vitest';
import { FIRST, failing, PAID, SETTLED, SETTLING, subscribed } from './billing.ts';
import { type EventRow, row, type Told } from './row.ts';
import type { Shop } from './shop.ts';

const DAY = 86_400;

const PAUSED: readonly Told[] = [['customer.subscription.updated', ['status', 'status_details']], 'customer.subscription.paused'];
const PAUSED_NOW: readonly Told[] = [['customer.subscription.updated', ['status', 'status_details', 'trial_end']], PAUSED[1]!];

/** In a trial of two days that nobody will pay for. */
const uncarded = (shop: Shop, missing_payment_method: 'cancel' | 'pause') =>
  subscribed(shop, { trial_period_days: 2, trial_settings: { end_behavior: { missing_payment_method } } }, null);

/** More of it, held back because its card declines. */
async function held(shop: Shop) {
  const it = await failing(shop, await subscribed(shop));
  const { latest_invoice } = await shop.stripe.subscriptions.update(it.subscription.id, {
    items: [{ id: it.item, quantity: 2 }],
    payment_behavior: 'pending_if_incomplete',
    proration_behavior: 'always_invoice',
  });
  return { ...it, invoice: latest_invoice as string };
}

const ownPrice = (product: string) => ({ product, currency: 'usd', unit_amount: 900, recurring: { interval: 'month' } }) as const;
const SENT = { collection_method: 'send_invoice', days_until_due: 30 } as const;

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
    operation: 'create for a customer whose card is a source',
    given: async (shop) => ({ customer: await shop.customer(undefined, { source: 'tok_visa' }), price: await shop.price(2000) }),
    when: (shop, { customer, price }) => shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] }),
    tells: [
      'invoice.created',
      ['customer.updated', FIRST],
      'invoice.finalized',
      'payment_intent.created',
      ...PAID,
      ['invoice.updated', SETTLING],
      ...SETTLED,
      'customer.subscription.created',
    ],
  }),
  row({
    operation: 'create with a card whose bank asks because the subscription wishes it',
    given: async (shop) => ({ customer: await shop.customer('tok_threeDSecureOptional'), price: await shop.price(2000) }),
    when: (shop, { customer, price }) =>
      shop.stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        payment_settings: { payment_method_options: { card: { request_three_d_secure: 'any' } } },
      }),
    tells: [
      'invoice.created',
      ['customer.updated', FIRST],
      'invoice.finalized',
      'payment_intent.created',
      'payment_intent.requires_action',
      'invoice.payment_action_required',
      'customer.subscription.created',
    ],
  }),
  row({
    operation: "create with another customer's card",
    given: async (shop) => ({
      customer: await shop.customer('tok_visa'),
      other: await shop.customer(undefined, { source: 'tok_visa' }),
      price: await shop.price(2000),
    }),
    when: (shop, { customer, other, price }) =>
      shop.stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id }],
        default_source: other.default_source as string,
      }),
    refused: 'resource_missing',
    tells: [],
  }),
  row({
    operation: 'create with a price of its own',
    given: async (shop) => ({ customer: await shop.customer(), product: await shop.stripe.products.create({ name: 'Pro' }) }),
    when: (shop, { customer, product }) =>
      shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price_data: ownPrice(product.id) }], ...SENT }),
    tells: ['plan.created', 'price.created', 'invoice.created', 'customer.subscription.created'],
  }),
  row({
    operation: 'change to a price of its own',
    given: (shop) => subscribed(shop),
    when: (shop, { price, subscription: { id }, item }) =>
      shop.stripe.subscriptions.update(id, { items: [{ id: item, price_data: ownPrice(price.product as string) }] }),
    tells: ['plan.created', 'price.created', ['customer.subscription.updated', ['items']], 'invoiceitem.created', 'invoiceitem.created'],
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
      ['invoice.updated', SETTLING],
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
  ...(['pause', 'cancel'] as const).map((missing_payment_method) =>
    row({
      operation: `end a trial that nobody pays for: ${missing_payment_method}`,
      given: (shop) => uncarded(shop, missing_payment_method),
      when: (shop, { clock }) => shop.advance(clock, 2 * DAY),
      tells: [
        'test_helpers.test_clock.advancing',
        ...(missing_payment_method === 'pause' ? PAUSED : ['customer.subscription.deleted']),
        'test_helpers.test_clock.ready',
      ],
    }),
  ),
  row({
    operation: 'end a trial that nobody pays for by hand',
    given: (shop) => uncarded(shop, 'pause'),
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.update(id, { trial_end: 'now', metadata: { by: 'hand' } }),
    tells: [['customer.subscription.updated', { metadata: { by: null } }], ...PAUSED_NOW],
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
      ['invoice.updated', SETTLING],
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
      ['invoice.updated', ['attempt_count', 'attempted', 'next_payment_attempt']],
      'invoice.payment_failed',
      ['customer.subscription.updated', { status: 'active' }],
      ['customer.updated', { delinquent: false }],
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'fail to the last try',
    given: async (shop) => {
      const it = await failing(shop, await subscribed(shop));
      await shop.advanceDays(it.clock, 31 + 10);
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
      'test_helpers.test_clock.ready',
    ],
  }),
  row({
    operation: 'recover by a card that pays',
    given: async (shop) => {
      const it = await failing(shop, await subscribed(shop));
      await shop.advanceDays(it.clock, 32);
      return (await shop.stripe.subscriptions.retrieve(it.subscription.id)).latest_invoice as string;
    },
    when: (shop, invoice) => shop.stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' }),
    tells: [
      'charge.succeeded',
      'payment_method.attached',
      'payment_intent.succeeded',
      ['invoice.updated', ['amount_paid', 'amount_remaining', 'auto_advance', 'next_payment_attempt', 'status', 'status_transitions']],
      ...SETTLED,
      ['customer.updated', { delinquent: true }],
      ['customer.subscription.updated', { status: 'past_due' }],
    ],
  }),
  row({
    operation: 'resume',
    given: async (shop) => {
      const it = await subscribed(shop);
      await shop.stripe.subscriptions.pause(it.subscription.id, { bill_for: { unused_time_from: { type: 'none' } } });
      return it;
    },
    when: (shop, { subscription: { id } }) => shop.stripe.subscriptions.resume(id),
    tells: [
      ['customer.subscription.updated', { pending_update: null }],
      'invoice.created',
      ['customer.updated', ['next_invoice_sequence']],
      'invoice.finalized',
      'payment_intent.created',
      ...PAID,
      ['invoice.updated', SETTLING],
      ...SETTLED,
      'customer.subscription.resumed',
      'customer.subscription.pending_update_applied',
    ],
  }),
  row({
    operation: 'apply an update that waited for its payment',
    given: async (shop) => held(shop),
    when: (shop, { invoice }) => shop.stripe.invoices.pay(invoice, { payment_method: 'pm_card_visa' }),
    tells: [
      'charge.succeeded',
      'payment_method.attached',
      'payment_intent.succeeded',
      ['invoice.updated', ['amount_paid', 'amount_remaining', 'auto_advance', 'status', 'status_transitions']],
      ...SETTLED,
      ['customer.subscription.updated', ['items', 'pending_update']],
      'customer.subscription.pending_update_applied',
    ],
  }),
  row({
    operation: 'let go of an update that nobody paid for',
    given: async (shop) => held(shop),
    when: (shop, { clock }) => shop.advanceDays(clock, 1),
    tells: [
      'test_helpers.test_clock.advancing',
      'payment_intent.canceled',
      'invoice.voided',
      ['customer.subscription.updated', ['pending_update']],
      'customer.subscription.pending_update_expired',
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
