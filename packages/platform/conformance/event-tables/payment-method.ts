import { expect } from 'vitest';
import { type EventRow, row } from './row.ts';

export const paymentMethod: readonly EventRow[] = [
  row({
    operation: 'create',
    given: async () => undefined,
    when: (shop) => shop.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }),
    tells: [],
  }),
  row({
    operation: 'attach',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.paymentMethods.attach('pm_card_visa', { customer: customer.id }),
    tells: ['payment_method.attached'],
  }),
  row({
    operation: 'attach a card that declines',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.paymentMethods.attach('pm_card_chargeDeclined', { customer: customer.id }),
    refused: 'generic_decline',
    tells: [],
  }),
  row({
    operation: 'update',
    given: async (shop) => shop.stripe.paymentMethods.attach('pm_card_visa', { customer: (await shop.customer()).id }),
    when: (shop, method) => shop.stripe.paymentMethods.update(method.id, { card: { exp_month: 3, exp_year: 2040 } }),
    tells: [['payment_method.updated', ['card']]],
  }),
  row({
    operation: 'detach',
    given: async (shop) => shop.stripe.paymentMethods.attach('pm_card_visa', { customer: (await shop.customer()).id }),
    when: (shop, method) => shop.stripe.paymentMethods.detach(method.id),
    tells: [['payment_method.detached', { customer: expect.stringMatching(/^cus_/) }]],
  }),
];

/** The older way to keep a customer's cards. */
export const source: readonly EventRow[] = [
  row({
    operation: 'add the first',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.customers.createSource(customer.id, { source: 'tok_visa' }),
    tells: ['customer.source.created', ['customer.updated', { default_source: null }]],
  }),
  row({
    operation: 'update',
    given: async (shop) => {
      const customer = await shop.customer();
      return { customer: customer.id, card: (await shop.stripe.customers.createSource(customer.id, { source: 'tok_visa' })).id };
    },
    when: (shop, { customer, card }) => shop.stripe.customers.updateSource(customer, card, { metadata: { a: 'b' } }),
    tells: [['customer.source.updated', { metadata: { a: null } }]],
  }),
  row({
    operation: 'delete the default',
    given: async (shop) => {
      const customer = await shop.customer();
      return { customer: customer.id, card: (await shop.stripe.customers.createSource(customer.id, { source: 'tok_visa' })).id };
    },
    when: (shop, { customer, card }) => shop.stripe.customers.deleteSource(customer, card),
    tells: ['customer.source.deleted', ['customer.updated', { default_source: expect.stringMatching(/^card_/) }]],
  }),
];

export const setupIntent: readonly EventRow[] = [
  row({
    operation: 'create',
    given: async () => undefined,
    when: (shop) => shop.stripe.setupIntents.create(),
    tells: ['setup_intent.created'],
  }),
  row({
    operation: 'update',
    given: (shop) => shop.stripe.setupIntents.create(),
    when: (shop, intent) => shop.stripe.setupIntents.update(intent.id, { description: 'Card' }),
    tells: [],
  }),
  row({
    operation: 'confirm for a customer',
    given: async (shop) => shop.stripe.setupIntents.create({ customer: (await shop.customer()).id }),
    when: (shop, intent) =>
      shop.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa', return_url: 'https://example.com' }),
    tells: ['payment_method.attached', 'setup_intent.succeeded'],
  }),
  row({
    operation: 'confirm with a card whose bank asks',
    given: (shop) => shop.stripe.setupIntents.create(),
    when: (shop, intent) =>
      shop.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_authenticationRequired', return_url: 'https://example.com' }),
    tells: ['setup_intent.requires_action'],
  }),
  row({
    operation: 'confirm with a card that declines',
    given: (shop) => shop.stripe.setupIntents.create(),
    when: (shop, intent) =>
      shop.stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_chargeDeclined', return_url: 'https://example.com' }),
    refused: 'generic_decline',
    tells: ['setup_intent.setup_failed'],
  }),
  row({
    operation: 'cancel',
    given: (shop) => shop.stripe.setupIntents.create(),
    when: (shop, intent) => shop.stripe.setupIntents.cancel(intent.id),
    tells: ['setup_intent.canceled'],
  }),
];
