import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { takeControl } from '../src/accounts/accounts.ts';
import { redirectUriRefusal } from '../src/accounts/applications.ts';
import { NOBODY, SYSTEM } from '../src/engine/index.ts';
import {
  api,
  authorizePath,
  type Body,
  CALLBACK,
  connected,
  consent,
  type ExtensionWorld,
  extensionOf,
  extensionWorld,
  oauthPost,
  party,
  Visitor,
} from './extension-world.ts';
import { Receiver } from './receiver.ts';

/** The acceptance scenarios of the OAuth specification, one row each, in its numbering. */
interface Scenario {
  readonly number: number;
  readonly title: string;
  readonly run: () => Promise<void>;
}

let world: ExtensionWorld;
beforeAll(async () => {
  world = await extensionWorld();
});
afterAll(() => world.platform.close());

const authorize = async (query: Record<string, string>) => {
  const response = await new Visitor(world.platform.url).get(authorizePath(query));
  return {
    status: response.status,
    location: response.headers.get('location'),
    body: (response.status === 400 ? await response.json() : {}) as Body,
  };
};

const testId = (): string => world.extension.test.id;
const liveId = (): string => world.extension.live.id;
const customers = (key: string, account: string) => api(world, { key, account, path: '/v1/customers' });
const exchange = (code: string, key: string) => oauthPost(world, 'token', { grant_type: 'authorization_code', code }, key);
const codeFor = async (client_id: string): Promise<string> => (await consent(world, { client_id })).searchParams.get('code')!;
const refresh = (refresh_token: string, key: string, more: Record<string, string> = {}) =>
  oauthPost(world, 'token', { grant_type: 'refresh_token', refresh_token, ...more }, key);

async function configured(
  change: Parameters<typeof world.platform.control.configureExtension>[0],
  check: () => Promise<void>,
): Promise<void> {
  const { data } = await world.platform.control.extensions({ account: change.account });
  const { test, live } = data[0]!;
  const settings = ({ oauth_enabled, redirect_uris }: typeof test) => ({ oauth_enabled, redirect_uris });
  await world.platform.control.configureExtension(change);
  try {
    await check();
  } finally {
    await world.platform.control.configureExtension({
      account: change.account,
      kind: data[0]!.kind,
      test: settings(test),
      live: settings(live),
    });
  }
}

/** Everything an extension may do with `read_write`: a direct charge on the connected account. */
async function directCharge(fee: number, expand: Record<string, string> = {}) {
  const { extension, owner } = world;
  await connected(world, { scope: 'read_write' });
  const form = {
    amount: '1000',
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: 'true',
    'automatic_payment_methods[enabled]': 'true',
    'automatic_payment_methods[allow_redirects]': 'never',
    application_fee_amount: String(fee),
    ...expand,
  };
  const { status, body } = await api(world, { key: extension.testKey, account: owner.acme.id, path: '/v1/payment_intents', form });
  expect([status, body.status], JSON.stringify(body)).toEqual([200, 'succeeded']);
  return body;
}

