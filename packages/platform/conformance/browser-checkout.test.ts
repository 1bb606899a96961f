import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, CARDS, eventTypes, fillCard, monthly } from './hosted-world.ts';
import { inBrowser } from './in-browser.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/* Checkout as a person completes it. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const shop = (): string => `${world.platform.url}/sign-in`;
const urls = () => ({ success_url: `${shop()}?session={CHECKOUT_SESSION_ID}`, cancel_url: `${shop()}?canceled` });

inBrowser('Checkout', (given) => {
  test('a subscription is paid for, and everything that follows is there when the payer is back', async () => {
    const stripe = world.client();
    const price = await monthly(stripe, 'Pro', 2000);
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 2 }],
      client_reference_id: 'shop-7',
      metadata: { plan: 'pro' },
      subscription_data: { metadata: { seat: 'two' } },
      ...urls(),
    });
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 4000, currency: 'eur', subscription: null });
    const page = await given.page();
    await page.goto(session.url!);
    await expectNoSeriousAxe(page);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await fillCard(page, CARDS.good);
    await button(page, 'Subscribe').click();
    await page.waitForURL(/\?session=/);
    expect(new URL(page.url()).searchParams.get('session')).toBe(session.id);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription.default_payment_method', 'customer', 'line_items'],
    });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      url: null,
      client_reference_id: 'shop-7',
      customer: { email: 'ada@example.com', name: 'Ada Lovelace' },
      customer_details: { email: 'ada@example.com' },
      subscription: { status: 'active', metadata: { seat: 'two' }, default_payment_method: { card: { last4: '4242' } } },
      line_items: { data: [{ amount_total: 4000, quantity: 2, price: { id: price.id } }] },
    });
    const types = await eventTypes(stripe);
    expect(types.at(-1)).toBe('checkout.session.completed');
    expect(types.filter((type) => type === 'charge.succeeded')).toHaveLength(1);
    const invoice = await stripe.invoices.retrieve(done.invoice as string, { expand: ['payments'] });
    expect(invoice).toMatchObject({ status: 'paid', amount_paid: 4000, billing_reason: 'subscription_create' });
    expect(invoice.payments!.data[0]!.status).toBe('paid');
  });

  test('a trial asks for a card, charges nothing, and begins', async () => {
    const stripe = world.client();
    const customer = await stripe.customers.create({ email: 'grace@example.com' });
    const price = await monthly(stripe, 'Pro', 2000);
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      customer: customer.id,
      line_items: [{ price: price.id, quantity: 1 }],
      subscription_data: { trial_period_days: 14 },
      ...urls(),
    });
    const page = await given.page({ width: 390 });
    await page.goto(session.url!);
    expect(await page.locator('main').textContent()).toContain('Free until');
    await fillCard(page, CARDS.good);
    await button(page, 'Start trial').click();
    await page.waitForURL(/\?session=/);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done).toMatchObject({ payment_status: 'no_payment_required', amount_total: 0, customer: customer.id });
    expect((done.subscription as Stripe.Subscription).status).toBe('trialing');
    expect((await stripe.charges.list({ customer: customer.id })).data).toEqual([]);
  });

  test('a declined card says so in place, and another one pays', async () => {
    const stripe = world.client();
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'eur', unit_amount: 1500, product_data: { name: 'Tea' } }, quantity: 1 }],
      ...urls(),
    });
    const page = await given.page({ javaScript: false });
    await page.goto(session.url!);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await fillCard(page, CARDS.declined);
    await button(page, 'Pay €15.00').click();
    expect(await page.getByRole('alert').textContent()).toContain('Your card was declined.');
    expect(await page.getByLabel('E-mail').inputValue()).toBe('ada@example.com');
    await fillCard(page, CARDS.good);
    await button(page, 'Pay €15.00').click();
    await page.waitForURL(/\?session=/);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent'] });
    expect(done).toMatchObject({
      status: 'complete',
      payment_status: 'paid',
      customer: null,
      payment_intent: { status: 'succeeded', amount: 1500 },
    });
    const charges = await stripe.charges.list();
    expect(charges.data.map((charge) => charge.status)).toEqual(['succeeded', 'failed']);
  });

  test('a bank that asks is asked, and leads back to the shop', async () => {
    const stripe = world.client();
    const price = await monthly(stripe, 'Pro', 900);
    const session = await stripe.checkout.sessions.create({
      mode: 'subscription',
      line_items: [{ price: price.id, quantity: 1 }],
      ...urls(),
    });
    const page = await given.page();
    await page.goto(session.url!);
    await page.getByLabel('E-mail').fill('ada@example.com');
    await fillCard(page, CARDS.asks);
    await button(page, 'Subscribe').click();
    await button(page, 'Fail the authentication').click();
    expect(await page.getByRole('alert').textContent()).toContain('Your bank did not approve this.');
    expect(await page.getByLabel('E-mail').inputValue()).toBe('ada@example.com');
    await fillCard(page, CARDS.asks);
    await button(page, 'Subscribe').click();
    await button(page, 'Approve').click();
    await page.waitForURL(/\?session=/);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription'] });
    expect(done.payment_status).toBe('paid');
    expect((done.subscription as Stripe.Subscription).status).toBe('active');
    expect((await stripe.customers.list()).data).toHaveLength(1);
  });

  test('a card is saved without a payment', async () => {
    const stripe = world.client();
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    const session = await stripe.checkout.sessions.create({ mode: 'setup', currency: 'eur', customer: customer.id, ...urls() });
    const page = await given.page();
    await page.goto(session.url!);
    await fillCard(page, CARDS.good);
    await button(page, 'Save card').click();
    await page.waitForURL(/\?session=/);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] });
    expect(done).toMatchObject({ payment_status: 'no_payment_required', setup_intent: { status: 'succeeded', customer: customer.id } });
    expect((await stripe.paymentMethods.list({ customer: customer.id })).data).toHaveLength(1);
  });

  test('a payment link sells until it is closed', async () => {
    const stripe = world.client();
    const price = await stripe.prices.create({ currency: 'eur', unit_amount: 700, product_data: { name: 'Cup' } });
    const link = await stripe.paymentLinks.create({
      line_items: [{ price: price.id, quantity: 2 }],
      metadata: { place: 'newsletter' },
      restrictions: { completed_sessions: { limit: 1 } },
      after_completion: { type: 'hosted_confirmation', hosted_confirmation: { custom_message: 'Your cups are on their way.' } },
    });
    const page = await given.page();
    await page.goto(`${link.url}?prefilled_email=ada@example.com&client_reference_id=letter-7`);
    expect(await page.getByLabel('E-mail').inputValue()).toBe('ada@example.com');
    await fillCard(page, CARDS.good);
    await button(page, 'Pay €14.00').click();
    await page.getByText('Your cups are on their way.').waitFor();
    await expectNoSeriousAxe(page);
    const [session] = (await stripe.checkout.sessions.list({ payment_link: link.id })).data;
    expect(session).toMatchObject({
      status: 'complete',
      payment_link: link.id,
      client_reference_id: 'letter-7',
      metadata: { place: 'newsletter' },
      amount_total: 1400,
    });
    const closed = await stripe.paymentLinks.retrieve(link.id);
    expect(closed).toMatchObject({ active: false, restrictions: { completed_sessions: { count: 1, limit: 1 } } });
    expect((await page.goto(link.url))!.status()).toBe(410);
    await page.getByRole('heading', { name: 'This link is no longer active' }).waitFor();
  });

  test('what the merchant asks for is filled in, refused where it is wrong, and told', async () => {
    const stripe = world.client();
    const rate = (name: string, amount: number) => ({
      shipping_rate_data: { display_name: name, type: 'fixed_amount' as const, fixed_amount: { amount, currency: 'eur' } },
    });
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: [{ price_data: { currency: 'eur', unit_amount: 1500, product_data: { name: 'Tea' } }, quantity: 1 }],
      invoice_creation: { enabled: true },
      shipping_address_collection: { allowed_countries: ['DE', 'FR'] },
      shipping_options: [rate('Standard', 300), rate('Express', 900)],
      phone_number_collection: { enabled: true },
      consent_collection: { terms_of_service: 'required' },
      custom_fields: [
        { key: 'engraving', label: { custom: 'Engraving', type: 'custom' }, type: 'text', text: { maximum_length: 10 } },
        {
          key: 'wrap',
          label: { custom: 'Wrapping', type: 'custom' },
          type: 'dropdown',
          dropdown: { options: [{ label: 'Paper', value: 'paper' }] },
          optional: true,
        },
      ],
      ...urls(),
    });
    expect(session.amount_total).toBe(1800);
    const page = await given.page({ javaScript: false });
    await page.goto(session.url!);
    await page.getByLabel('Express').check();
    await button(page, 'Use this').click();
    await button(page, 'Pay €24.00').waitFor();
    const write = (label: string, text: string) => page.getByLabel(label, { exact: true }).fill(text);
    await write('E-mail', 'ada@example.com');
    await write('Full name', 'Ada Lovelace');
    await write('Street', 'Unter den Linden 1');
    await write('Postal code', '10117');
    await write('City', 'Berlin');
    await page.getByLabel('Country').selectOption('Germany');
    await write('Phone', 'none at all');
    await write('Engraving', 'For Ada');
    await page.getByLabel('Wrapping').selectOption('Paper');
    await page.getByLabel(/I agree/).check();
    await fillCard(page, CARDS.good);
    await button(page, 'Pay €24.00').click();
    expect(await page.locator('.problem').allTextContents()).toEqual(['Write digits, for example +1 415 555 0100.']);
    expect(await page.getByLabel('Engraving').inputValue()).toBe('For Ada');
    await write('Phone', '+49 30 1234567');
    await fillCard(page, CARDS.good);
    await button(page, 'Pay €24.00').click();
    await page.waitForURL(/\?session=/);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['payment_intent', 'invoice'] });
    const address = { line1: 'Unter den Linden 1', line2: null, postal_code: '10117', city: 'Berlin', state: null, country: 'DE' };
    expect(done).toMatchObject({
      amount_total: 2400,
      total_details: { amount_shipping: 900 },
      shipping_cost: { amount_total: 900 },
      customer_details: { phone: '+49 30 1234567' },
      collected_information: { shipping_details: { name: 'Ada Lovelace', address } },
      consent: { terms_of_service: 'accepted' },
      payment_intent: { amount: 2400, shipping: { name: 'Ada Lovelace', address } },
      invoice: { total: 2400, status: 'paid' },
    });
    expect(done.custom_fields.map((field) => (field.text ?? field.dropdown)?.value)).toEqual(['For Ada', 'paper']);
  });

  test('a card that the customer wants to see again pays at a press', async () => {
    const stripe = world.client();
    const customer = await stripe.customers.create({ email: 'ada@example.com' });
    for (const allow_redisplay of ['always', 'limited'] as const) {
      const token = allow_redisplay === 'always' ? 'tok_visa' : 'tok_mastercard';
      const method = await stripe.paymentMethods.create({ type: 'card', card: { token }, allow_redisplay });
      await stripe.paymentMethods.attach(method.id, { customer: customer.id });
    }
    const price_data = { currency: 'eur', unit_amount: 1500, product_data: { name: 'Tea' } };
    const session = await stripe.checkout.sessions.create({
      mode: 'payment',
      customer: customer.id,
      line_items: [{ price_data, quantity: 1 }],
      ...urls(),
    });
    const page = await given.page();
    await page.goto(session.url!);
    expect(await button(page, /^Use /).allTextContents()).toEqual(['Use Visa •••• 4242']);
    await button(page, 'Use Visa •••• 4242').click();
    await page.waitForURL(/\?session=/);
    expect(await stripe.checkout.sessions.retrieve(session.id)).toMatchObject({ status: 'complete', payment_status: 'paid' });
  });
});
