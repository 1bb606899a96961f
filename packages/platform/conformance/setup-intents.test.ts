import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const typesOf = async (stripe: Stripe): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();

test('a card is set up for a customer: it is attached, and banks ask no more', async () => {
  const stripe = world.client();
  const customer = await stripe.customers.create({});
  const intent = await stripe.setupIntents.create({ customer: customer.id });
  expect([intent.status, intent.usage]).toEqual(['requires_payment_method', 'off_session']);
  expect(intent.client_secret).toMatch(/^seti_\w+_secret_\w+$/);
  const done = await stripe.setupIntents.confirm(intent.id, { payment_method: 'pm_card_visa', expand: ['latest_attempt'] });
  expect([done.status, (done.latest_attempt as Stripe.SetupAttempt).status]).toEqual(['succeeded', 'succeeded']);
  expect((await stripe.paymentMethods.retrieve(done.payment_method as string)).customer).toBe(customer.id);
  expect(await typesOf(stripe)).toEqual(['customer.created', 'setup_intent.created', 'payment_method.attached', 'setup_intent.succeeded']);
});

test('a declined card fails the setup with 402 and the intent asks for another', async () => {
  const stripe = world.client();
  const intent = await stripe.setupIntents.create({});
  const error = await stripe.setupIntents
    .confirm(intent.id, { payment_method: 'pm_card_chargeDeclinedExpiredCard' })
    .catch((thrown) => thrown);
  expect([error.statusCode, error.code, error.setup_intent.id]).toEqual([402, 'expired_card', intent.id]);
  expect(await stripe.setupIntents.retrieve(intent.id)).toMatchObject({
    status: 'requires_payment_method',
    payment_method: null,
    last_setup_error: { code: 'expired_card' },
  });
  expect((await typesOf(stripe)).at(-1)).toBe('setup_intent.setup_failed');
});

test('a card that asks for authentication waits for its owner', async () => {
  const stripe = world.client();
  const intent = await stripe.setupIntents.create({
    payment_method: 'pm_card_authenticationRequired',
    confirm: true,
    return_url: 'https://example.com',
  });
  expect([intent.status, intent.next_action?.type]).toEqual(['requires_action', 'redirect_to_url']);
  expect((await typesOf(stripe)).at(-1)).toBe('setup_intent.requires_action');
});

test('a canceled setup cannot be confirmed, and the refusal carries it', async () => {
  const stripe = world.client();
  const intent = await stripe.setupIntents.create({ payment_method: 'pm_card_visa' });
  expect(intent.status).toBe('requires_confirmation');
  expect((await stripe.setupIntents.cancel(intent.id, { cancellation_reason: 'abandoned' })).cancellation_reason).toBe('abandoned');
  const error = await stripe.setupIntents.confirm(intent.id).catch((thrown) => thrown);
  expect([error.code, error.setup_intent.status]).toEqual(['setup_intent_unexpected_state', 'canceled']);
});

test('another customer’s card is refused', async () => {
  const stripe = world.client();
  const [ada, bob] = [await stripe.customers.create({}), await stripe.customers.create({})];
  const card = await stripe.paymentMethods.attach('pm_card_visa', { customer: ada.id });
  const setup = stripe.setupIntents.create({ customer: bob.id, payment_method: card.id, confirm: true });
  await expect(setup).rejects.toThrow(`does not belong to the Customer ${bob.id}`);
});

test('what the customer agreed to is kept as a mandate, which holds once the method is set up; the types named last are the limit', async () => {
  const stripe = world.client();
  const mandate_data = { customer_acceptance: { type: 'offline' } } as const;
  const setup = await stripe.setupIntents.create({ payment_method: 'pm_card_visa' });
  await expect(stripe.setupIntents.confirm(setup.id, { allowed_payment_method_types: ['sepa_debit'] })).rejects.toThrow(
    'allows: sepa_debit',
  );
  await stripe.setupIntents.confirm(setup.id, { mandate_data, expand: ['mandate'] }).then(({ mandate, payment_method }) => {
    expect(mandate).toMatchObject({ status: 'active', payment_method, customer_acceptance: { type: 'offline' } });
  });
  const asked = {
    payment_method: 'pm_card_authenticationRequired',
    confirm: true,
    return_url: 'https://example.com',
    mandate_data,
  } as const;
  const waiting = await stripe.setupIntents.create({ ...asked, expand: ['mandate'] });
  expect((waiting.mandate as Stripe.Mandate).status).toBe('pending');
  await expect(stripe.setupIntents.create({ mandate_data })).rejects.toThrow('can only be used when `confirm` is true');
  await expect(stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' }, customer: 'cus_x' })).rejects.toThrow('Attach');
});
