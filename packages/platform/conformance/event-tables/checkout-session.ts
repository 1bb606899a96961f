import type Stripe from 'stripe';
import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

type Params = Stripe.Checkout.SessionCreateParams;

/** An open session over ten dollars, or over what is given. */
export async function sessionFor(shop: Shop, params: Partial<Params> = {}): Promise<Stripe.Checkout.Session> {
  const price_data = { currency: 'usd', unit_amount: 1000, product_data: { name: 'Tea' } };
  return shop.stripe.checkout.sessions.create({
    mode: 'payment',
    success_url: 'https://shop.example/done',
    ...(params.mode !== 'setup' && { line_items: [{ price_data, quantity: 1 }] }),
    ...params,
  });
}

/** Completes a session as its page does, without a browser. */
export async function completed(shop: Shop, session: Stripe.Checkout.Session, token: string): Promise<unknown> {
  const method = await shop.stripe.paymentMethods.create({
    type: 'card',
    card: { token },
    billing_details: { email: 'ada@example.com', name: 'Ada' },
  });
  return shop.stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, { payment_method: method.id });
}

async function subscribing(shop: Shop, params: Partial<Params> = {}): Promise<Stripe.Checkout.Session> {
  const price = await shop.price(2000);
  return sessionFor(shop, { mode: 'subscription', line_items: [{ price: price.id, quantity: 1 }], ...params });
}

const IN_EUROS = { currency: 'eur', unit_amount: 1000, product_data: { name: 'Tea' } };

export const checkoutSession: readonly EventRow[] = [
  row({
    operation: 'create a session',
    given: async () => undefined,
    when: (shop) =>
      sessionFor(shop, {
        line_items: [{ quantity: 1, price_data: { currency: 'usd', unit_amount: 1000, product_data: { name: 'Tea' } } }],
      }),
    tells: ['product.created', 'price.created'],
  }),
  row({
    operation: 'expire a session',
    given: (shop) => sessionFor(shop),
    when: (shop, session) => shop.stripe.checkout.sessions.expire(session.id),
    tells: ['checkout.session.expired'],
  }),
  row({
    operation: 'complete a payment',
    given: (shop) => sessionFor(shop),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'checkout.session.completed'],
  }),
  row({
    operation: 'complete a payment that brings its customer up to date',
    given: async (shop) =>
      sessionFor(shop, {
        customer: (await shop.customer(undefined, { name: 'A.' })).id,
        customer_update: { name: 'auto', address: 'never' },
      }),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: [
      'payment_intent.created',
      'charge.succeeded',
      'payment_intent.succeeded',
      ['customer.updated', { name: 'A.' }],
      'checkout.session.completed',
    ],
  }),
  row({
    operation: 'pay by a card whose bank asks because the session wishes it',
    given: (shop) => sessionFor(shop, { payment_method_options: { card: { request_three_d_secure: 'any' } } }),
    when: (shop, session) => completed(shop, session, 'tok_threeDSecureOptional'),
    tells: ['payment_intent.created', 'payment_intent.requires_action'],
  }),
  row({
    operation: 'complete a payment that makes a customer',
    given: (shop) => sessionFor(shop, { customer_creation: 'always' }),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: ['customer.created', 'payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded', 'checkout.session.completed'],
  }),
  row({
    operation: 'a payment that is declined',
    given: (shop) => sessionFor(shop),
    when: (shop, session) => completed(shop, session, 'tok_visa_chargeDeclined'),
    refused: 'card_declined',
    tells: ['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed'],
  }),
  row({
    operation: 'complete a payment that is only authorized',
    given: (shop) => sessionFor(shop, { payment_intent_data: { capture_method: 'manual' } }),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: ['payment_intent.created', 'charge.succeeded', 'payment_intent.amount_capturable_updated', 'checkout.session.completed'],
  }),
  ...(['succeeded', 'failed'] as const).map((outcome) =>
    row({
      operation: `complete a payment whose debit has ${outcome} days later`,
      given: (shop) =>
        sessionFor(shop, { allowed_payment_method_types: ['sepa_debit'], line_items: [{ price_data: IN_EUROS, quantity: 1 }] }),
      when: async (shop, session) => {
        const { id } = await shop.stripe.paymentMethods.create({
          type: 'sepa_debit',
          sepa_debit: { iban: outcome === 'failed' ? 'AT861904300235473202' : 'AT611904300234573201' },
          billing_details: { name: 'Ada', email: 'ada@example.com' },
        });
        await shop.stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, { payment_method: id });
      },
      tells: [
        'payment_intent.created',
        'charge.pending',
        'payment_intent.processing',
        'checkout.session.completed',
        `charge.${outcome}`,
        outcome === 'failed' ? 'payment_intent.payment_failed' : 'payment_intent.succeeded',
        `checkout.session.async_payment_${outcome}`,
      ],
    }),
  ),
  row({
    operation: 'complete a subscription',
    given: (shop) => subscribing(shop),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: [
      'customer.created',
      'payment_intent.created',
      'charge.succeeded',
      'payment_method.attached',
      'payment_intent.succeeded',
      'invoice.created',
      ['customer.updated', { currency: null, next_invoice_sequence: 1 }],
      'invoice.finalized',
      ['invoice.updated', ['amount_paid', 'amount_remaining', 'attempted', 'auto_advance', 'status', 'status_transitions']],
      'invoice.paid',
      'invoice.payment_succeeded',
      'invoice_payment.paid',
      'customer.subscription.created',
      'checkout.session.completed',
    ],
  }),
  row({
    operation: 'complete a subscription with a trial',
    given: (shop) => subscribing(shop, { subscription_data: { trial_period_days: 14 } }),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: [
      'customer.created',
      'setup_intent.created',
      'payment_method.attached',
      'setup_intent.succeeded',
      'invoice.created',
      ['customer.updated', { currency: null, next_invoice_sequence: 1 }],
      'invoice.finalized',
      'invoice.paid',
      'invoice.payment_succeeded',
      'customer.subscription.created',
      'checkout.session.completed',
    ],
  }),
  row({
    operation: 'save a card for a customer',
    given: async (shop) => sessionFor(shop, { mode: 'setup', currency: 'usd', customer: (await shop.customer()).id }),
    when: (shop, session) => completed(shop, session, 'tok_visa'),
    tells: ['setup_intent.created', 'payment_method.attached', 'setup_intent.succeeded', 'checkout.session.completed'],
  }),
  row({
    operation: 'a session of a customer on a clock expires after a day',
    given: async (shop) => {
      const clock = await shop.clock();
      await sessionFor(shop, { customer: (await shop.customer(undefined, { test_clock: clock.id })).id });
      return clock;
    },
    when: (shop, clock) => shop.advanceDays(clock.id, 2),
    tells: ['test_helpers.test_clock.advancing', 'checkout.session.expired', 'test_helpers.test_clock.ready'],
  }),
];
