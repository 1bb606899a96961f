import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, CARDS, eventTypes, fillCard, monthly } from './hosted-world.ts';
import { inBrowser, keyboard, mouse } from './in-browser.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/* What customers of an account are shown, beside checkout: the bank's pages, an invoice, the billing portal. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const ASKS = 'pm_card_authenticationRequired';
const back = (): string => `${world.platform.url}/sign-in?from=shop`;
const PAYMENT = { amount: 2050, currency: 'eur', payment_method: ASKS, confirm: true };
const pay = (stripe: Stripe) => stripe.paymentIntents.create({ ...PAYMENT, return_url: back() });

inBrowser('The page of the bank', (given) => {
  test('approving a payment charges it and leads back with its outcome, by keyboard and without JavaScript', async () => {
    const stripe = world.client();
    for (const javaScript of [true, false]) {
      const intent = await pay(stripe);
      const page = await given.page({ javaScript, width: 390 });
      await page.goto(intent.next_action!.redirect_to_url!.url!);
      expect(await page.locator('main').textContent()).toContain('€20.50 needs your approval');
      if (javaScript) await expectNoSeriousAxe(page);
      await keyboard.press(page.getByRole('button', { name: 'Approve', exact: true }));
      await page.waitForURL(/redirect_status/);
      expect(Object.fromEntries(new URL(page.url()).searchParams)).toEqual({
        from: 'shop',
        payment_intent: intent.id,
        payment_intent_client_secret: intent.client_secret,
        redirect_status: 'succeeded',
      });
      expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
        status: 'succeeded',
        amount_received: 2050,
        next_action: null,
      });
    }
  });

  test('failing it asks for another payment method and is told by an event that no request made', async () => {
    const stripe = world.client();
    const intent = await stripe.paymentIntents.create(PAYMENT);
    const page = await given.page();
    await page.goto((intent.next_action!.use_stripe_sdk as { stripe_js: string }).stripe_js);
    await mouse.press(page.getByRole('button', { name: 'Fail the authentication' }));
    await page.getByRole('heading', { name: 'Not approved' }).waitFor();
    await expectNoSeriousAxe(page);
    expect(await stripe.paymentIntents.retrieve(intent.id)).toMatchObject({
      status: 'requires_payment_method',
      last_payment_error: { code: 'payment_intent_authentication_failure' },
    });
    const [latest] = (await stripe.events.list({ limit: 1 })).data;
    expect(latest).toMatchObject({ type: 'payment_intent.payment_failed', request: { id: null } });
  });

  test('a first invoice that waits for the bank is paid by the approval, and its subscription begins', async () => {
    const stripe = world.client();
    const customer = await stripe.customers.create({ payment_method: ASKS, invoice_settings: { default_payment_method: ASKS } });
    const subscription = await stripe.subscriptions.create({
      customer: customer.id,
      items: [
        {
          price_data: {
            currency: 'eur',
            unit_amount: 900,
            recurring: { interval: 'month' },
            product: (await stripe.products.create({ name: 'Tea' })).id,
          },
        },
      ],
      payment_behavior: 'default_incomplete',
      expand: ['latest_invoice.payments'],
    });
    expect(subscription.status).toBe('incomplete');
    const invoice = subscription.latest_invoice as Stripe.Invoice;
    const id = invoice.payments!.data[0]!.payment.payment_intent as string;
    const intent = await stripe.paymentIntents.confirm(id, { payment_method: ASKS, return_url: back() });
    const page = await given.page();
    await page.goto(intent.next_action!.redirect_to_url!.url!);
    await mouse.press(page.getByRole('button', { name: 'Approve', exact: true }));
    await page.waitForURL(/redirect_status=succeeded/);
    expect((await stripe.invoices.retrieve(invoice.id!)).status).toBe('paid');
    expect((await stripe.subscriptions.retrieve(subscription.id)).status).toBe('active');
  });

  test('the owner of a bank account that was typed in proves it with the code of a deposit', async () => {
    const stripe = world.client();
    const typed = { account_number: '000123456789', routing_number: '110000000', account_holder_type: 'individual' } as const;
    const { id, next_action } = await stripe.paymentIntents.create({
      amount: 2000,
      currency: 'usd',
      confirm: true,
      payment_method_data: { type: 'us_bank_account', us_bank_account: typed, billing_details: { name: 'Ada' } },
      mandate_data: { customer_acceptance: { type: 'offline' } },
    });
    const page = await given.page({ width: 390 });
    await page.goto(next_action!.verify_with_microdeposits!.hosted_verification_url);
    expect(await page.getByRole('main').textContent()).toMatch(/asks you to show that the bank account ending in 6789 is yours/);
    await keyboard.write(page.getByLabel('Code on the statement'), 'SM0000');
    await keyboard.press(page.getByRole('button', { name: 'Verify' }));
    expect(await page.getByRole('alert').textContent()).toContain('descriptor code provided do not match');
    await expectNoSeriousAxe(page);
    await page.getByLabel('Code on the statement').fill('sm11aa');
    await page.getByRole('button', { name: 'Verify' }).click();
    await page.getByRole('heading', { name: 'Verified' }).waitFor();
    expect((await stripe.paymentIntents.retrieve(id)).status).not.toBe('requires_action');
  });

  test('a card that is set up with the bank may be charged off session afterwards', async () => {
    const stripe = world.client();
    const customer = await stripe.customers.create({});
    const card = 'pm_card_authenticationRequiredOnSetup';
    const setup = await stripe.setupIntents.create({ customer: customer.id, payment_method: card, confirm: true, return_url: back() });
    const page = await given.page();
    await page.goto(setup.next_action!.redirect_to_url!.url!);
    await mouse.press(page.getByRole('button', { name: 'Approve', exact: true }));
    await page.waitForURL(/redirect_status=succeeded/);
    const done = await stripe.setupIntents.retrieve(setup.id);
    expect(done.status).toBe('succeeded');
    const method = done.payment_method as string;
    const off = { amount: 500, currency: 'eur', customer: customer.id, payment_method: method, confirm: true, off_session: true };
    expect((await stripe.paymentIntents.create(off)).status).toBe('succeeded');
  });
});

