import { expectNoSeriousAxe } from '@annex/testkit/browser';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { button, CARDS, eventTypes, fillCard, monthly } from './hosted-world.ts';
import { inBrowser } from './in-browser.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/* The billing portal as a customer uses it. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

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
