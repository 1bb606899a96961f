import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { connected, type ExtensionWorld, extensionWorld } from './extension-world.ts';

let world: ExtensionWorld;
let stripe: Stripe;
let account: string;

beforeAll(async () => {
  world = await extensionWorld({ unlimitedClocks: true });
  account = (await connected(world, { scope: 'read_write' })).stripe_user_id;
  const { hostname, port } = new URL(world.platform.url);
  stripe = new Stripe(world.extension.testKey, {
    host: hostname,
    port: Number(port),
    protocol: 'http',
    maxNetworkRetries: 0,
    telemetry: false,
  });
});
afterAll(() => world.platform.close());

const payment = {
  amount: 1000,
  currency: 'usd',
  payment_method: 'pm_card_visa',
  confirm: true,
  return_url: 'https://example.com',
  application_fee_amount: 123,
} as const;
const direct = () => ({ stripeAccount: account });

/** The fee of a charge, once it is there. */
async function feeOf(charge: string): Promise<Stripe.ApplicationFee> {
  for (;;) {
    const [fee] = (await stripe.applicationFees.list({ charge })).data;
    if (fee !== undefined) return fee;
  }
}

describe('an application fee', () => {
  test('is refused where no application acts, in Stripe’s words', async () => {
    await expect(stripe.paymentIntents.create(payment)).rejects.toThrow(
      'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment',
    );
    await expect(
      stripe.subscriptions.create({ customer: (await stripe.customers.create({})).id, items: [], application_fee_percent: 10 }),
    ).rejects.toThrow();
  });

  test('of a direct charge follows a moment later, on the platform’s account, and the charge then names it', async () => {
    const intent = await stripe.paymentIntents.create({ ...payment, expand: ['latest_charge'] }, direct());
    const charge = intent.latest_charge as Stripe.Charge;
    expect([charge.application, charge.application_fee, charge.application_fee_amount]).toEqual([world.extension.test.id, null, 123]);
    const fee = await feeOf(charge.id);
    expect(fee).toMatchObject({ amount: 123, account, application: world.extension.test.id, charge: charge.id, refunded: false });
    expect((await stripe.charges.retrieve(charge.id, {}, direct())).application_fee).toBe(fee.id);
    const [event] = (await stripe.events.list({ type: 'application_fee.created', limit: 1 })).data;
    expect((event!.data.object as Stripe.ApplicationFee).id).toBe(fee.id);
    expect((await stripe.balanceTransactions.retrieve(fee.balance_transaction as string)).type).toBe('application_fee');
    await expect(stripe.applicationFees.retrieve(fee.id, {}, direct())).rejects.toThrow('No such');
  });

  test('is there at once where the request asks to see it', async () => {
    const intent = await stripe.paymentIntents.create({ ...payment, expand: ['latest_charge.application_fee'] }, direct());
    expect(((intent.latest_charge as Stripe.Charge).application_fee as Stripe.ApplicationFee).amount).toBe(123);
  });

  test('is a second line in the account’s fee details, and the account keeps what is left', async () => {
    const intent = await stripe.paymentIntents.create({ ...payment, expand: ['latest_charge.balance_transaction'] }, direct());
    const movement = (intent.latest_charge as Stripe.Charge).balance_transaction as Stripe.BalanceTransaction;
    expect(movement.fee_details.map((row) => [row.type, row.amount, row.application])).toEqual([
      ['application_fee', 123, world.extension.test.id],
      ['stripe_fee', 59, null],
    ]);
    expect([movement.fee, movement.net]).toEqual([182, 818]);
  });

  test('goes back in proportion to a refund that asks for it, and whole with the last part', async () => {
    const intent = await stripe.paymentIntents.create(payment, direct());
    await stripe.refunds.create({ payment_intent: intent.id, amount: 500, refund_application_fee: true }, direct());
    const fee = await feeOf(intent.latest_charge as string);
    expect([fee.amount_refunded, fee.refunded, fee.refunds.data[0]?.amount]).toEqual([62, false, 62]);
    await stripe.refunds.create({ payment_intent: intent.id, refund_application_fee: true }, direct());
    expect(await stripe.applicationFees.retrieve(fee.id)).toMatchObject({ amount_refunded: 123, refunded: true });
  });

  test('is kept where a refund does not ask for it, and can be refunded by itself', async () => {
    const intent = await stripe.paymentIntents.create(payment, direct());
    await stripe.refunds.create({ payment_intent: intent.id }, direct());
    const fee = await feeOf(intent.latest_charge as string);
    expect(fee.amount_refunded).toBe(0);
    await stripe.applicationFees.createRefund(fee.id, { amount: 23 });
    expect((await stripe.applicationFees.retrieve(fee.id)).amount_refunded).toBe(23);
    await expect(stripe.applicationFees.createRefund(fee.id, { amount: 101 })).rejects.toThrow('greater than the unrefunded amount');
  });

  test('of a subscription is a share of each invoice, at every renewal', async () => {
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }, direct());
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: 1_800_000_000 }, direct());
    const customer = await stripe.customers.create(
      { payment_method: method.id, invoice_settings: { default_payment_method: method.id }, test_clock: clock.id },
      direct(),
    );
    const price = await stripe.prices.create(
      { product_data: { name: 'P' }, currency: 'usd', unit_amount: 2000, recurring: { interval: 'month' } },
      direct(),
    );
    const made = await stripe.subscriptions.create(
      { customer: customer.id, items: [{ price: price.id }], application_fee_percent: 12.5 },
      direct(),
    );
    expect([made.application, made.application_fee_percent]).toEqual([world.extension.test.id, 12.5]);
    await stripe.testHelpers.testClocks.advance(clock.id, { frozen_time: 1_800_000_000 + 32 * 86_400 }, direct());
    const fees = async () => {
      const charges = (await stripe.charges.list({ customer: customer.id }, direct())).data.map((row) => row.id);
      return (await stripe.applicationFees.list({ limit: 100 })).data.filter((row) => charges.includes(row.charge as string));
    };
    for (;;) if ((await fees()).length === 2) break;
    expect((await fees()).map((fee) => fee.amount)).toEqual([250, 250]);
  });

  test('percent over 100 is refused with the value', async () => {
    const customer = await stripe.customers.create({}, direct());
    const price = await stripe.prices.create(
      { product_data: { name: 'P' }, currency: 'usd', unit_amount: 2000, recurring: { interval: 'month' } },
      direct(),
    );
    await expect(
      stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], application_fee_percent: 375 }, direct()),
    ).rejects.toThrow("This value must be less than or equal to 100 (it currently is '375.0').");
  });

  test('of a checkout session is an amount of its payment, or a share of its subscription’s first invoice', async () => {
    const price_data = { currency: 'usd', unit_amount: 1000, product_data: { name: 'Tea' } };
    const success_url = 'https://shop.example/done';
    const payment_intent_data = { application_fee_amount: 77 };
    const once: Stripe.Checkout.SessionCreateParams = {
      mode: 'payment',
      success_url,
      line_items: [{ price_data, quantity: 1 }],
      payment_intent_data,
    };
    await expect(stripe.checkout.sessions.create(once)).rejects.toMatchObject({ param: 'payment_intent_data[application_fee_amount]' });
    const monthly = { ...price_data, recurring: { interval: 'month' } } as const;
    const subscription_data = { application_fee_percent: 10 };
    const often: Stripe.Checkout.SessionCreateParams = {
      mode: 'subscription',
      success_url,
      line_items: [{ price_data: monthly, quantity: 1 }],
      subscription_data,
    };
    for (const [params, amount] of [
      [once, 77],
      [often, 100],
    ] as const) {
      const session = await stripe.checkout.sessions.create(params, direct());
      const method = await stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }, direct());
      await stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, { payment_method: method.id }, direct());
      const { data } = await stripe.charges.list({ limit: 100 }, direct());
      const charge = data.find((each) => each.application_fee_amount === amount);
      expect(charge).toMatchObject({ amount: 1000, application: world.extension.test.id });
      expect(await feeOf(charge!.id)).toMatchObject({ amount, account });
      const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] }, direct());
      if (done.subscription !== null)
        expect(done.subscription).toMatchObject({ application: world.extension.test.id, application_fee_percent: 10 });
    }
  });
});