test('without the client secret there is nothing to approve, and an answered question cannot be answered again', async () => {
  const stripe = world.client();
  const intent = await pay(stripe);
  const url = new URL(intent.next_action!.redirect_to_url!.url!);
  const other = new URL(url);
  other.searchParams.set('client_secret', `${intent.client_secret}x`);
  expect((await fetch(other)).status).toBe(404);
  const first = await fetch(url);
  expect(first.status).toBe(200);
  const cookie = first.headers.getSetCookie()[0]!.split(';')[0]!;
  const csrf = /name="csrf" value="([^"]+)"/.exec(await first.text())![1]!;
  const send = (fields: Record<string, string>) =>
    fetch(url, { method: 'POST', headers: { cookie }, body: new URLSearchParams(fields), redirect: 'manual' });
  expect((await send({ decision: 'approve' })).status).toBe(403);
  expect((await send({ csrf, decision: 'perhaps' })).status).toBe(400);
  expect((await stripe.paymentIntents.retrieve(intent.id)).status).toBe('requires_action');
  expect((await send({ csrf, decision: 'approve' })).status).toBe(303);
  expect((await send({ csrf, decision: 'approve' })).status).toBe(409);
});

/** A finalised invoice over 100.00 less 10 %, with 19 % tax on top, and due in 30 days. */
async function sent(stripe: Stripe): Promise<Stripe.Invoice> {
  const customer = await stripe.customers.create({ name: 'Ada Lovelace', email: 'ada@example.com' });
  const rate = await stripe.taxRates.create({ display_name: 'VAT', percentage: 19, inclusive: false });
  const coupon = await stripe.coupons.create({ name: 'Friends', percent_off: 10 });
  const invoice = await stripe.invoices.create({
    customer: customer.id,
    currency: 'eur',
    collection_method: 'send_invoice',
    days_until_due: 30,
    default_tax_rates: [rate.id],
    discounts: [{ coupon: coupon.id }],
    description: 'Thank you for your trust.',
  });
  await stripe.invoiceItems.create({ customer: customer.id, invoice: invoice.id, amount: 10_000, currency: 'eur', description: 'Design' });
  return stripe.invoices.finalizeInvoice(invoice.id);
}

inBrowser('The page of an invoice', (given) => {
  test('says what it comes to, and is paid by a card after another one was declined', async () => {
    const stripe = world.client();
    const invoice = await sent(stripe);
    const page = await given.page({ javaScript: false, width: 390 });
    await page.goto(invoice.hosted_invoice_url!);
    const text = await page.locator('main').textContent();
    for (const part of ['Design', 'Friends', '−€10.00', 'VAT 19 %', '€17.10', '€107.10', 'Due on', 'Thank you for your trust.'])
      expect(text).toContain(part);
    await fillCard(page, CARDS.declined);
    await button(page, 'Pay €107.10').click();
    expect(await page.getByRole('alert').textContent()).toBe('Your card was declined.');
    await fillCard(page, CARDS.good);
    await button(page, 'Pay €107.10').click();
    await page.getByRole('heading', { name: 'This invoice is paid' }).waitFor();
    expect(await stripe.invoices.retrieve(invoice.id)).toMatchObject({ status: 'paid', amount_paid: 10_710, amount_remaining: 0 });
  });

  test('a bank that asks is asked, and leads back to the paid invoice', async () => {
    const stripe = world.client();
    const invoice = await sent(stripe);
    const page = await given.page();
    await page.goto(invoice.hosted_invoice_url!);
    await expectNoSeriousAxe(page);
    await fillCard(page, CARDS.asks);
    await button(page, /^Pay/).click();
    await button(page, 'Fail the authentication').click();
    await page.getByRole('alert').waitFor();
    await fillCard(page, CARDS.asks);
    await button(page, /^Pay/).click();
    await button(page, 'Approve').click();
    await page.getByRole('heading', { name: 'This invoice is paid' }).waitFor();
    await expectNoSeriousAxe(page);
    expect((await stripe.invoices.retrieve(invoice.id)).status).toBe('paid');
  });

  test('a voided invoice asks for nothing', async () => {
    const stripe = world.client();
    const invoice = await stripe.invoices.voidInvoice((await sent(stripe)).id);
    const page = await given.page();
    await page.goto(invoice.hosted_invoice_url!);
    await page.getByRole('heading', { name: 'This invoice was voided' }).waitFor();
    expect(await page.getByLabel('Card number').count()).toBe(0);
  });
});

