import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createPlatform } from '../src/index.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

interface Asked {
  readonly key?: string;
  readonly version?: string;
  readonly headers?: Record<string, string>;
  readonly form?: string;
}

/** A raw request, as a client without an SDK sends it; a POST where there is a form. */
async function ask(path: string, { key = inventKey(), version, headers, form }: Asked = {}) {
  const response = await world.raw(path, {
    key,
    headers: { ...(version !== undefined && { 'Stripe-Version': version }), ...headers },
    ...(form !== undefined && { method: 'POST', body: new URLSearchParams(form) }),
  });
  // biome-ignore lint/suspicious/noExplicitAny: what is answered is what is looked at
  return { status: response.status, headers: response.headers, json: (await response.json()) as any };
}

describe('which version a request is served at', () => {
  test('its own, which the answer names', async () => {
    const { headers } = await ask('/v1/balance', { version: '2025-02-24.acacia' });
    expect(headers.get('stripe-version')).toBe('2025-02-24.acacia');
    expect(headers.get('annex-notice')).toBeNull();
  });

  test('without one, the newest, unless the account or the platform has chosen another', async () => {
    const key = inventKey();
    expect((await ask('/v1/balance', { key })).headers.get('stripe-version')).toBe('2026-10-28.endive');
    const { id } = (await ask('/v1/account', { key })).json;
    const shown = await world.platform.control.setApiVersion({ account: id, api_version: '2025-02-24.acacia' });
    expect(shown.api_version).toBe('2025-02-24.acacia');
    expect((await ask('/v1/balance', { key })).headers.get('stripe-version')).toBe('2025-02-24.acacia');
    expect((await ask('/v1/balance', { key, version: '2026-10-28.endive' })).headers.get('stripe-version')).toBe('2026-10-28.endive');

    await using other = await createPlatform({ apiVersion: '2025-11-17.clover' });
    const answer = await fetch(`${other.url}/v1/balance`, { headers: { Authorization: 'Bearer sk_test_elsewhere' } });
    expect(answer.headers.get('stripe-version')).toBe('2025-11-17.clover');
    const given = await other.control.createAccount({ name: 'Old', api_version: '2025-02-24.acacia' });
    expect(given.api_version).toBe('2025-02-24.acacia');
  });

  test.each(['2025-2-24', '2025-09-30.acacia', 'latest', '2026-10-28.endive, 2025-02-24.acacia'])('%s is none', async (version) => {
    const { status, json } = await ask('/v1/balance', { version });
    expect([status, json.error]).toEqual([400, { message: `Invalid Stripe API version: ${version}`, type: 'invalid_request_error' }]);
  });

  test('preview versions and their features are taken as the release of their day', async () => {
    expect((await ask('/v1/balance', { version: '2026-09-30.preview' })).status).toBe(200);
    expect((await ask('/v1/balance', { version: '2025-03-31.basil; checkout_beta=v1' })).headers.get('stripe-version')).toBe(
      '2025-03-31.basil',
    );
  });

  test('a version from before the names is answered as the oldest that is known, and told so', async () => {
    const { status, headers } = await ask('/v1/balance', { version: '2022-11-15' });
    expect([status, headers.get('stripe-version')]).toEqual([200, '2022-11-15']);
    expect(headers.get('annex-notice')).toContain('back to the acacia versions');
  });

  test('a platform does not start with a version that is none', async () => {
    await expect(createPlatform({ apiVersion: '2025' })).rejects.toThrow('--api-version is 2025, which is no version of the API');
  });

  test('a bad key outranks a bad version, a bad version a bad address', async () => {
    expect((await ask('/v1/balance', { key: 'nonsense', version: 'x' })).status).toBe(401);
    expect((await ask('/v1/nothing', { version: 'x' })).json.error.message).toBe('Invalid Stripe API version: x');
  });
});

