import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { addKey, takeControl } from '../src/accounts/accounts.ts';
import { maskKey } from '../src/accounts/keys.ts';
import { NOBODY, SYSTEM } from '../src/engine/index.ts';
import { connect } from '../src/resources/connection.ts';
import { type ApiAnswer, api, connected, type ExtensionWorld, extensionOf, extensionWorld, oauthPost, party } from './extension-world.ts';

/** Acting for a connected account: who may, in which order it is judged, what is seen, and what no grant allows. */

let world: ExtensionWorld;
let acme: string;
let key: string;
beforeAll(async () => {
  world = await extensionWorld();
  acme = world.owner.acme.id;
  key = world.extension.testKey;
  await connected(world, { scope: 'read_write' });
});
afterAll(() => world.platform.close());

const told = ({ status, body }: ApiAnswer): [number, string | undefined] => [status, body.error?.code];

describe('the order of refusals', () => {
  test('a bad key outranks everything', async () => {
    const { status, body } = await api(world, { key: 'sk_live_unknown_to_all_1234', account: 'acct_nobody', path: '/v1/nothing' });
    expect([status, body.error.message]).toEqual([401, `Invalid API Key provided: ${maskKey('sk_live_unknown_to_all_1234')}`]);
  });

  test('two different accounts in path and header are refused', async () => {
    const { status, body } = await api(world, { key, account: acme, path: `/v1/accounts/${world.owner.bolt.id}` });
    expect([status, body.error.message, body.error.type]).toEqual([
      400,
      'The account specified in the path of /v1/accounts/:account does not match the account specified in the Stripe-Account header.',
      'invalid_request_error',
    ]);
  });

  test('a caller that is no platform is told so, whatever account it names', async () => {
    for (const account of [acme, 'acct_nobody', 'malformed', '']) {
      const answer = await api(world, { key: world.owner.bolt.testKey, account, path: '/v1/customers' });
      expect(told(answer)).toEqual([403, 'platform_account_required']);
    }
  });

  test('a header without an account is refused, also for a platform', async () => {
    expect(told(await api(world, { key, account: '', path: '/v1/customers' }))).toEqual([403, 'platform_account_required']);
  });

  test('no connection outranks scope and resource; the key is masked', async () => {
    const { status, body } = await api(world, { key, account: 'acct_nobody', path: '/v1/nothing', form: {} });
    expect([status, body.error]).toEqual([
      403,
      {
        code: 'account_invalid',
        doc_url: 'https://stripe.com/docs/error-codes/account-invalid',
        message: `The provided key '${maskKey(key)}' does not have access to account 'acct_nobody' (or that account does not exist). Application access may have been revoked.`,
        type: 'invalid_request_error',
      },
    ]);
  });

  test('the scope outranks the resource', async () => {
    await connected(world, { account: world.owner.bolt.id, scope: 'read_only' });
    const answer = await api(world, { key, account: world.owner.bolt.id, path: '/v1/customers/cus_nobody', form: { name: 'x' } });
    expect(told(answer)).toEqual([403, 'more_permissions_required_for_application']);
  });

  test('a restricted key has no Connect permissions', async () => {
    const restricted = `rk_test_${world.platform.ids.random(24)}`;
    const draft = world.platform.engine.draft(SYSTEM, world.platform.clock.now(), NOBODY);
    addKey(draft, { account: world.extension.id, livemode: false, kind: 'restricted', key: restricted });
    world.platform.commit(draft);
    const { status, body } = await api(world, { key: restricted, account: acme, path: '/v1/customers' });
    expect([status, body.error.message]).toEqual([
      403,
      'You passed a restricted API key with the Stripe-Account header, but the restricted API key does not have any Connect permissions.',
    ]);
  });

  test('a publishable key is refused before anything else is looked at', async () => {
    const publishable = world.platform.accounts.ownKey(world.extension.id, false, 'publishable')!;
    expect(told(await api(world, { key: publishable, account: acme, path: '/v1/customers' }))).toEqual([403, 'secret_key_required']);
  });

  test("another extension's key does not reach this extension's accounts", async () => {
    expect(told(await api(world, { key: world.stranger.testKey, account: acme, path: '/v1/customers' }))).toEqual([403, 'account_invalid']);
  });
});

