import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Shop } from './event-tables/shop.ts';
import { Visitor } from './extension-world.ts';
import { type TestPlatform, testPlatform } from './world.ts';

/* What the portal offers follows its configuration, whatever a browser sends. */

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

type Features = Stripe.BillingPortal.ConfigurationCreateParams.Features;
type SessionParams = Partial<Stripe.BillingPortal.SessionCreateParams>;

interface Opened {
  readonly shop: Shop;
  readonly customer: Stripe.Customer;
  readonly subscription: Stripe.Subscription;
  readonly visitor: Visitor;
  /** The path of the portal. */
  readonly at: string;
}

const pathOf = (session: Stripe.BillingPortal.Session): string => new URL(session.url).pathname;

/** A customer with a subscription, and a portal that offers these features alone. */
async function opened(
  features: Features | undefined,
  params: (subscription: Stripe.Subscription) => SessionParams = () => ({}),
): Promise<Opened> {
  const shop = new Shop(world.client());
  const customer = await shop.customer('tok_visa');
  const subscription = await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: (await shop.price(1000)).id }] });
  const configuration = features === undefined ? undefined : (await shop.stripe.billingPortal.configurations.create({ features })).id;
  const session = await shop.stripe.billingPortal.sessions.create({
    customer: customer.id,
    return_url: 'https://shop.example/account',
    ...(configuration !== undefined && { configuration }),
    ...params(subscription),
  });
  return { shop, customer, subscription, visitor: new Visitor(world.platform.url), at: pathOf(session) };
}

const status = async (answer: Promise<Response>): Promise<number> => (await answer).status;

describe('a portal', () => {
  test('shows and does nothing that its configuration leaves out', async () => {
    const { subscription, visitor, at } = await opened({ invoice_history: { enabled: true } });
    const text = await (await visitor.get(at)).text();
    expect(text).toContain('Invoices');
    for (const left of ['Change plan', 'Use another card', '>Cancel<', 'Change</a>']) expect(text).not.toContain(left);
    const csrf = await visitor.csrf('/sign-in');
    const paths = ['/card', `/subscriptions/${subscription.id}/cancel`, `/subscriptions/${subscription.id}/confirm`, '/information'];
    for (const path of paths) {
      expect(await status(visitor.get(at + path)), path).toBe(403);
      expect(await status(visitor.post(at + path, { csrf })), path).toBe(403);
    }
  });

  test('ends a subscription at once where it is configured so', async () => {
    const { shop, subscription, visitor, at } = await opened({ subscription_cancel: { enabled: true, mode: 'immediately' } });
    const path = `${at}/subscriptions/${subscription.id}/cancel`;
    expect((await visitor.submit(path, {})).headers.get('location')).toBe(`${at}?done=canceled`);
    expect((await shop.stripe.subscriptions.retrieve(subscription.id)).status).toBe('canceled');
    expect(await status(visitor.get(path))).toBe(404);
  });

  test('offers the prices it is told and no others', async () => {
    const shop = new Shop(world.client());
    const customer = await shop.customer('tok_visa');
    const [small, big, secret] = [await shop.price(1000), await shop.price(3000), await shop.price(1)];
    const subscription = await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: small.id }] });
    const products = [{ product: big.product as string, prices: [big.id] }];
    const features: Features = { subscription_update: { enabled: true, default_allowed_updates: ['price'], products } };
    const configuration = (await shop.stripe.billingPortal.configurations.create({ features })).id;
    const at = pathOf(await shop.stripe.billingPortal.sessions.create({ customer: customer.id, configuration }));
    const visitor = new Visitor(world.platform.url);
    const path = `${at}/subscriptions/${subscription.id}/confirm`;
    expect(await status(visitor.get(`${path}?price=${secret.id}`))).toBe(400);
    const csrf = await visitor.csrf(`${path}?price=${big.id}`);
    expect(await status(visitor.post(path, { csrf, price: secret.id }))).toBe(400);
    expect(await status(visitor.post(path, { csrf, price: big.id, quantity: '5' }))).toBe(303);
    const [item] = (await shop.stripe.subscriptions.retrieve(subscription.id)).items.data;
    expect([item!.price.id, item!.quantity]).toEqual([big.id, 1]);
  });

  test('does not reach the subscriptions and cards of other customers', async () => {
    const { shop, visitor, at } = await opened(undefined);
    const other = await shop.customer('tok_mastercard');
    const theirs = await shop.stripe.subscriptions.create({ customer: other.id, items: [{ price: (await shop.price(1000)).id }] });
    const csrf = await visitor.csrf(`${at}/card`);
    expect(await status(visitor.post(`${at}/subscriptions/${theirs.id}/cancel`, { csrf }))).toBe(404);
    const card = other.invoice_settings.default_payment_method as string;
    expect(await status(visitor.post(`${at}/cards`, { csrf, do: 'remove', card }))).toBe(409);
    expect((await shop.stripe.paymentMethods.retrieve(card)).customer).toBe(other.id);
  });

  test('opened for one errand leads straight there, and from there to where the flow says', async () => {
    const { shop, subscription, visitor, at } = await opened(undefined, ({ id }) => ({
      flow_data: {
        type: 'subscription_cancel',
        subscription_cancel: { subscription: id },
        after_completion: { type: 'redirect', redirect: { return_url: 'https://shop.example/bye' } },
      },
    }));
    const path = `${at}/subscriptions/${subscription.id}/cancel`;
    expect((await visitor.get(at)).headers.get('location')).toBe(path);
    const page = await visitor.get(path);
    expect(page.headers.get('content-security-policy')).toContain("form-action 'self' https://shop.example;");
    expect((await visitor.submit(path, {})).headers.get('location')).toBe('https://shop.example/bye');
    expect((await shop.stripe.subscriptions.retrieve(subscription.id)).cancel_at).toBe(subscription.items.data[0]!.current_period_end);
  });

  test('is open for an hour, of the clock that its customer lives on', async () => {
    const shop = new Shop(world.client());
    const clock = await shop.clock();
    const customer = await shop.customer(undefined, { test_clock: clock.id });
    const at = pathOf(await shop.stripe.billingPortal.sessions.create({ customer: customer.id }));
    const visitor = new Visitor(world.platform.url);
    expect(await status(visitor.get(at))).toBe(200);
    await shop.advance(clock.id, 3600);
    expect(await status(visitor.get(at))).toBe(410);
  });
});

describe('a portal session is refused', () => {
  test('for a flow whose feature is off, and for another customer’s subscription', async () => {
    const flow_data = { type: 'payment_method_update' as const };
    await expect(opened({ invoice_history: { enabled: true } }, () => ({ flow_data }))).rejects.toMatchObject({ param: 'flow_data[type]' });
    const { shop, subscription } = await opened(undefined);
    const cancel = { type: 'subscription_cancel' as const, subscription_cancel: { subscription: subscription.id } };
    const other = (await shop.customer()).id;
    await expect(shop.stripe.billingPortal.sessions.create({ customer: other, flow_data: cancel })).rejects.toMatchObject({
      statusCode: 400,
    });
  });

  test('with a sentence where a configuration asks for what is not simulated', async () => {
    const features: Features = { subscription_pause: { enabled: true } };
    await expect(world.client().billingPortal.configurations.create({ features })).rejects.toThrow('Annex does not simulate pausing');
  });
});
