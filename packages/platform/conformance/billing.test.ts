import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

/** Types of the account's events, oldest first, since a moment. */
async function eventsOf(stripe: Stripe): Promise<string[]> {
  const types: string[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) types.unshift(event.type);
  return types;
}

async function newSince<T>(stripe: Stripe, act: () => Promise<T>): Promise<{ result: T; types: string[] }> {
  const before = (await eventsOf(stripe)).length;
  const result = await act();
  return { result, types: (await eventsOf(stripe)).slice(before) };
}

async function shop(stripe: Stripe, amount = 2000): Promise<{ price: Stripe.Price; customer: Stripe.Customer }> {
  const product = await stripe.products.create({ name: 'Pro' });
  const price = await stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: amount, recurring: { interval: 'month' } });
  const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } });
  const customer = await stripe.customers.create({
    email: 'a@example.com',
    payment_method: method.id,
    invoice_settings: { default_payment_method: method.id },
  });
  return { price, customer };
}

const refusal = async (promise: Promise<unknown>): Promise<Stripe.errors.StripeError> => {
  try {
    await promise;
  } catch (error) {
    return error as Stripe.errors.StripeError;
  }
  throw new Error('it was not refused');
};

describe('payments', () => {
  test('a payment created and confirmed succeeds with charge, ledger line and events in order', async () => {
    const stripe = world.client();
    const { result, types } = await newSince(stripe, () =>
      stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
        automatic_payment_methods: { enabled: true, allow_redirects: 'never' },
        expand: ['latest_charge.balance_transaction'],
      }),
    );
    expect(types).toEqual(['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded']);
    const charge = result.latest_charge as Stripe.Charge;
    const movement = charge.balance_transaction as Stripe.BalanceTransaction;
    expect([result.status, result.amount_received, charge.paid, charge.captured]).toEqual(['succeeded', 2000, true, true]);
    expect([movement.amount, movement.fee, movement.net, movement.fee_details[0]?.type]).toEqual([2000, 88, 1912, 'stripe_fee']);
    expect((await stripe.balance.retrieve()).pending[0]?.amount).toBe(1912);
  });

  const declines: readonly [string, string, string | undefined][] = [
    ['pm_card_visa_chargeDeclined', 'card_declined', 'generic_decline'],
    ['pm_card_chargeDeclinedInsufficientFunds', 'card_declined', 'insufficient_funds'],
    ['pm_card_chargeDeclinedExpiredCard', 'expired_card', 'expired_card'],
    ['pm_card_chargeDeclinedProcessingError', 'processing_error', 'processing_error'],
    ['pm_card_visa_chargeDeclinedLostCard', 'card_declined', 'lost_card'],
  ];
  test.each(declines)('%s is declined with %s and leaves a failed charge behind', async (card, code, declineCode) => {
    const stripe = world.client();
    const { result: error, types } = await newSince(stripe, () =>
      refusal(
        stripe.paymentIntents.create({
          amount: 2000,
          currency: 'usd',
          payment_method: card,
          confirm: true,
          return_url: 'https://example.com',
        }),
      ),
    );
    expect(error).toBeInstanceOf(Stripe.errors.StripeCardError);
    expect([error.statusCode, error.code, (error as Stripe.errors.StripeCardError).decline_code]).toEqual([402, code, declineCode]);
    expect(types).toEqual(['payment_intent.created', 'charge.failed', 'payment_intent.payment_failed']);
    const [intent] = (await stripe.paymentIntents.list()).data;
    expect([intent!.status, intent!.payment_method, intent!.last_payment_error?.code]).toEqual(['requires_payment_method', null, code]);
    expect((await stripe.charges.list()).data[0]).toMatchObject({ status: 'failed', failure_code: code, paid: false });
  });

  test('an authorization is captured in part, and the rest is let go', async () => {
    const stripe = world.client();
    const intent = await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      capture_method: 'manual',
      return_url: 'https://example.com',
    });
    expect([intent.status, intent.amount_capturable]).toEqual(['requires_capture', 5000]);
    const { result, types } = await newSince(stripe, () => stripe.paymentIntents.capture(intent.id, { amount_to_capture: 3000 }));
    expect([result.status, result.amount_received, result.amount_capturable]).toEqual(['succeeded', 3000, 0]);
    expect(types).toEqual(['charge.captured', 'payment_intent.succeeded']);
  });

  test('an action from a wrong state is refused with the whole intent', async () => {
    const stripe = world.client();
    const intent = await stripe.paymentIntents.create({
      amount: 5000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com',
    });
    const error = await refusal(stripe.paymentIntents.cancel(intent.id));
    expect([error.statusCode, error.code, error.payment_intent?.id]).toEqual([400, 'payment_intent_unexpected_state', intent.id]);
  });

  test('3D Secure asks on session and declines off session', async () => {
    const stripe = world.client();
    const asked = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_authenticationRequired',
      confirm: true,
      return_url: 'https://example.com/back',
    });
    expect([asked.status, asked.next_action?.type]).toEqual(['requires_action', 'redirect_to_url']);
    const customer = await stripe.customers.create({});
    const error = await refusal(
      stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        customer: customer.id,
        payment_method: 'pm_card_authenticationRequired',
        confirm: true,
        off_session: true,
      }),
    );
    expect([error.code, error.statusCode]).toEqual(['authentication_required', 402]);
  });

  test('refunds add up to the charge and no further', async () => {
    const stripe = world.client();
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com',
    });
    const { types } = await newSince(stripe, () => stripe.refunds.create({ payment_intent: intent.id, amount: 500 }));
    // What the bank says a moment later: event-tables/refund.ts.
    expect(types.slice(0, 2)).toEqual(['refund.created', 'charge.refunded']);
    await stripe.refunds.create({ payment_intent: intent.id });
    const charge = await stripe.charges.retrieve(intent.latest_charge as string, { expand: ['refunds'] });
    expect([charge.amount_refunded, charge.refunded, charge.refunds?.data.length]).toEqual([2000, true, 2]);
    expect((await refusal(stripe.refunds.create({ payment_intent: intent.id }))).code).toBe('charge_already_refunded');
    const total = (await stripe.balanceTransactions.list()).data.reduce((sum, row) => sum + row.net, 0);
    expect(total).toBe(-88);
  });
});