describe('whose data it is', () => {
  test('objects are those of the connected account, and the answer echoes the header', async () => {
    const made = await api(world, { key, account: acme, path: '/v1/customers', form: { name: 'of acme' } });
    expect(made.headers.get('stripe-account')).toBe(acme);
    const own = await api(world, { key: world.owner.acme.testKey, path: `/v1/customers/${made.body.id}` });
    expect(own.body.name).toBe('of acme');
    expect(told(await api(world, { key, path: `/v1/customers/${made.body.id}` }))).toEqual([404, 'resource_missing']);
  });

  test('the header may name the key’s own account', async () => {
    expect((await api(world, { key, account: world.extension.id, path: '/v1/account' })).body.id).toBe(world.extension.id);
  });

  test('the path stands for the header', async () => {
    expect((await api(world, { key, path: `/v1/accounts/${acme}` })).body.id).toBe(acme);
    expect(told(await api(world, { key, path: '/v1/accounts/acct_nobody' }))).toEqual([403, 'account_invalid']);
  });

  test('an access token acts as the account, without a header, within its scope', async () => {
    const { access_token } = await connected(world, { account: world.owner.bolt.id, scope: 'read_only' });
    expect((await api(world, { key: access_token, path: '/v1/account' })).body.id).toBe(world.owner.bolt.id);
    expect((await api(world, { key: access_token, path: `/v1/accounts/${world.owner.bolt.id}` })).body.id).toBe(world.owner.bolt.id);
    expect(told(await api(world, { key: access_token, path: '/v1/customers', form: { name: 'x' } }))).toEqual([
      403,
      'more_permissions_required_for_application',
    ]);
  });

  test('an access token reaches no further account', async () => {
    const { access_token } = await connected(world, { scope: 'read_write' });
    for (const call of [{ path: '/v1/customers', account: world.owner.bolt.id }, { path: `/v1/accounts/${world.owner.bolt.id}` }]) {
      const { status, body } = await api(world, { key: access_token, ...call });
      expect([status, body.error.message]).toEqual([
        403,
        "You cannot access the connected accounts of your platform's connected accounts.",
      ]);
    }
  });

  test('a lesser grant takes effect on tokens that were given before it', async () => {
    const { access_token, refresh_token } = await connected(world, { account: world.owner.bolt.id, scope: 'read_write' });
    expect((await api(world, { key: access_token, path: '/v1/customers', form: { name: 'x' } })).status).toBe(200);
    await connected(world, { account: world.owner.bolt.id, scope: 'read_only' });
    expect((await api(world, { key: access_token, path: '/v1/customers', form: { name: 'x' } })).status).toBe(403);
    const refreshed = await oauthPost(world, 'token', { grant_type: 'refresh_token', refresh_token }, key);
    expect(refreshed.body.scope).toBe('read_only');
  });

  test('a code that the owner took back before its exchange is worth nothing', async () => {
    const fresh = extensionOf(world.platform, party(world.platform, 'Slow', 'slow@example.com'));
    await oauthPost(world, 'token', { grant_type: 'authorization_code', code: 'x' }, fresh.testKey);
    const first = await world.platform.control.consent({ client_id: fresh.test.id, account: acme });
    const second = await world.platform.control.consent({ client_id: fresh.test.id, account: acme });
    await oauthPost(world, 'token', { grant_type: 'authorization_code', code: first.code }, fresh.testKey);
    await oauthPost(world, 'deauthorize', { client_id: fresh.test.id, stripe_user_id: acme }, fresh.testKey);
    const { body } = await oauthPost(world, 'token', { grant_type: 'authorization_code', code: second.code }, fresh.testKey);
    expect(body.error_description).toBe(`Authorization code does not exist: ${second.code}`);
  });
});

describe('what an extension makes', () => {
  test('carries its application, which can be expanded; what the account makes does not', async () => {
    const path = '/v1/payment_intents';
    const form = { amount: '1000', currency: 'usd' };
    const theirs = await api(world, { key, account: acme, path, form: { ...form, 'expand[]': 'application' } });
    expect(theirs.body.application).toEqual({
      id: world.extension.test.id,
      object: 'application',
      name: 'Lantern Analytics',
    });
    const own = await api(world, { key: world.owner.acme.testKey, path, form });
    expect(own.body.application).toBeNull();
    expect((await api(world, { key, account: acme, path: '/v1/customers', form: { name: 'x' } })).body).not.toHaveProperty('application');
  });

  test('by a live connection in test mode carries the test client_id', async () => {
    const other = party(world.platform, 'Live only', 'live@example.com');
    const draft = world.platform.engine.draft(SYSTEM, world.platform.clock.now(), NOBODY);
    connect(draft, { application: world.extension.live, account: other.id, scope: 'read_write', code: null });
    world.platform.commit(draft);
    const made = await api(world, { key, account: other.id, path: '/v1/payment_intents', form: { amount: '1000', currency: 'usd' } });
    expect([made.body.application, made.body.livemode]).toEqual([world.extension.test.id, false]);
  });
});

