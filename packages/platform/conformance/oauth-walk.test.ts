import { afterAll, beforeAll, expect, test } from 'vitest';
import { api, connected, consent, type ExtensionWorld, extensionWorld, oauthPost } from './extension-world.ts';

let world: ExtensionWorld;
beforeAll(async () => {
  world = await extensionWorld();
});
afterAll(() => world.platform.close());

test('an account is connected at the exchange, opened by Stripe-Account, and let go', async () => {
  const { extension, owner } = world;
  const back = await consent(world, { client_id: extension.test.id, scope: 'read_only', state: 'abc' });
  expect([...back.searchParams.keys()]).toEqual(['scope', 'code', 'state']);
  const call = { key: extension.testKey, path: '/v1/customers', account: owner.acme.id };
  expect((await api(world, call)).body.error.code).toBe('account_invalid');
  const { status, body } = await oauthPost(
    world,
    'token',
    { grant_type: 'authorization_code', code: back.searchParams.get('code')! },
    extension.testKey,
  );
  expect([status, body.stripe_user_id, body.scope, body.livemode]).toEqual([200, owner.acme.id, 'read_only', false]);
  expect((await api(world, call)).status).toBe(200);
  const let_go = await oauthPost(world, 'deauthorize', { client_id: extension.test.id, stripe_user_id: owner.acme.id }, extension.testKey);
  expect([let_go.status, let_go.body]).toEqual([200, { stripe_user_id: owner.acme.id }]);
  expect((await api(world, call)).body.error.code).toBe('account_invalid');
});

test('the two events belong to the connected account and name no request', async () => {
  const { owner, extension } = world;
  await connected(world, { account: owner.bolt.id });
  await oauthPost(world, 'deauthorize', { client_id: extension.test.id, stripe_user_id: owner.bolt.id }, extension.testKey);
  const { body } = await api(world, { key: owner.bolt.testKey, path: '/v1/events' });
  expect(body.data.map((event: { type: string }) => event.type)).toEqual([
    'account.application.deauthorized',
    'account.application.authorized',
  ]);
  expect(body.data[0]).toMatchObject({
    data: { object: { id: extension.test.id, object: 'application', name: 'Lantern Analytics' } },
    livemode: false,
    request: { id: null, idempotency_key: null },
  });
});