const returnUrl = (): string => `${world.platform.url}/sign-in?from=portal`;

interface Subscribed {
  readonly stripe: Stripe;
  readonly customer: Stripe.Customer;
  readonly subscription: Stripe.Subscription;
  readonly big: Stripe.Price;
}

async function subscribed(): Promise<Subscribed> {
  const stripe = world.client();
  const [small, big] = await Promise.all([monthly(stripe, 'Small', 1000), monthly(stripe, 'Big', 3000)]);
  const customer = await stripe.customers.create({
    name: 'Ada Lovelace',
    email: 'ada@example.com',
    payment_method: 'pm_card_visa',
    invoice_settings: { default_payment_method: 'pm_card_visa' },
  });
  const subscription = await stripe.subscriptions.create({ customer: customer.id, items: [{ price: small.id }] });
  return { stripe, customer, subscription, big };
}

const portal = (stripe: Stripe, customer: Stripe.Customer, more: Stripe.BillingPortal.SessionCreateParams = {}) =>
  stripe.billingPortal.sessions.create({ customer: customer.id, return_url: returnUrl(), ...more });

inBrowser('The billing portal', (given) => {
  test('a person saves another card, which pays from then on', async () => {
    const { stripe, customer } = await subscribed();
    const session = await portal(stripe, customer);
    const page = await given.page();
    await page.goto(session.url);
    await expectNoSeriousAxe(page);
    await page.getByRole('link', { name: 'Use another card' }).click();
    await fillCard(page, CARDS.declined);
    await button(page, 'Save card').click();
    expect(await page.getByRole('alert').textContent()).toBe('Your card was declined.');
    await expectNoSeriousAxe(page);
    await fillCard(page, CARDS.asks);
    await button(page, 'Save card').click();
    await button(page, 'Approve').click();
    await page.getByText('Your card was saved').waitFor();
    const after = await stripe.customers.retrieve(customer.id, { expand: ['invoice_settings.default_payment_method'] });
    expect(after).toMatchObject({ invoice_settings: { default_payment_method: { card: { last4: '3184' } } } });
    expect((await eventTypes(stripe)).slice(-3)).toEqual(['payment_method.attached', 'setup_intent.succeeded', 'customer.updated']);
  });

  test('a person changes to another plan, after seeing what it costs', async () => {
    const { stripe, customer, subscription, big } = await subscribed();
    const page = await given.page({ javaScript: false });
    await page.goto((await portal(stripe, customer)).url);
    await page.getByRole('link', { name: 'Change plan' }).click();
    await page.getByText('Big').click();
    await button(page, 'Continue').click();
    expect(await page.locator('main').textContent()).toContain('Added to your next invoice');
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]!.price.unit_amount).toBe(1000);
    await button(page, 'Confirm').click();
    await page.getByText('Your subscription was changed.').waitFor();
    expect((await stripe.subscriptions.retrieve(subscription.id)).items.data[0]!.price.id).toBe(big.id);
    expect(await eventTypes(stripe)).toContain('customer.subscription.updated');
  });

  test('a person cancels at the end of the period, and takes it back', async () => {
    const { stripe, customer, subscription } = await subscribed();
    const page = await given.page({ width: 390 });
    await page.goto((await portal(stripe, customer)).url);
    await page.getByRole('link', { name: 'Cancel', exact: true }).click();
    await page.getByLabel('It is too expensive').check();
    await expectNoSeriousAxe(page);
    await button(page, 'Cancel the subscription').click();
    await page.getByText(/^Ends on/).waitFor();
    const end = subscription.items.data[0]!.current_period_end;
    expect(await stripe.subscriptions.retrieve(subscription.id)).toMatchObject({
      status: 'active',
      cancel_at: end,
      cancellation_details: { feedback: 'too_expensive' },
    });
    await button(page, 'Keep the subscription').click();
    await page.getByText('Your subscription goes on.').waitFor();
    expect((await stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBeNull();
  });

  test('the way back leads to where the session says', async () => {
    const { stripe, customer } = await subscribed();
    const page = await given.page();
    await page.goto((await portal(stripe, customer)).url);
    await page.getByRole('link', { name: /^← Return/ }).click();
    await page.waitForURL(/from=portal/);
  });
});
