import { debit, hold, open, pay } from './money.ts';
import { type EventRow, row } from './row.ts';

const CREATED = 'payment_intent.created';

export const paymentIntent: readonly EventRow[] = [
  row({
    operation: 'let an authorization lapse',
    given: async (shop) => {
      const clock = await shop.clock();
      const customer = await shop.customer('tok_visa', { test_clock: clock.id });
      await hold(shop, 'pm_card_visa', { customer: customer.id });
      return clock.id;
    },
    when: (shop, clock) => shop.advanceDays(clock, 7),
    tells: ['test_helpers.test_clock.advancing', 'charge.expired', 'payment_intent.canceled', 'test_helpers.test_clock.ready'],
  }),
  row({ operation: 'create', given: async () => undefined, when: (shop) => open(shop), tells: [CREATED] }),
  row({
    operation: 'create with a payment method',
    given: async () => undefined,
    when: (shop) => open(shop, { payment_method: 'pm_card_visa' }),
    tells: [CREATED],
  }),
  row({
    operation: 'update',
    given: (shop) => open(shop),
    when: (shop, intent) => shop.stripe.paymentIntents.update(intent.id, { amount: 3000, metadata: { order: '1' } }),
    tells: [],
  }),
  row({
    operation: 'create and confirm',
    given: async () => undefined,
    when: (shop) => pay(shop, 'pm_card_visa'),
    tells: [CREATED, 'charge.succeeded', 'payment_intent.succeeded'],
  }),
  row({
    operation: 'confirm',
    given: (shop) => open(shop),
    when: (shop, intent) =>
      shop.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: 'https://example.com' }),
    tells: ['charge.succeeded', 'payment_intent.succeeded'],
  }),
  row({
    operation: 'confirm, to be captured later',
    given: async () => undefined,
    when: (shop) => hold(shop),
    tells: [CREATED, 'charge.succeeded', 'payment_intent.amount_capturable_updated'],
  }),
  row({
    operation: 'capture',
    given: (shop) => hold(shop),
    when: (shop, intent) => shop.stripe.paymentIntents.capture(intent.id),
    tells: [['charge.captured', ['amount_captured', 'balance_transaction', 'captured']], 'payment_intent.succeeded'],
  }),
  row({
    operation: 'capture one of several parts',
    given: (shop) => hold(shop, 'pm_card_visa', { payment_method_options: { card: { request_multicapture: 'if_available' } } }),
    when: (shop, intent) => shop.stripe.paymentIntents.capture(intent.id, { amount_to_capture: 500, final_capture: false }),
    tells: [['charge.updated', ['amount_captured', 'balance_transaction']], 'payment_intent.amount_capturable_updated'],
  }),
  row({
    operation: 'authorize more',
    given: (shop) =>
      hold(shop, 'pm_card_visa', { payment_method_options: { card: { request_incremental_authorization: 'if_available' } } as never }),
    when: (shop, intent) => shop.stripe.paymentIntents.incrementAuthorization(intent.id, { amount: 2500 }),
    tells: [['charge.updated', ['amount', 'payment_method_details']], 'payment_intent.amount_capturable_updated'],
  }),
  row({
    operation: 'cancel what was authorized',
    given: (shop) => hold(shop),
    when: (shop, intent) => shop.stripe.paymentIntents.cancel(intent.id),
    tells: [['charge.refunded', ['amount_refunded', 'refunded']], 'payment_intent.canceled'],
  }),
  row({
    operation: 'cancel',
    given: (shop) => open(shop),
    when: (shop, intent) => shop.stripe.paymentIntents.cancel(intent.id, { cancellation_reason: 'abandoned' }),
    tells: ['payment_intent.canceled'],
  }),
  row({
    operation: 'confirm with a card that declines',
    given: async () => undefined,
    when: (shop) => pay(shop, 'pm_card_visa_chargeDeclined'),
    refused: 'generic_decline',
    tells: [CREATED, 'charge.failed', 'payment_intent.payment_failed'],
  }),
  row({
    operation: 'confirm with a card whose bank asks',
    given: async () => undefined,
    when: (shop) => pay(shop, 'pm_card_authenticationRequired'),
    tells: [CREATED, 'payment_intent.requires_action'],
  }),
  row({
    operation: 'confirm off session with a card whose bank asks: no charge is made',
    given: (shop) => open(shop),
    when: (shop, intent) =>
      shop.stripe.paymentIntents.confirm(intent.id, { payment_method: 'pm_card_authenticationRequired', off_session: true }),
    refused: 'authentication_required',
    tells: ['payment_intent.payment_failed'],
  }),
  row({
    operation: 'confirm with a debit that the bank honours',
    given: async () => undefined,
    when: (shop) => open(shop, { ...debit('AT611904300234573201'), confirm: true }),
    tells: [CREATED, 'charge.pending', 'payment_intent.processing', 'charge.succeeded', 'payment_intent.succeeded'],
  }),
  row({
    operation: 'confirm with a debit that the bank refuses',
    given: async () => undefined,
    when: (shop) => open(shop, { ...debit('AT861904300235473202'), confirm: true }),
    tells: [CREATED, 'charge.pending', 'payment_intent.processing', 'charge.failed', 'payment_intent.payment_failed'],
  }),
  row({
    operation: 'confirm with a card to keep for later',
    given: (shop) => shop.customer(),
    when: (shop, customer) => pay(shop, 'pm_card_visa', { customer: customer.id, setup_future_usage: 'off_session' }),
    tells: [CREATED, 'charge.succeeded', 'payment_method.attached', 'payment_intent.succeeded'],
  }),
  row({
    operation: 'put a bank transfer towards it that is not enough',
    given: async (shop) => {
      const customer = await shop.customer();
      const method = { type: 'customer_balance' } as const;
      const how = { funding_type: 'bank_transfer', bank_transfer: { type: 'us_bank_transfer' } } as const;
      await open(shop, {
        customer: customer.id,
        confirm: true,
        payment_method_data: method,
        payment_method_options: { customer_balance: how },
      });
      return customer;
    },
    when: (shop, customer) => shop.stripe.testHelpers.customers.fundCashBalance(customer.id, { amount: 500, currency: 'usd' }),
    tells: [
      'customer_cash_balance_transaction.created',
      'cash_balance.funds_available',
      'customer_cash_balance_transaction.created',
      'payment_intent.partially_funded',
    ],
  }),
];

export const charge: readonly EventRow[] = [
  row({
    operation: 'update',
    given: (shop) => pay(shop, 'pm_card_visa'),
    when: (shop, intent) => shop.stripe.charges.update(intent.latest_charge as string, { description: 'Tea' }),
    tells: [['charge.updated', { description: null }]],
  }),
  row({
    operation: 'make one without a payment intent',
    given: async () => undefined,
    when: (shop) => shop.stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa' }),
    tells: ['charge.succeeded'],
  }),
  row({
    operation: 'make one without a payment intent that is declined',
    given: async () => undefined,
    when: (shop) => shop.stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_chargeDeclinedInsufficientFunds' }),
    refused: 'insufficient_funds',
    tells: ['charge.failed'],
  }),
  row({
    operation: 'capture one without a payment intent',
    given: (shop) => shop.stripe.charges.create({ amount: 2000, currency: 'usd', source: 'tok_visa', capture: false }),
    when: (shop, made) => shop.stripe.charges.capture(made.id),
    tells: [['charge.captured', ['amount_captured', 'balance_transaction', 'captured']]],
  }),
];