describe('what no grant allows', () => {
  const refused = async (path: string, form?: Record<string, string>, method?: string) =>
    api(world, { key, account: acme, path, ...(form && { form }), ...(method && { method }) });

  test('creating accounts for a connected account', async () => {
    const { status, body } = await refused('/v1/accounts', { type: 'standard' });
    expect([status, body.error.message]).toEqual([
      403,
      'Connect platforms cannot create new accounts on behalf of their connected accounts.',
    ]);
  });

  test('bank accounts, persons and capabilities of an account that controls itself', async () => {
    for (const part of ['external_accounts', 'persons', 'capabilities']) {
      expect(told(await refused(`/v1/accounts/${acme}/${part}`))).toEqual([403, 'oauth_not_supported']);
    }
  });

  test('paying out and transferring its balance', async () => {
    expect(told(await refused('/v1/payouts', { amount: '100', currency: 'usd' }))).toEqual([400, 'not_allowed_on_standard_account']);
    const transfer = { amount: '100', currency: 'usd', destination: 'acct_x' };
    expect(told(await refused('/v1/transfers', transfer))).toEqual([400, 'not_allowed_on_standard_account']);
  });

  test('changing or cancelling a subscription that it did not create', async () => {
    const own = world.owner.acme.testKey;
    const customer = await api(world, { key: own, path: '/v1/customers', form: { name: 'Subscriber' } });
    const card = await api(world, { key: own, path: '/v1/payment_methods/pm_card_visa/attach', form: { customer: customer.body.id } });
    const price = await api(world, {
      key: own,
      path: '/v1/prices',
      form: { currency: 'usd', unit_amount: '1000', 'recurring[interval]': 'month', 'product_data[name]': 'Plan' },
    });
    const form = { customer: customer.body.id, 'items[0][price]': price.body.id, default_payment_method: card.body.id };
    const theirs = await api(world, { key: own, path: '/v1/subscriptions', form });
    expect(theirs.status, JSON.stringify(theirs.body)).toBe(200);
    const path = `/v1/subscriptions/${theirs.body.id}`;
    expect((await refused(path, { cancel_at_period_end: 'true' })).status).toBe(403);
    expect((await refused(path, undefined, 'DELETE')).status).toBe(403);
    expect((await api(world, { key: own, path })).body).toMatchObject({ status: 'active', cancel_at_period_end: false });
    const mine = await refused('/v1/subscriptions', form);
    expect(mine.body.application).toBe(world.extension.test.id);
    expect((await refused(`/v1/subscriptions/${mine.body.id}`, undefined, 'DELETE')).body.status).toBe('canceled');
  });
});