const SCENARIOS: readonly Scenario[] = [
  {
    number: 1,
    title: 'with OAuth off, that is the answer whatever the redirect URI is',
    run: () =>
      configured({ account: world.extension.id, test: { oauth_enabled: false } }, async () => {
        const { status, body } = await authorize({ client_id: testId(), redirect_uri: 'http://nowhere.example' });
        expect(status).toBe(400);
        expect(body.error.message).toMatch(/^Standard OAuth is disabled for this Stripe Connect integration\./);
        expect(Object.keys(body)).toEqual(['error']);
      }),
  },
  {
    number: 2,
    title: 'without a redirect_uri the first registered one is used',
    run: async () => {
      const back = await consent(world, { client_id: testId() });
      expect(back.origin + back.pathname).toBe(CALLBACK);
    },
  },
  {
    number: 3,
    title: 'a registered URI with a query added is another URI, and nothing redirects',
    run: async () => {
      const answer = await authorize({ client_id: testId(), redirect_uri: `${CALLBACK}?x=1`, state: 'st' });
      expect([answer.status, answer.location]).toEqual([400, null]);
      expect(answer.body).toEqual({
        error: 'invalid_redirect_uri',
        error_description: `Invalid redirect URI '${CALLBACK}?x=1'. Ensure this uri exactly matches one of the uris specified in your application settings`,
        state: 'st',
      });
    },
  },
  {
    number: 4,
    title: 'http is refused as a live redirect URI',
    run: async () => {
      const given = { account: world.extension.id, live: { redirect_uris: ['http://app.lantern.example/cb'] } };
      await expect(world.platform.control.configureExtension(given)).rejects.toThrow(/Live mode needs https/);
      expect(redirectUriRefusal('http://localhost:4010/cb', false)).toBeUndefined();
    },
  },
  {
    number: 5,
    title: 'without a scope read_only is granted and said',
    run: async () => {
      expect((await consent(world, { client_id: testId() })).searchParams.get('scope')).toBe('read_only');
    },
  },
  {
    number: 6,
    title: 'the node SDK asks for read_write when no scope is given',
    run: async () => {
      const stripe = new Stripe(world.extension.testKey);
      expect(stripe.oauth.authorizeUrl({ client_id: testId() })).toContain('scope=read_write');
    },
  },
  {
    number: 7,
    title: 'a denial comes back with its description and the state',
    run: async () => {
      const back = await consent(world, { client_id: testId(), decision: 'deny', state: 'a b&c' });
      expect(back.search).toBe('?error=access_denied&error_description=The%20user%20denied%20your%20request&state=a%20b%26c');
    },
  },
  {
    number: 8,
    title: 'consent without an exchange connects nothing',
    run: async () => {
      const fresh = extensionOf(world.platform, party(world.platform, 'Eight', 'eight@example.com'));
      await consent(world, { client_id: fresh.test.id });
      expect((await api(world, { key: fresh.testKey, path: '/v1/accounts' })).body.data).toEqual([]);
    },
  },
  {
    number: 9,
    title: 'an exchange puts the account first in the list, created now',
    run: async () => {
      await connected(world, { account: world.owner.bolt.id });
      await connected(world, { account: world.owner.acme.id });
      const { body } = await api(world, { key: world.extension.testKey, path: '/v1/accounts' });
      expect(body.data.map((row: { id: string }) => row.id)).toEqual([world.owner.acme.id, world.owner.bolt.id]);
      expect(Math.abs(body.data[0].created - world.platform.clock.now())).toBeLessThanOrEqual(2);
    },
  },
  {
    number: 10,
    title: 'a code exchanged twice revokes the connection',
    run: async () => {
      const code = await codeFor(testId());
      expect((await exchange(code, world.extension.testKey)).status).toBe(200);
      expect((await customers(world.extension.testKey, world.owner.acme.id)).status).toBe(200);
      const again = await exchange(code, world.extension.testKey);
      expect([again.status, again.body.error]).toEqual([400, 'invalid_grant']);
      expect(again.body.error_description).toBe(
        'This authorization code has already been used. All tokens issued with this code have been revoked.',
      );
      const call = await customers(world.extension.testKey, world.owner.acme.id);
      expect([call.status, call.body.error.code]).toEqual([403, 'account_invalid']);
    },
  },
  {
    number: 11,
    title: 'a code older than 300 seconds has expired',
    run: async () => {
      const { clock } = world.platform;
      const [early, late] = [await codeFor(testId()), await codeFor(testId())];
      const start = clock.nowMs();
      clock.set(start + 299_000);
      expect((await exchange(early, world.extension.testKey)).status).toBe(200);
      clock.set(start + 302_000);
      expect((await exchange(late, world.extension.testKey)).body).toEqual({
        error: 'invalid_grant',
        error_description: 'Authorization code expired',
      });
    },
  },
  {
    number: 12,
    title: 'a live key does not exchange a test code',
    run: async () => {
      const { body } = await exchange(await codeFor(testId()), world.extension.liveKey);
      expect(body.error_description).toBe('Passed in livemode API key but authorization code only supports returning test keys');
    },
  },
  {
    number: 13,
    title: "another platform's key does not exchange a code, and burns nothing",
    run: async () => {
      const code = await codeFor(testId());
      const { status, body } = await exchange(code, world.stranger.testKey);
      expect([status, body.error_description]).toEqual([400, 'Authorization code provided does not belong to you']);
      expect((await exchange(code, world.extension.testKey)).status).toBe(200);
    },
  },
  {
    number: 14,
    title: 'without a key nobody is a client',
    run: async () => {
      const { status, body } = await oauthPost(world, 'token', { grant_type: 'authorization_code', code: 'ac_x' });
      expect([status, body.error]).toEqual([401, 'invalid_client']);
      expect(body.error_description).toMatch(/^No authentication was provided\./);
    },
  },
  {
    number: 15,
    title: 'an unsupported grant type has no description',
    run: async () => {
      const { status, body } = await oauthPost(world, 'token', { grant_type: 'password' }, world.extension.testKey);
      expect([status, body]).toEqual([400, { error: 'unsupported_grant_type' }]);
    },
  },
  {
    number: 16,
    title: 'a live refresh token gives a test token to a test key',
    run: async () => {
      const { refresh_token } = await connected(world, { live: true });
      const { status, body } = await refresh(refresh_token, world.extension.testKey);
      expect([status, body.livemode, body.access_token.slice(0, 8), body.stripe_publishable_key.slice(0, 8)]).toEqual([
        200,
        false,
        'sk_test_',
        'pk_test_',
      ]);
      expect((await api(world, { key: body.access_token, path: '/v1/account' })).body.id).toBe(world.owner.acme.id);
    },
  },
  {
    number: 17,
    title: 'the equal access token before it ends at a refresh',
    run: async () => {
      const { refresh_token } = await connected(world);
      const first = (await refresh(refresh_token, world.extension.testKey)).body.access_token;
      expect((await api(world, { key: first, path: '/v1/account' })).status).toBe(200);
      const second = (await refresh(refresh_token, world.extension.testKey)).body.access_token;
      const { status, body } = await api(world, { key: first, path: '/v1/account' });
      expect([status, body.error.code]).toEqual([401, 'platform_api_key_expired']);
      expect(body.error.message).toMatch(/^Expired API Key provided: sk_test_51\w\*+\w{4}\. Platform access may have been revoked\.$/);
      expect((await api(world, { key: second, path: '/v1/account' })).status).toBe(200);
    },
  },
  {
    number: 18,
    title: 'read_only does not write, and is told what would',
    run: async () => {
      await connected(world, { scope: 'read_only' });
      const call = { key: world.extension.testKey, account: world.owner.acme.id, path: '/v1/customers', form: { name: 'x' } };
      const { status, body } = await api(world, call);
      expect([status, body.error.code, body.error.type]).toEqual([
        403,
        'more_permissions_required_for_application',
        'invalid_request_error',
      ]);
      expect(body.error.message).toBe(
        `This application does not have the required permissions for this endpoint on account '${world.owner.acme.id}'. Having the 'read_write' scope would allow this request to continue.`,
      );
    },
  },
  {
    number: 19,
    title: 'read_only reads',
    run: async () => {
      await connected(world, { scope: 'read_only' });
      const call = { key: world.extension.testKey, account: world.owner.acme.id, path: '/v1/charges' };
      expect((await api(world, call)).status).toBe(200);
    },
  },
  {
    number: 20,
    title: 'a live connection opens the test data of the account to a test key',
    run: async () => {
      const { extension, owner } = world;
      await oauthPost(world, 'deauthorize', { client_id: testId(), stripe_user_id: owner.acme.id }, extension.testKey);
      await connected(world, { live: true });
      const made = await api(world, { key: owner.acme.testKey, path: '/v1/customers', form: { name: 'only in test' } });
      const read = await api(world, { key: extension.testKey, account: owner.acme.id, path: `/v1/customers/${made.body.id}` });
      expect([read.status, read.body.livemode]).toEqual([200, false]);
    },
  },
  {
    number: 21,
    title: 'a test connection opens nothing to a live key',
    run: async () => {
      await connected(world, { account: world.owner.bolt.id });
      const { status, body } = await customers(world.extension.liveKey, world.owner.bolt.id);
      expect([status, body.error.code]).toEqual([403, 'account_invalid']);
    },
  },
  {
    number: 22,
    title: 'deauthorize answers the account, and the event reaches the connect endpoint',
    run: async () => {
      const receiver = await Receiver.open();
      const { extension, owner } = world;
      await connected(world);
      const endpoint = { url: receiver.url, connect: 'true', 'enabled_events[0]': 'account.application.deauthorized' };
      await api(world, { key: extension.testKey, path: '/v1/webhook_endpoints', form: endpoint });
      const { status, body } = await oauthPost(
        world,
        'deauthorize',
        { client_id: testId(), stripe_user_id: owner.acme.id },
        extension.testKey,
      );
      expect([status, body]).toEqual([200, { stripe_user_id: owner.acme.id }]);
      const { event } = await receiver.first('account.application.deauthorized');
      expect(event).toMatchObject({ account: owner.acme.id, livemode: false, request: { id: null, idempotency_key: null } });
      expect(event.data.object).toEqual({ id: testId(), object: 'application', name: 'Lantern Analytics' });
      await receiver.close();
    },
  },
  {
    number: 23,
    title: 'deauthorizing again says that nothing is connected',
    run: async () => {
      const { extension, owner } = world;
      const fields = { client_id: testId(), stripe_user_id: owner.acme.id };
      await connected(world);
      await oauthPost(world, 'deauthorize', fields, extension.testKey);
      const { status, body } = await oauthPost(world, 'deauthorize', fields, extension.testKey);
      expect([status, body]).toEqual([
        401,
        {
          error: 'invalid_client',
          error_description: `This application is not connected to stripe account ${owner.acme.id}, or that account does not exist.`,
        },
      ]);
    },
  },
  {
    number: 24,
    title: 'the event of a disconnection cannot be fetched by the application any more',
    run: async () => {
      const { extension, owner } = world;
      await connected(world, { live: true });
      await oauthPost(world, 'deauthorize', { client_id: liveId(), stripe_user_id: owner.acme.id }, extension.liveKey);
      const { body } = await api(world, { key: owner.acme.liveKey, path: '/v1/events?type=account.application.deauthorized' });
      const path = `/v1/events/${body.data[0].id}`;
      expect([403, 404]).toContain((await api(world, { key: extension.liveKey, account: owner.acme.id, path })).status);
      expect([403, 404]).toContain((await api(world, { key: extension.liveKey, path })).status);
    },
  },
  {
    number: 25,
    title: 'the owner revokes in the dashboard: the same event, the same refusal',
    run: async () => {
      const { extension, owner, platform } = world;
      await connected(world);
      const visitor = new Visitor(platform.url);
      await visitor.signIn(owner.email);
      const page = `/${owner.acme.id}/test/settings/apps`;
      await visitor.submit(`${page}/revoke`, { connection: `${testId()}/${owner.acme.id}` }, page);
      const { body } = await api(world, { key: owner.acme.testKey, path: '/v1/events?limit=1' });
      expect(body.data[0]).toMatchObject({ type: 'account.application.deauthorized', data: { object: { id: testId() } } });
      const call = await customers(extension.testKey, owner.acme.id);
      expect([call.status, call.body.error.code]).toEqual([403, 'account_invalid']);
    },
  },
  {
    number: 26,
    title: 'a live endpoint hears of test activity of an account that is connected live',
    run: async () => {
      const receiver = await Receiver.open();
      const { extension, owner, platform } = world;
      await connected(world, { live: true });
      const draft = platform.engine.draft({ account: extension.id, livemode: true }, platform.clock.now(), NOBODY);
      const fields = {
        id: 'we_26',
        object: 'webhook_endpoint',
        url: receiver.url,
        enabled_events: ['customer.created'],
        status: 'enabled',
      };
      draft.insert({ ...fields, application: liveId(), api_version: null, created: draft.now, livemode: true }, { event: null });
      const secret = { id: 'we_26', object: 'annex.endpoint', secret: 'whsec_x', old_secret: null, old_until: null, failing_since: null };
      draft.insert({ ...secret, created: draft.now }, { event: null });
      platform.commit(draft);
      await api(world, { key: owner.acme.testKey, path: '/v1/customers', form: { name: 'test activity' } });
      const { event } = await receiver.first('customer.created');
      expect(event).toMatchObject({ account: owner.acme.id, livemode: false });
      await receiver.close();
    },
  },
  {
    number: 27,
    title: 'an application fee on a payment of one’s own is refused with the documented text',
    run: async () => {
      const form = { amount: '1000', currency: 'usd', application_fee_amount: '100' };
      const { status, body } = await api(world, { key: world.extension.testKey, path: '/v1/payment_intents', form });
      expect([status, body.error.message]).toEqual([
        400,
        'Can only apply an application_fee_amount when the PaymentIntent is attempting a direct payment (using an OAuth key or Stripe-Account header) or destination payment (using `transfer_data[destination]`).',
      ]);
    },
  },
  {
    number: 28,
    title: 'a direct charge with a fee has two fee lines on the account’s ledger',
    run: async () => {
      const intent = await directCharge(123);
      const path = `/v1/charges/${intent.latest_charge}?expand[]=balance_transaction`;
      const { body } = await api(world, { key: world.owner.acme.testKey, path });
      expect(body.balance_transaction).toMatchObject({ amount: 1000, fee: 182, net: 818 });
      expect(body.balance_transaction.fee_details).toEqual([
        { amount: 123, application: testId(), currency: 'usd', description: 'Lantern Analytics application fee', type: 'application_fee' },
        { amount: 59, application: null, currency: 'usd', description: 'Stripe processing fees', type: 'stripe_fee' },
      ]);
    },
  },
  {
    number: 29,
    title: 'the fee is made after the charge, unless the charge is asked to show it',
    run: async () => {
      const receiver = await Receiver.open();
      const { extension, owner } = world;
      const endpoint = { url: receiver.url, 'enabled_events[0]': 'application_fee.created' };
      await api(world, { key: extension.testKey, path: '/v1/webhook_endpoints', form: endpoint });
      const intent = await directCharge(100, { 'expand[]': 'latest_charge' });
      expect(intent.latest_charge.application_fee).toBeNull();
      const { event } = await receiver.first('application_fee.created');
      expect(event.data.object).toMatchObject({
        amount: 100,
        account: owner.acme.id,
        charge: intent.latest_charge.id,
        originating_transaction: null,
      });
      expect(event).not.toHaveProperty('account');
      const later = await api(world, { key: owner.acme.testKey, path: `/v1/charges/${intent.latest_charge.id}` });
      expect(later.body.application_fee).toBe((event.data.object as unknown as { id: string }).id);
      const at_once = await directCharge(100, { 'expand[]': 'latest_charge.application_fee' });
      expect(at_once.latest_charge.application_fee).toMatchObject({ object: 'application_fee', amount: 100 });
      await receiver.close();
    },
  },
  {
    number: 30,
    title: 'a partial refund with refund_application_fee gives back the share of the fee',
    run: async () => {
      const { extension, owner } = world;
      const intent = await directCharge(200);
      const form = { payment_intent: intent.id, amount: '250', refund_application_fee: 'true' };
      const refunded = await api(world, { key: extension.testKey, account: owner.acme.id, path: '/v1/refunds', form });
      expect(refunded.status, JSON.stringify(refunded.body)).toBe(200);
      const { body } = await api(world, { key: extension.testKey, path: `/v1/application_fees?charge=${intent.latest_charge}` });
      expect(body.data[0]).toMatchObject({ amount: 200, amount_refunded: 50, refunded: false });
      expect(body.data[0].refunds.data[0]).toMatchObject({ object: 'fee_refund', amount: 50 });
    },
  },
  {
    number: 31,
    title: 'a platform may not ask for read_only',
    run: () =>
      configured({ account: world.extension.id, kind: 'platform' }, async () => {
        const { status, body } = await authorize({ client_id: testId(), scope: 'read_only', state: 's' });
        expect([status, body.error, body.state]).toEqual([400, 'invalid_scope', 's']);
        expect((await authorize({ client_id: testId(), scope: 'read_write' })).status).toBe(302);
      }),
  },
  {
    number: 32,
    title: 'a platform cannot choose an account that another platform controls; a new one is offered',
    run: () =>
      configured({ account: world.extension.id, kind: 'platform' }, async () => {
        const { platform, owner, stranger } = world;
        const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
        takeControl(draft, draft.get('account', owner.bolt.id)!, stranger.id);
        platform.commit(draft);
        const visitor = new Visitor(platform.url);
        await visitor.signIn(owner.email);
        const path = authorizePath({ client_id: testId(), scope: 'read_write', always_prompt: 'true' });
        const page = await (await visitor.get(path)).text();
        expect(page).toMatch(new RegExp(`value="${owner.bolt.id}"[^>]*disabled`));
        expect((await visitor.submit(path, { decision: 'allow', account: owner.bolt.id })).status).toBe(400);
        const made = await visitor.submit(path, { decision: 'create', business: 'Bolt Marketplace' });
        expect(made.headers.get('location')).toContain('code=ac_');
      }),
  },
];

describe('the acceptance scenarios of OAuth', () => {
  test('are all 32 here', () => {
    expect(SCENARIOS.map((scenario) => scenario.number)).toEqual(Array.from({ length: 32 }, (_, index) => index + 1));
  });

  for (const { number, title, run } of SCENARIOS) test(`${number}: ${title}`, run);
});
