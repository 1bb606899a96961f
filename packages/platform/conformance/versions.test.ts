import { createRequire } from 'node:module';
import { type Contract, defaultObject, loadContract } from '@annex/contract';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { StripeObject } from '../src/engine/index.ts';
import { oldVersion } from '../src/versions/version.ts';
import { contractOf, violations } from './older-contract.ts';
import { Receiver } from './receiver.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

// biome-ignore lint/suspicious/noExplicitAny: one test speaks through the types of four SDKs
type AnySdk = any;

/** Required, not imported: older SDKs declare their types as those of `stripe` itself. */
const sdk = (name: string): AnySdk => createRequire(import.meta.url)(name);

/** Four SDKs, each with the API version that it is made for. */
const SDKS: readonly (readonly [name: string, sdk: AnySdk, version: string])[] = [
  ['stripe-acacia', sdk('stripe-acacia'), '2025-02-24.acacia'],
  ['stripe-clover', sdk('stripe-clover'), '2026-02-25.clover'],
  ['stripe-dahlia', sdk('stripe-dahlia'), '2026-08-26.dahlia'],
  ['stripe', sdk('stripe'), '2026-10-28.endive'],
];

let world: TestPlatform;
let hook: Receiver;
beforeAll(async () => {
  world = await testPlatform();
  hook = await Receiver.open();
});
afterAll(async () => {
  await world.platform.close();
  await hook.close();
});

const clientOf = (Sdk: AnySdk, key = inventKey(), config = {}): AnySdk => {
  const { hostname, port } = new URL(world.platform.url);
  return new Sdk(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false, ...config });
};

/** What lives here; also what these objects are made of. */
const LIVED = [
  ...['account', 'application_fee', 'balance', 'balance_transaction', 'card', 'charge', 'checkout.session', 'coupon', 'credit_note'],
  ...['credit_note_line_item', 'customer', 'customer_balance_transaction', 'discount', 'dispute', 'event', 'fee_refund', 'invoice'],
  ...['invoice_payment', 'invoiceitem', 'item', 'line_item', 'payment_intent', 'payment_link', 'payment_method', 'payout', 'plan'],
  ...['price', 'product', 'promotion_code', 'quote', 'refund', 'setup_intent', 'subscription', 'subscription_item'],
  ...['subscription_schedule', 'tax_id', 'tax_rate', 'test_helpers.test_clock', 'topup', 'transfer', 'transfer_reversal'],
  ...['webhook_endpoint'],
];

/** Everything that the SDK was answered, by what it asked. */
class Answers {
  readonly seen: [what: string, value: AnySdk][] = [];

  async of(what: string, asked: Promise<AnySdk>): Promise<AnySdk> {
    const value = await asked;
    this.seen.push([what, JSON.parse(JSON.stringify(value))]);
    return value;
  }
}

/** A customer's life in the words of the SDK's own version. */
async function live(stripe: AnySdk, version: string, answers: Answers): Promise<void> {
  const old = version < '2025-09-30';
  const hasTypes = version < '2026-09-30';
  const types = hasTypes ? { payment_method_types: ['card'] } : { allowed_payment_method_types: ['card'] };
  const ask = answers.of.bind(answers);
  const coupon = await ask('coupon', stripe.coupons.create({ percent_off: 50, duration: 'forever' }));
  const code = await ask(
    'promotion code',
    stripe.promotionCodes.create(old ? { coupon: coupon.id } : { promotion: { type: 'coupon', coupon: coupon.id } }),
  );
  const customer = await ask(
    'customer',
    stripe.customers.create({
      email: 'ada@example.com',
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    }),
  );
  const product = await ask('product', stripe.products.create({ name: 'Pro' }));
  const price = await ask(
    'price',
    stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 2000, recurring: { interval: 'month' } }),
  );
  const subscription = await ask(
    'subscription',
    stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: price.id }],
      ...(old ? { promotion_code: code.id } : { discounts: [{ promotion_code: code.id }] }),
      expand: old ? ['latest_invoice.payment_intent', 'latest_invoice.charge'] : ['latest_invoice.payments'],
    }),
  );
  await ask('subscription again', stripe.subscriptions.retrieve(subscription.id));
  await ask('subscriptions', stripe.subscriptions.list({ customer: customer.id }));
  await ask('subscription updated', stripe.subscriptions.update(subscription.id, { metadata: { seats: '3' } }));
  await ask('invoices', stripe.invoices.list({ customer: customer.id, expand: ['data.customer'] }));
  await ask('lines', stripe.invoices.listLineItems(subscription.latest_invoice.id));
  const item = old ? { unit_amount: 700, currency: 'usd' } : { amount: 700, currency: 'usd' };
  await ask('invoice item', stripe.invoiceItems.create({ customer: customer.id, ...item }));
  const draft = await ask('draft', stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' }));
  await ask('finalized', stripe.invoices.finalizeInvoice(draft.id));
  await ask('paid', stripe.invoices.pay(draft.id));
  const intent = await ask(
    'payment intent',
    stripe.paymentIntents.create({
      amount: 1500,
      currency: 'usd',
      customer: customer.id,
      payment_method: 'pm_card_visa',
      confirm: true,
      return_url: 'https://example.com',
      expand: ['latest_charge', 'customer'],
      ...types,
    }),
  );
  await ask('setup intent', stripe.setupIntents.create({ customer: customer.id, ...types }));
  await ask('charge', stripe.charges.retrieve(intent.latest_charge.id));
  await ask('charges', stripe.charges.list({ customer: customer.id }));
  await ask('refund', stripe.refunds.create({ payment_intent: intent.id, amount: 500 }));
  await ask('customer again', stripe.customers.retrieve(customer.id));
  await ask('canceled', stripe.subscriptions.cancel(subscription.id));
}

describe.each(SDKS)('%s', (name, Sdk, version) => {
  let contract: Contract;
  const answers = new Answers();
  let stripe: AnySdk;
  beforeAll(async () => {
    contract = contractOf(name);
    stripe = clientOf(Sdk);
    await live(stripe, version, answers);
  });

  test('is made for the version that this test says', () => {
    expect(contract.api).toBe(version);
  });

  test('a whole life gets the shapes that the SDK’s own types promise', () => {
    expect(answers.seen.length).toBeGreaterThan(20);
    expect(answers.seen.flatMap(([what, value]) => violations(contract, value).map((line) => `${what}: ${line}`))).toEqual([]);
  });

  test('every object made from today’s contract has all the fields that the types had then', () => {
    const now = loadContract();
    const nothing = { get: () => undefined, find: () => [] };
    const downgrade = oldVersion(version)?.downgrade;
    const absent = LIVED.flatMap((object) => {
      const made = defaultObject(now, object, { id: 'x_1', created: 1, livemode: false }) as StripeObject;
      const answer = downgrade === undefined ? made : JSON.parse(downgrade.text(JSON.stringify(made), nothing));
      return contract.objects.has(object) ? violations(contract, answer).filter((line) => line.endsWith('is absent')) : [];
    });
    expect(absent).toEqual([]);
  });
});