describe('subscriptions', () => {
  test('created with a card on file it is active, invoiced and paid', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe);
    const { result, types } = await newSince(stripe, () =>
      stripe.subscriptions.create({
        customer: customer.id,
        items: [{ price: price.id, quantity: 2 }],
        expand: ['latest_invoice.payments'],
      }),
    );
    expect([result.status, result.items.data[0]?.quantity, result.items.url]).toEqual([
      'active',
      2,
      `/v1/subscription_items?subscription=${result.id}`,
    ]);
    const invoice = result.latest_invoice as Stripe.Invoice;
    expect([invoice.status, invoice.total, invoice.amount_paid, invoice.billing_reason]).toEqual([
      'paid',
      4000,
      4000,
      'subscription_create',
    ]);
    expect(invoice.lines.data[0]).toMatchObject({
      amount: 4000,
      quantity: 2,
      parent: { subscription_item_details: { subscription: result.id } },
    });
    expect(invoice.number).toMatch(/^[0-9A-Z]+-0001$/);
    expect(new Set(types)).toEqual(
      new Set([
        'invoice.created',
        'customer.updated',
        'invoice.finalized',
        'payment_intent.created',
        'charge.succeeded',
        'payment_intent.succeeded',
        'invoice.updated',
        'invoice.paid',
        'invoice.payment_succeeded',
        'invoice_payment.paid',
        'customer.subscription.created',
      ]),
    );
    expect((await stripe.subscriptions.list({ customer: customer.id })).data).toHaveLength(1);
  });

  test('without a payment method it is refused and nothing is left', async () => {
    const stripe = world.client();
    const { price } = await shop(stripe);
    const poor = await stripe.customers.create({});
    expect((await refusal(stripe.subscriptions.create({ customer: poor.id, items: [{ price: price.id }] }))).code).toBe('resource_missing');
    expect((await stripe.subscriptions.list({ status: 'all' })).data).toEqual([]);
    expect((await stripe.invoices.list()).data).toEqual([]);
  });

  test('with default_incomplete it waits for its first payment and becomes active by it', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.payments.data.payment.payment_intent'],
    });
    expect(made.status).toBe('incomplete');
    const intent = (made.latest_invoice as Stripe.Invoice).payments!.data[0]!.payment.payment_intent as Stripe.PaymentIntent;
    await stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: 'https://example.com' });
    expect((await stripe.subscriptions.retrieve(made.id)).status).toBe('active');
  });

  test('a first payment that is declined leaves it incomplete', async () => {
    const stripe = world.client();
    const { price } = await shop(stripe);
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_chargeCustomerFail' } });
    const customer = await stripe.customers.create({ payment_method: method.id, invoice_settings: { default_payment_method: method.id } });
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    expect(made.status).toBe('incomplete');
    expect((await stripe.invoices.retrieve(made.latest_invoice as string)).attempt_count).toBe(1);
  });

  test('a trial starts with a paid invoice of nothing', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe);
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      trial_period_days: 14,
      expand: ['latest_invoice'],
    });
    expect([made.status, made.trial_end! - made.trial_start!]).toEqual(['trialing', 14 * 86_400]);
    expect(made.latest_invoice).toMatchObject({ status: 'paid', total: 0 });
    expect((made.latest_invoice as Stripe.Invoice).lines.data[0]?.description).toBe('Free trial for 1 × Pro');
  });

  test('a changed quantity tells one update and leaves prorations waiting', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe, 3000);
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const item = made.items.data[0]!;
    const half = (item.current_period_start + item.current_period_end) / 2;
    const { result, types } = await newSince(stripe, () =>
      stripe.subscriptions.update(made.id, { items: [{ id: item.id, quantity: 3 }], proration_date: half }),
    );
    expect(result.items.data[0]?.quantity).toBe(3);
    expect(types.filter((type) => type !== 'invoiceitem.created')).toEqual(['customer.subscription.updated']);
    const pending = (await stripe.invoiceItems.list({ pending: true })).data;
    expect(pending.map((row) => [row.amount, row.proration]).sort()).toEqual([
      [-1500, true],
      [4500, true],
    ]);
    const [event] = (await stripe.events.list({ type: 'customer.subscription.updated' })).data;
    expect((event!.data.previous_attributes as { items: { data: { quantity: number }[] } }).items.data[0]!.quantity).toBe(1);
  });

  test('an unchanged update tells nothing', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe);
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { types } = await newSince(stripe, () => stripe.subscriptions.update(made.id, { cancel_at_period_end: false }));
    expect(types).toEqual([]);
  });

  test('canceled it is told as deleted, stays retrievable and leaves the plain list', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe);
    const made = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }] });
    const { result, types } = await newSince(stripe, () => stripe.subscriptions.cancel(made.id));
    expect([result.status, result.ended_at !== null, types]).toEqual(['canceled', true, ['customer.subscription.deleted']]);
    expect((await stripe.subscriptions.list()).data).toEqual([]);
    expect((await stripe.subscriptions.list({ status: 'canceled' })).data).toHaveLength(1);
    expect((await refusal(stripe.subscriptions.cancel(made.id))).statusCode).toBe(404);
  });

  test('a coupon lowers the first invoice, to the cent on every line', async () => {
    const stripe = world.client();
    const { price, customer } = await shop(stripe, 1999);
    const coupon = await stripe.coupons.create({ percent_off: 25, duration: 'once' });
    const made = await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      discounts: [{ coupon: coupon.id }],
      expand: ['latest_invoice'],
    });
    const invoice = made.latest_invoice as Stripe.Invoice;
    expect([invoice.subtotal, invoice.total, invoice.total_discount_amounts?.[0]?.amount]).toEqual([1999, 1499, 500]);
    expect(made.discounts).toEqual([]);
    expect((await stripe.coupons.retrieve(coupon.id)).times_redeemed).toBe(1);
  });
});

