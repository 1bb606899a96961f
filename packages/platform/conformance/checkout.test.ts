import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Visitor } from './extension-world.ts';
import { until } from './until.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

/* What checkout sessions come to, and what they refuse; completed without a browser. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

type Params = Stripe.Checkout.SessionCreateParams;

const DONE = { success_url: 'https://shop.example/done' } as const;
const tea = (amount: number, more: object = {}) => ({
  price_data: { currency: 'usd', unit_amount: amount, product_data: { name: 'Tea' }, ...more },
});

async function complete(stripe: Stripe, session: Stripe.Checkout.Session, token = 'tok_visa'): Promise<Stripe.Checkout.Session> {
  const method = await stripe.paymentMethods.create({
    type: 'card',
    card: { token },
    billing_details: { email: 'ada@example.com', name: 'Ada' },
  });
  await stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, { payment_method: method.id });
  return stripe.checkout.sessions.retrieve(session.id);
}

interface Case {
  readonly lines: readonly { readonly amount: number; readonly quantity: number; readonly recurs: boolean; readonly taxed: boolean }[];
  readonly percent: number | undefined;
  readonly inclusive: boolean;
  readonly trial: boolean;
}

const line = fc.record({
  amount: fc.integer({ min: 100, max: 99_999 }),
  quantity: fc.integer({ min: 1, max: 9 }),
  recurs: fc.boolean(),
  taxed: fc.boolean(),
});
const cases: fc.Arbitrary<Case> = fc.record({
  lines: fc.array(line, { minLength: 1, maxLength: 4 }),
  percent: fc.option(fc.integer({ min: 1, max: 99 }), { nil: undefined }),
  inclusive: fc.boolean(),
  trial: fc.boolean(),
});

async function sell(stripe: Stripe, { lines, percent, inclusive, trial }: Case): Promise<Stripe.Checkout.Session> {
  const subscribes = lines.some(({ recurs }) => recurs);
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 7.7, inclusive });
  const coupon = percent === undefined ? undefined : await stripe.coupons.create({ percent_off: percent });
  return stripe.checkout.sessions.create({
    mode: subscribes ? 'subscription' : 'payment',
    ...DONE,
    line_items: lines.map(({ amount, quantity, recurs, taxed }) => ({
      ...tea(amount, recurs ? { recurring: { interval: 'month' } } : {}),
      quantity,
      ...(taxed && { tax_rates: [rate.id] }),
    })),
    ...(coupon !== undefined && { discounts: [{ coupon: coupon.id }] }),
    ...(subscribes ? trial && { subscription_data: { trial_period_days: 7 } } : { invoice_creation: { enabled: true } }),
  });
}

describe('what a session comes to', () => {
  test('is what its invoice comes to, and what the card is charged, whatever is sold', async () => {
    await fc.assert(
      fc.asyncProperty(cases, async (given) => {
        const stripe = world.client();
        const session = await sell(stripe, given);
        const done = await complete(stripe, session);
        expect(done).toMatchObject({ status: 'complete', amount_total: session.amount_total });
        const invoice = await stripe.invoices.retrieve(done.invoice as string);
        const tax = (invoice.total_taxes ?? []).reduce((sum, each) => sum + each.amount, 0);
        const discount = (invoice.total_discount_amounts ?? []).reduce((sum, each) => sum + each.amount, 0);
        expect({ subtotal: invoice.subtotal, total: invoice.total, tax, discount, status: invoice.status }).toEqual({
          subtotal: session.amount_subtotal,
          total: session.amount_total,
          tax: session.total_details!.amount_tax,
          discount: session.total_details!.amount_discount,
          status: 'paid',
        });
        const charged = (await stripe.charges.list()).data.reduce((sum, charge) => sum + charge.amount, 0);
        expect(charged).toBe(session.amount_total);
        const { data } = await stripe.checkout.sessions.listLineItems(session.id);
        expect(data.reduce((sum, item) => sum + item.amount_total, 0)).toBe(session.amount_total);
      }),
      { numRuns: 25 },
    );
  });

  test('is a part of the period up to an anchor, as on the invoice', async () => {
    const stripe = world.client();
    const items = [{ ...tea(3000, { recurring: { interval: 'month' } }), quantity: 1 }];
    const anchor = Math.floor(Date.now() / 1000) + 10 * 86_400;
    const subscription_data = { billing_cycle_anchor: anchor };
    const session = await stripe.checkout.sessions.create({ mode: 'subscription', line_items: items, subscription_data, ...DONE });
    expect(session.amount_total).toBeGreaterThan(900);
    expect(session.amount_total).toBeLessThan(1100);
    const done = await complete(stripe, session);
    const invoice = await stripe.invoices.retrieve(done.invoice as string);
    expect(invoice).toMatchObject({ status: 'paid', total: done.amount_total });
    const none = { billing_cycle_anchor: anchor, proration_behavior: 'none' as const };
    const free = await stripe.checkout.sessions.create({ mode: 'subscription', line_items: items, subscription_data: none, ...DONE });
    expect(free.amount_total).toBe(0);
    expect(await complete(stripe, free)).toMatchObject({ status: 'complete', payment_status: 'no_payment_required' });
  });

  test('stays right where the customer has a credit', async () => {
    const stripe = world.client();
    const customer = await stripe.customers.create({ balance: -300 });
    const items = [{ ...tea(1000, { recurring: { interval: 'month' } }), quantity: 1 }];
    const session = await stripe.checkout.sessions.create({ mode: 'subscription', customer: customer.id, line_items: items, ...DONE });
    const done = await complete(stripe, session);
    expect(await stripe.invoices.retrieve(done.invoice as string)).toMatchObject({ status: 'paid', total: 1000, amount_due: 0 });
    expect((await stripe.customers.retrieve(customer.id)) as Stripe.Customer).toMatchObject({ balance: -300 });
  });
});

const REFUSED: readonly (readonly [title: string, params: Partial<Params>, param: string])[] = [
  ['no mode', { mode: undefined as never, line_items: [{ ...tea(100), quantity: 1 }] }, 'mode'],
  ['nothing to sell', { mode: 'payment' }, 'line_items'],
  [
    'what recurs in a payment',
    { mode: 'payment', line_items: [{ ...tea(100, { recurring: { interval: 'month' } }), quantity: 1 }] },
    'line_items[0][price]',
  ],
  ['a subscription to what does not recur', { mode: 'subscription', line_items: [{ ...tea(100), quantity: 1 }] }, 'line_items'],
  [
    'subscription_data in a payment',
    { mode: 'payment', line_items: [{ ...tea(100), quantity: 1 }], subscription_data: { description: 'x' } },
    'subscription_data',
  ],
  ['an expiry in a minute', { mode: 'setup', currency: 'usd', expires_at: Math.floor(Date.now() / 1000) + 60 }, 'expires_at'],
  ['a customer that is not there', { mode: 'setup', currency: 'usd', customer: 'cus_none' }, 'customer'],
  ['two answers to who pays', { mode: 'setup', currency: 'usd', customer: 'cus_none', customer_email: 'a@example.com' }, 'customer'],
  [
    'a coupon that is not there',
    { mode: 'payment', line_items: [{ ...tea(100), quantity: 1 }], discounts: [{ coupon: 'none' }] },
    'discounts[0][coupon]',
  ],
];

describe('a session is refused for', () => {
  for (const [title, params, param] of REFUSED) {
    test(title, async () => {
      const error = await world
        .client()
        .checkout.sessions.create({ ...DONE, ...params } as Params)
        .catch((refusal: Stripe.errors.StripeError) => refusal);
      expect(error).toMatchObject({ statusCode: 400, param });
    });
  }

  test('an amount that its page did not show', async () => {
    const stripe = world.client();
    const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ ...tea(100), quantity: 1 }], ...DONE });
    const confirm = stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, {
      payment_method: 'pm_card_visa',
      expected_amount: 99,
    });
    await expect(confirm).rejects.toMatchObject({ code: 'checkout_amount_mismatch' });
    expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('open');
  });
});

describe('a session', () => {
  test('shows its line items only where they are asked for, and none of what is ours', async () => {
    const key = inventKey();
    const stripe = world.client(key);
    const made = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ ...tea(100), quantity: 3 }],
      ...DONE,
      expand: ['line_items'],
    });
    expect(made.line_items).toMatchObject({ object: 'list', has_more: false, url: `/v1/checkout/sessions/${made.id}/line_items` });
    const plain = await stripe.checkout.sessions.retrieve(made.id);
    expect(plain).not.toHaveProperty('line_items');
    const { data } = await stripe.checkout.sessions.listLineItems(made.id);
    expect(data).toEqual(made.line_items!.data);
    expect(Object.keys(data[0]!).sort()).toEqual(
      [
        'adjustable_quantity',
        'amount_discount',
        'amount_subtotal',
        'amount_tax',
        'amount_total',
        'currency',
        'description',
        'id',
        'metadata',
        'object',
        'price',
        'quantity',
      ].sort(),
    );
  });

  test('passes on what its payment is to say, also what is said later', async () => {
    const stripe = world.client();
    const payment_intent_data = { metadata: { order: '7', by: 'web' }, statement_descriptor_suffix: 'TEA' };
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ ...tea(100), quantity: 1 }],
      payment_intent_data,
      ...DONE,
    });
    await complete(stripe, session, 'tok_visa_chargeDeclined').catch(() => undefined);
    await stripe.checkout.sessions.update(session.id, {
      payment_intent_data: { description: 'Order 7', metadata: { by: '' } },
      metadata: { a: 'b' },
    });
    const done = await complete(stripe, session);
    expect(done.metadata).toEqual({ a: 'b' });
    expect(await stripe.paymentIntents.retrieve(done.payment_intent as string)).toMatchObject({
      description: 'Order 7',
      metadata: { order: '7' },
      statement_descriptor_suffix: 'TEA',
      status: 'succeeded',
    });
    await expect(stripe.checkout.sessions.update(session.id, { payment_intent_data: { description: 'x' } })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  test('that has expired is taken up again where it allows it', async () => {
    const stripe = world.client();
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ ...tea(100), quantity: 3 }],
      client_reference_id: 'basket-7',
      after_expiration: { recovery: { enabled: true } },
      ...DONE,
    });
    const { after_expiration: after } = await stripe.checkout.sessions.expire(session.id);
    expect((await fetch(session.url!)).status).toBe(410);
    const answer = await fetch(after!.recovery!.url!, { redirect: 'manual' });
    expect(answer.status).toBe(303);
    const again = await stripe.checkout.sessions.retrieve(answer.headers.get('location')!.split('/').at(-1)!);
    expect(again).toMatchObject({ status: 'open', recovered_from: session.id, amount_total: 300, client_reference_id: 'basket-7' });
    expect((await complete(stripe, again)).payment_status).toBe('paid');
    const plain = await stripe.checkout.sessions.create({ mode: 'setup', currency: 'usd', ...DONE });
    expect((await stripe.checkout.sessions.expire(plain.id)).after_expiration).toBeNull();
    expect((await fetch(plain.url!.replace('/c/pay/', '/c/recover/'))).status).toBe(410);
  });

  test('that was begun and expires lets its payment go', async () => {
    const stripe = world.client();
    const session = await stripe.checkout.sessions.create({ mode: 'payment', line_items: [{ ...tea(100), quantity: 1 }], ...DONE });
    await complete(stripe, session, 'tok_visa_chargeDeclined').catch(() => undefined);
    const { payment_intent: intent } = await stripe.checkout.sessions.expire(session.id);
    expect((await stripe.paymentIntents.retrieve(intent as string)).status).toBe('canceled');
  });
});

describe('money that takes days', () => {
  const debit = async (stripe: Stripe, session: Stripe.Checkout.Session, iban: string): Promise<void> => {
    const billing_details = { email: 'ada@example.com', name: 'Ada' };
    const method = await stripe.paymentMethods.create({ type: 'sepa_debit', sepa_debit: { iban }, billing_details });
    await stripe.rawRequest('POST', `/v1/payment_pages/${session.id}/confirm`, { payment_method: method.id });
  };
  const types = async (stripe: Stripe): Promise<string[]> => (await stripe.events.list({ limit: 50 })).data.map((event) => event.type);

  test('completes a session unpaid, and tells later that it came or did not', async () => {
    for (const [iban, told, status] of [
      ['DE89370400440532013000', 'checkout.session.async_payment_succeeded', 'paid'],
      ['DE62370400440532013001', 'checkout.session.async_payment_failed', 'unpaid'],
    ] as const) {
      const stripe = world.client();
      const items = [{ price_data: { currency: 'eur', unit_amount: 1000, product_data: { name: 'Tea' } }, quantity: 1 }];
      const session = await stripe.checkout.sessions.create({
        mode: 'payment',
        allowed_payment_method_types: ['sepa_debit'],
        line_items: items,
        ...DONE,
      });
      await debit(stripe, session, iban);
      expect((await stripe.checkout.sessions.retrieve(session.id)).status).toBe('complete');
      await until(async () => (await types(stripe)).includes(told));
      expect((await stripe.checkout.sessions.retrieve(session.id)).payment_status).toBe(status);
      const completed = (await stripe.events.list({ type: 'checkout.session.completed' })).data[0]!;
      expect(completed.data.object).toMatchObject({ payment_status: 'unpaid' });
    }
  });

  test('begins a subscription when it has come', async () => {
    const stripe = world.client();
    const price_data = { currency: 'eur', unit_amount: 1000, product_data: { name: 'Tea' }, recurring: { interval: 'month' as const } };
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      allowed_payment_method_types: ['sepa_debit'],
      line_items: [{ price_data, quantity: 1 }],
      ...DONE,
    });
    await debit(stripe, session, 'DE89370400440532013000');
    await until(async () => (await types(stripe)).includes('checkout.session.async_payment_succeeded'));
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'invoice'] });
    expect(done).toMatchObject({
      payment_status: 'paid',
      subscription: { status: 'active' },
      invoice: { status: 'paid', amount_paid: 1000 },
    });
    expect((await stripe.charges.list()).data).toHaveLength(1);
  });
});

test('a coupon that is used up while the bank asks leaves nothing half done', async () => {
  const stripe = world.client();
  const coupon = await stripe.coupons.create({ percent_off: 50, max_redemptions: 1 });
  const items = [{ ...tea(1000), quantity: 1 }];
  const sell = () => stripe.checkout.sessions.create({ mode: 'payment', line_items: items, discounts: [{ coupon: coupon.id }], ...DONE });
  const [slow, fast] = [await sell(), await sell()];
  await complete(stripe, slow, 'tok_threeDSecure2Required');
  const { payment_intent: id } = await stripe.checkout.sessions.retrieve(slow.id);
  const intent = await stripe.paymentIntents.retrieve(id as string);
  await complete(stripe, fast);
  const visitor = new Visitor(world.platform.url);
  const bank = new URL(intent.next_action!.redirect_to_url!.url!);
  const answer = await visitor.submit(bank.pathname + bank.search, { decision: 'approve' });
  expect([answer.status, (await answer.text()).includes('Nothing was charged.')]).toEqual([409, true]);
  expect((await stripe.checkout.sessions.retrieve(slow.id)).status).toBe('open');
  expect((await stripe.charges.list()).data.map((charge) => charge.amount)).toEqual([500]);
});