describe('parameters', () => {
  const intent = 'amount=100&currency=usd&payment_method_types[]=card';

  test('an old name is taken at its version and unknown at the newest', async () => {
    const old = await ask('/v1/payment_intents', { version: '2026-08-26.dahlia', form: intent });
    expect([old.status, old.json.payment_method_types]).toEqual([200, ['card']]);
    const now = await ask('/v1/payment_intents', { form: intent });
    expect([now.status, now.json.error]).toMatchObject([
      400,
      { code: 'parameter_unknown', message: 'Received unknown parameter: payment_method_types', param: 'payment_method_types' },
    ]);
  });

  test('a new name is unknown at an old version', async () => {
    const form = 'promotion[type]=coupon&promotion[coupon]=x';
    const { status, json } = await ask('/v1/promotion_codes', { version: '2025-02-24.acacia', form });
    expect([status, json.error.message]).toEqual([400, 'Received unknown parameter: promotion']);
  });

  test('an error names the parameter that the caller has sent', async () => {
    const type = await ask('/v1/payment_intents', { version: '2026-08-26.dahlia', form: `${intent}&payment_method_types[]=shells` });
    expect(type.json.error.param).toBe('payment_method_types[1]');
    expect(type.json.error.message).toMatch(/^Invalid payment_method_types\[1\]: must be one of /);
    const code = await ask('/v1/promotion_codes', { version: '2025-02-24.acacia', form: 'coupon=nope' });
    expect(code.json.error).toMatchObject({ param: 'coupon', code: 'resource_missing', message: "No such coupon: 'nope'" });
    const item = await ask('/v1/invoiceitems', { version: '2025-02-24.acacia', form: 'customer=cus_nope&price=price_nope' });
    expect(item.json.error.param).toBe('customer');
  });

  test('a customer is given a coupon of its own, which its subscriptions fall back to, and which can be taken away', async () => {
    const key = inventKey();
    const acacia = { key, version: '2025-02-24.acacia' };
    await ask('/v1/coupons', { key, form: 'id=half&percent_off=50&duration=forever' });
    expect((await ask('/v1/customers', { key, form: 'coupon=half' })).json.error.message).toBe('Received unknown parameter: coupon');
    const nope = await ask('/v1/customers', { ...acacia, form: 'coupon=nope' });
    expect(nope.json.error).toMatchObject({ message: "No such coupon: 'nope'", param: 'coupon' });
    const { json: customer } = await ask('/v1/customers', { ...acacia, form: 'coupon=half&payment_method=pm_card_visa' });
    expect(customer.discount).toMatchObject({ object: 'discount', coupon: { id: 'half' }, customer: customer.id });
    const { json: product } = await ask('/v1/products', { key, form: 'name=Pro' });
    const price = `items[0][price_data][currency]=usd&items[0][price_data][product]=${product.id}&items[0][price_data][unit_amount]=500&items[0][price_data][recurring][interval]=month`;
    const form = `customer=${customer.id}&payment_behavior=default_incomplete&expand[]=latest_invoice&${price}`;
    expect((await ask('/v1/subscriptions', { ...acacia, form })).json.latest_invoice.total).toBe(250);
    const again = await ask(`/v1/customers/${customer.id}`, { ...acacia, form: 'coupon=' });
    expect(again.json.discount).toBeNull();
    const types = (await ask('/v1/events?types[]=customer.discount.created&types[]=customer.discount.deleted', { key })).json.data;
    expect(types.map((event: { type: string }) => event.type)).toEqual(['customer.discount.deleted', 'customer.discount.created']);

    await ask(`/v1/customers/${customer.id}`, { ...acacia, form: 'coupon=half' });
    const gone = await world.raw(`/v1/customers/${customer.id}/discount`, { key, method: 'DELETE' });
    expect(await gone.json()).toMatchObject({ object: 'discount', deleted: true, customer: customer.id });
    expect((await ask(`/v1/customers/${customer.id}`, { key })).json.discount).toBeNull();
  });

  test('an upcoming invoice is retrieved where it was, its lines too', async () => {
    const key = inventKey();
    const acacia = { key, version: '2025-02-24.acacia' };
    const { json: product } = await ask('/v1/products', { key, form: 'name=Pro' });
    const { json: price } = await ask('/v1/prices', {
      key,
      form: `product=${product.id}&currency=usd&unit_amount=500&recurring[interval]=month`,
    });
    const { json: customer } = await ask('/v1/customers', {
      key,
      form: 'payment_method=pm_card_visa&invoice_settings[default_payment_method]=pm_card_visa',
    });
    const { json: subscription } = await ask('/v1/subscriptions', {
      key,
      form: `customer=${customer.id}&items[0][price]=${price.id}`,
    });
    const query = `subscription=${subscription.id}&subscription_items[0][id]=${subscription.items.data[0].id}&subscription_items[0][quantity]=3&subscription_proration_behavior=none`;
    const upcoming = await ask(`/v1/invoices/upcoming?${query}`, acacia);
    expect(upcoming.json).toMatchObject({ object: 'invoice', total: 1500, subscription: subscription.id, paid: false });
    const lines = await ask(`/v1/invoices/upcoming/lines?${query}`, acacia);
    expect(lines.json).toMatchObject({ object: 'list', data: [{ amount: 1500, type: 'subscription', price: { id: price.id } }] });
    expect((await ask(`/v1/invoices/upcoming?${query}`, { key })).status).toBe(400);
    const wrong = await ask('/v1/invoices/upcoming?subscription=sub_1&subscription_proration_behavior=never', acacia);
    expect(wrong.json.error.param).toBe('subscription_proration_behavior');
  });

  test('an empty coupon takes the discount of a subscription away', async () => {
    const key = inventKey();
    const acacia = { key, version: '2025-02-24.acacia' };
    await ask('/v1/coupons', { key, form: 'id=half&percent_off=50&duration=forever' });
    const { json: product } = await ask('/v1/products', { key, form: 'name=Pro' });
    const price = `items[0][price_data][currency]=usd&items[0][price_data][product]=${product.id}&items[0][price_data][unit_amount]=500&items[0][price_data][recurring][interval]=month`;
    const { json: customer } = await ask('/v1/customers', { key, form: 'payment_method=pm_card_visa' });
    const made = await ask('/v1/subscriptions', {
      ...acacia,
      form: `customer=${customer.id}&coupon=half&payment_behavior=default_incomplete&${price}`,
    });
    expect(made.json.discount).toMatchObject({ object: 'discount', coupon: { id: 'half', percent_off: 50 } });
    expect(made.json.billing_mode.type).toBe('classic');
    const undone = await ask(`/v1/subscriptions/${made.json.id}`, { ...acacia, form: 'coupon=' });
    expect(undone.json.discount).toBeNull();
  });
});