describe('accounts', () => {
  const SEEN = [
    'id',
    'object',
    'business_profile',
    'capabilities',
    'charges_enabled',
    'controller',
    'country',
    'created',
    'default_currency',
    'details_submitted',
    'email',
    'metadata',
    'payouts_enabled',
    'settings',
    'type',
  ];

  test('an extension sees the captured fields of an account that controls itself, and no others', async () => {
    const { body } = await api(world, { key, path: `/v1/accounts/${acme}` });
    expect(Object.keys(body)).toEqual(SEEN);
    expect(body).toMatchObject({ controller: { type: 'account' }, type: 'standard', email: 'billing@acme.example', metadata: {} });
    expect(Object.keys(body.settings)).not.toContain('invoices');
    const own = await api(world, { key: world.owner.acme.testKey, path: '/v1/account' });
    expect(own.body.settings).toHaveProperty('invoices');
  });

  test('created is the time of connection', async () => {
    const { clock } = world.platform;
    clock.set(clock.nowMs() + 86_400_000);
    await connected(world, { scope: 'read_write' });
    const { body } = await api(world, { key, path: `/v1/accounts/${acme}` });
    expect(Math.abs(body.created - clock.now())).toBeLessThanOrEqual(2);
  });

  test('an extension may write its own metadata and nothing else', async () => {
    const path = `/v1/accounts/${acme}`;
    const { body } = await api(world, { key, path, form: { 'metadata[plan]': 'pro' } });
    expect(body.metadata).toEqual({ plan: 'pro' });
    expect((await api(world, { key: world.owner.acme.testKey, path: '/v1/account' })).body.metadata).toEqual({});
    const { status, body: refusal } = await api(world, { key, path, form: { email: 'mine@example.com' } });
    expect([status, refusal.error.message]).toEqual([401, 'This application is not authorized to edit this account.']);
  });

  test('the list pages by time of connection and filters by it', async () => {
    const fresh = extensionOf(world.platform, party(world.platform, 'Lister', 'lister@example.com'));
    const { clock } = world.platform;
    const ids: string[] = [];
    for (let i = 0; i < 5; i++) {
      const account = party(world.platform, `L${i}`, `l${i}@example.com`);
      clock.set(clock.nowMs() + 10_000);
      // It shows an earlier instant until everything due by then is done.
      await vi.waitUntil(() => !clock.behind);
      const draft = world.platform.engine.draft(SYSTEM, clock.now(), NOBODY);
      connect(draft, { application: fresh.test, account: account.id, scope: 'read_only', code: null });
      world.platform.commit(draft);
      ids.unshift(account.id);
    }
    const { hostname, port } = new URL(world.platform.url);
    const stripe = new Stripe(fresh.testKey, { host: hostname, port: Number(port), protocol: 'http', telemetry: false });
    const all = [];
    for await (const account of stripe.accounts.list({ limit: 2 })) all.push(account);
    expect(all.map((account) => account.id)).toEqual(ids);
    const back = await stripe.accounts.list({ ending_before: ids[4]!, limit: 2 });
    expect([back.data.map((account) => account.id), back.has_more]).toEqual([ids.slice(2, 4), true]);
    const since = await stripe.accounts.list({ created: { gte: all[1]!.created! } });
    expect(since.data.map((account) => account.id)).toEqual(ids.slice(0, 2));
    expect((await api(world, { key: world.owner.acme.testKey, path: '/v1/accounts' })).body.data).toEqual([]);
  });

  test('deleting a test connection lets go of the account, which lives on', async () => {
    await connected(world, { account: world.owner.bolt.id, scope: 'read_write' });
    const { status, body } = await api(world, { key, path: `/v1/accounts/${world.owner.bolt.id}`, method: 'DELETE' });
    expect([status, body]).toEqual([200, { id: world.owner.bolt.id, object: 'account', deleted: true }]);
    expect(told(await api(world, { key, account: world.owner.bolt.id, path: '/v1/customers' }))).toEqual([403, 'account_invalid']);
    const own = await api(world, { key: world.owner.bolt.testKey, path: '/v1/events?limit=1' });
    expect(own.body.data[0]).toMatchObject({ type: 'account.application.deauthorized', request: { id: null, idempotency_key: null } });
  });

  test('a live account with a dashboard cannot be deleted', async () => {
    await connected(world, { live: true, scope: 'read_write' });
    const { status } = await api(world, { key: world.extension.liveKey, path: `/v1/accounts/${acme}`, method: 'DELETE' });
    expect(status).toBe(400);
  });

  test('a platform creates, changes, rejects and deletes accounts that it controls', async () => {
    const market = party(world.platform, 'Market', 'market@example.com');
    const made = await api(world, {
      key: market.testKey,
      path: '/v1/accounts',
      form: { type: 'standard', email: 'seller@example.com', 'metadata[a]': '1', 'capabilities[transfers][requested]': 'true' },
    });
    expect(made.body).toMatchObject({ object: 'account', type: 'standard', controller: { type: 'application', is_controller: true } });
    const path = `/v1/accounts/${made.body.id}`;
    // It has not said who it is, so that it can do nothing yet of what is asked for it.
    const asked = await api(world, { key: market.testKey, path: `${path}/capabilities/card_payments`, form: { requested: 'true' } });
    expect(asked.body).toMatchObject({ id: 'card_payments', object: 'capability', requested: true, status: 'inactive' });
    const capabilities = (await api(world, { key: market.testKey, path: `${path}/capabilities` })).body.data;
    expect(capabilities.map((each: { id: string }) => each.id)).toEqual(['transfers', 'card_payments']);
    const changed = await api(world, { key: market.testKey, path, form: { email: 'new@example.com' } });
    expect(changed.body.email).toBe('new@example.com');
    const rejected = await api(world, { key: market.testKey, path: `${path}/reject`, form: { reason: 'fraud_other' } });
    expect(rejected.body.charges_enabled, JSON.stringify(rejected.body)).toBe(false);
    expect((await api(world, { key: market.testKey, path, method: 'DELETE' })).body.deleted).toBe(true);
    expect((await api(world, { key: market.testKey, path: '/v1/accounts' })).body.data).toEqual([]);
  });

  test('a controlled account is not let go of by OAuth', async () => {
    const account = party(world.platform, 'Kept', 'kept@example.com');
    const fresh = world.platform.engine.draft(SYSTEM, world.platform.clock.now(), NOBODY);
    takeControl(fresh, fresh.get('account', account.id)!, world.stranger.id);
    connect(fresh, { application: world.stranger.test, account: account.id, scope: 'read_write', code: null });
    world.platform.commit(fresh);
    const fields = { client_id: world.stranger.test.id, stripe_user_id: account.id };
    expect((await oauthPost(world, 'deauthorize', fields, world.stranger.testKey)).body.error).toBe('no_deauth_on_controlled_account');
  });
});
