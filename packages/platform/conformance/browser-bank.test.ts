import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inBrowser, keyboard, mouse } from './in-browser.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/* The bank's page: what `next_action` leads to, completed by a person. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const CARD = 'pm_card_authenticationRequired';
const back = (): string => `${world.platform.url}/sign-in?from=shop`;
const PAYMENT = { amount: 2050, currency: 'eur', payment_method: CARD, confirm: true };
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
    const customer = await stripe.customers.create({ payment_method: CARD, invoice_settings: { default_payment_method: CARD } });
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
    const intent = await stripe.paymentIntents.confirm(id, { payment_method: CARD, return_url: back() });
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