describe('answers', () => {
  test('the same key gives the answer of the version that was asked first, byte for byte', async () => {
    const key = inventKey();
    const headers = { 'Idempotency-Key': 'once' };
    const form = 'amount=100&currency=usd';
    const first = await ask('/v1/payment_intents', { key, version: '2025-02-24.acacia', headers, form });
    const again = await ask('/v1/payment_intents', { key, headers, form });
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.json).toEqual(first.json);
    expect(first.json).toHaveProperty('invoice', null);
  });

  test('an object inside an error is of the version of the request too', async () => {
    const form = 'amount=100&currency=usd&payment_method=pm_card_chargeDeclined&confirm=true&return_url=https://example.com';
    const { status, json } = await ask('/v1/payment_intents', { version: '2025-02-24.acacia', form });
    expect([status, json.error.payment_intent.object, json.error.payment_intent.invoice]).toEqual([402, 'payment_intent', null]);
    const now = await ask('/v1/payment_intents', { form });
    expect(now.json.error.payment_intent).not.toHaveProperty('invoice');
  });

  test('fields of before can be expanded at their version alone', async () => {
    const key = inventKey();
    const { hostname, port } = new URL(world.platform.url);
    const stripe = new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0 });
    const customer = await stripe.customers.create({
      payment_method: 'pm_card_visa',
      invoice_settings: { default_payment_method: 'pm_card_visa' },
    });
    await stripe.invoiceItems.create({ customer: customer.id, amount: 900, currency: 'usd' });
    const draft = await stripe.invoices.create({ customer: customer.id, pending_invoice_items_behavior: 'include' });
    const invoice = await stripe.invoices.pay(draft.id!);

    const query = `/v1/invoices/${invoice.id}?expand[]=charge.payment_intent&expand[]=payment_intent.customer`;
    const { json } = await ask(query, { key, version: '2025-02-24.acacia' });
    expect(json.charge).toMatchObject({ object: 'charge', amount: 900, invoice: invoice.id });
    expect(json.charge.payment_intent).toMatchObject({ object: 'payment_intent', invoice: invoice.id });
    expect(json.payment_intent).toMatchObject({ id: json.charge.payment_intent.id, customer: { object: 'customer', id: customer.id } });
    const list = await ask('/v1/charges?expand[]=data.invoice', { key, version: '2025-02-24.acacia' });
    expect(list.json.data[0].invoice).toMatchObject({ object: 'invoice', id: invoice.id, paid: true, charge: json.charge.id });

    const now = await ask(query, { key });
    expect(now.json.error.message).toBe('This property cannot be expanded (charge.payment_intent).');
    const deep = await ask(`/v1/invoices/${invoice.id}?expand[]=charge.nothing`, { key, version: '2025-02-24.acacia' });
    expect(deep.json.error.message).toBe('This property cannot be expanded (charge.nothing).');
  });
});