describe('invoices', () => {
  test('items wait, are swept into a draft, finalised, numbered and paid', async () => {
    const stripe = world.client();
    const { customer } = await shop(stripe);
    await stripe.invoiceItems.create({ customer: customer.id, amount: 1200, currency: 'usd', description: 'Set-up' });
    const made = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' });
    expect([made.status, made.total, made.lines.data[0]?.description]).toEqual(['draft', 1200, 'Set-up']);
    const open = await stripe.invoices.finalizeInvoice(made.id);
    expect([open.status, open.amount_due, open.number?.endsWith('-0001')]).toEqual(['open', 1200, true]);
    expect((await stripe.invoices.pay(made.id)).status).toBe('paid');
    expect((await refusal(stripe.invoices.pay(made.id))).message).toBe('Invoice is already paid');
  });

  test('a void invoice cancels its payment', async () => {
    const stripe = world.client();
    const { customer } = await shop(stripe);
    await stripe.invoiceItems.create({ customer: customer.id, amount: 1200, currency: 'usd' });
    const made = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' });
    await stripe.invoices.finalizeInvoice(made.id);
    const { result, types } = await newSince(stripe, () => stripe.invoices.voidInvoice(made.id));
    expect([result.status, types]).toEqual(['void', ['payment_intent.canceled', 'invoice.voided']]);
  });
});

describe('the catalogue', () => {
  test('a recurring price tells its plan too', async () => {
    const stripe = world.client();
    const product = await stripe.products.create({ name: 'Pro' });
    const { types } = await newSince(stripe, () =>
      stripe.prices.create({ product: product.id, currency: 'USD', unit_amount: 500, recurring: { interval: 'year' } }),
    );
    expect(types).toEqual(['plan.created', 'price.created']);
  });

  test('a product with prices cannot be deleted', async () => {
    const stripe = world.client();
    const product = await stripe.products.create({ name: 'Pro', default_price_data: { currency: 'usd', unit_amount: 100 } });
    expect(product.default_price).toMatch(/^price_/);
    expect((await refusal(stripe.products.del(product.id))).statusCode).toBe(400);
  });

  test('a coupon chooses its id once', async () => {
    const stripe = world.client();
    await stripe.coupons.create({ id: 'SAVE', amount_off: 500, currency: 'usd' });
    expect((await refusal(stripe.coupons.create({ id: 'SAVE', percent_off: 10 }))).code).toBe('resource_already_exists');
  });
});
