import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OAuth2Client } from 'arctic';
import * as openid from 'openid-client';
import OAuth2Strategy from 'passport-oauth2';
import { AuthorizationCode } from 'simple-oauth2';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { api, CALLBACK, type ExtensionWorld, extensionWorld, Visitor } from './extension-world.ts';

/** Real clients live a whole life here: authorize, exchange, call with `Stripe-Account`, refresh, deauthorize. */

let world: ExtensionWorld;
beforeAll(async () => {
  world = await extensionWorld();
});
afterAll(() => world.platform.close());

/** The owner says yes to this link; answers where the browser is sent. */
async function sayYes(link: string): Promise<URL> {
  const visitor = new Visitor(world.platform.url);
  await visitor.signIn(world.owner.email);
  const url = new URL(link);
  const path = `${url.pathname}${url.search}&always_prompt=true`;
  const response = await visitor.submit(path, { account: world.owner.acme.id, decision: 'allow' });
  return new URL(response.headers.get('location')!);
}

const stripeFor = (key: string): Stripe => {
  const { hostname, port } = new URL(world.platform.url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false });
};

/** What the account holds is read in its name, and let go of at the end; after that nothing opens. */
async function callAndLeave(account: string): Promise<void> {
  const stripe = stripeFor(world.extension.testKey);
  expect((await stripe.customers.list({}, { stripeAccount: account })).object).toBe('list');
  expect(await stripe.oauth.deauthorize({ client_id: world.extension.test.id, stripe_user_id: account })).toMatchObject({
    stripe_user_id: account,
  });
  const refused = await stripe.customers.list({}, { stripeAccount: account }).catch((error: unknown) => error);
  expect(refused).toBeInstanceOf(Stripe.errors.StripePermissionError);
  expect(refused).toMatchObject({ code: 'account_invalid', statusCode: 403 });
}

describe('the official SDK', () => {
  test('exchanges, refreshes and lets go', async () => {
    const stripe = stripeFor(world.extension.testKey);
    // Its own authorizeUrl() always says https and no port, so the link is built as the kit builds it.
    const query = new URLSearchParams({ response_type: 'code', client_id: world.extension.test.id, scope: 'read_write', state: 's1' });
    const back = await sayYes(`${world.platform.url}/oauth/authorize?${query}`);
    const token = await stripe.oauth.token({ grant_type: 'authorization_code', code: back.searchParams.get('code')! });
    expect(token).toMatchObject({ stripe_user_id: world.owner.acme.id, scope: 'read_write', livemode: false, token_type: 'bearer' });
    const refreshed = await stripe.oauth.token({ grant_type: 'refresh_token', refresh_token: token.refresh_token! });
    expect(refreshed.access_token).not.toBe(token.access_token);
    await callAndLeave(token.stripe_user_id!);
  });

  const CLASSES: readonly (readonly [string, Stripe.OAuthTokenParams, string])[] = [
    ['invalid_grant', { grant_type: 'authorization_code', code: 'ac_none' }, 'StripeInvalidGrantError'],
    ['unsupported_grant_type', { grant_type: 'password' } as never, 'StripeUnsupportedGrantTypeError'],
    ['invalid_request', {} as never, 'StripeOAuthInvalidRequestError'],
  ];
  for (const [code, params, name] of CLASSES) {
    test(`knows ${code} as its ${name}`, async () => {
      const error = await stripeFor(world.extension.testKey)
        .oauth.token(params)
        .catch((caught: unknown) => caught);
      expect(error).toMatchObject({ type: name, rawType: code });
    });
  }

  test('knows a wrong client as StripeInvalidClientError', async () => {
    const params = { client_id: world.stranger.test.id, stripe_user_id: 'acct_1' };
    const error = await stripeFor(world.extension.testKey)
      .oauth.deauthorize(params)
      .catch((caught: unknown) => caught);
    expect(error).toMatchObject({ type: 'StripeInvalidClientError', rawType: 'invalid_client' });
  });
});

describe('clients that know nothing of Stripe', () => {
  const server = () => ({
    issuer: world.platform.url,
    authorization_endpoint: `${world.platform.url}/oauth/authorize`,
    token_endpoint: `${world.platform.url}/oauth/token`,
  });

  test('openid-client completes the life', async () => {
    const config = new openid.Configuration(server(), world.extension.test.id, undefined, openid.ClientSecretPost(world.extension.testKey));
    openid.allowInsecureRequests(config);
    const state = openid.randomState();
    const link = openid.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: 'read_only', state });
    const back = await sayYes(link.href);
    const tokens = await openid.authorizationCodeGrant(config, back, { expectedState: state });
    expect(tokens).toMatchObject({ token_type: 'bearer', stripe_user_id: world.owner.acme.id, scope: 'read_only' });
    const refreshed = await openid.refreshTokenGrant(config, tokens.refresh_token!);
    const userinfo = await api(world, { key: refreshed.access_token, path: '/v1/account' });
    expect(userinfo.body.id).toBe(world.owner.acme.id);
    await callAndLeave(String(tokens.stripe_user_id));
  });

  test('openid-client is told of a denial and of a foreign state', async () => {
    const config = new openid.Configuration(server(), world.extension.test.id, undefined, openid.ClientSecretPost(world.extension.testKey));
    openid.allowInsecureRequests(config);
    const visitor = new Visitor(world.platform.url);
    await visitor.signIn(world.owner.email);
    const link = openid.buildAuthorizationUrl(config, { redirect_uri: CALLBACK, scope: 'read_only', state: 'mine' });
    const response = await visitor.submit(link.pathname + link.search, { decision: 'deny' });
    const back = new URL(response.headers.get('location')!);
    await expect(openid.authorizationCodeGrant(config, back, { expectedState: 'mine' })).rejects.toMatchObject({ error: 'access_denied' });
    await expect(openid.authorizationCodeGrant(config, back, { expectedState: 'other' })).rejects.toThrow();
  });

  test('simple-oauth2 completes the life', async () => {
    const client = new AuthorizationCode({
      client: { id: world.extension.test.id, secret: world.extension.testKey },
      auth: { tokenHost: world.platform.url, tokenPath: '/oauth/token', authorizePath: '/oauth/authorize' },
      options: { authorizationMethod: 'body' },
    });
    const back = await sayYes(client.authorizeURL({ redirect_uri: CALLBACK, scope: 'read_write', state: 'x' }));
    const made = await client.getToken({ code: back.searchParams.get('code')!, redirect_uri: CALLBACK });
    expect(made.token).toMatchObject({ stripe_user_id: world.owner.acme.id, scope: 'read_write' });
    const refreshed = await made.refresh();
    expect((await api(world, { key: String(refreshed.token.access_token), path: '/v1/account' })).body.id).toBe(world.owner.acme.id);
    await callAndLeave(String(made.token.stripe_user_id));
  });

  test('arctic completes the life', async () => {
    const asking = new OAuth2Client(world.extension.test.id, null, CALLBACK);
    const back = await sayYes(asking.createAuthorizationURL(`${world.platform.url}/oauth/authorize`, 'x', ['read_only']).href);
    // It sends its credentials as Basic `id:password`; Stripe takes the secret key as the user name.
    const client = new OAuth2Client(world.extension.testKey, '', CALLBACK);
    const tokens = await client.validateAuthorizationCode(`${world.platform.url}/oauth/token`, back.searchParams.get('code')!, null);
    expect(tokens.tokenType()).toBe('bearer');
    const refreshed = await client.refreshAccessToken(`${world.platform.url}/oauth/token`, tokens.refreshToken(), []);
    expect((await api(world, { key: refreshed.accessToken(), path: '/v1/account' })).body.id).toBe(world.owner.acme.id);
    await callAndLeave((tokens.data as { stripe_user_id: string }).stripe_user_id);
  });

  describe('passport-oauth2', () => {
    let app: Server;
    let answered: { accessToken: string; params: { stripe_user_id: string } } | undefined;
    beforeEach(() => {
      answered = undefined;
    });
    afterAll(() => app?.close());

    test('completes the life in a server of its own', async () => {
      app = createServer().listen(0, '127.0.0.1');
      await new Promise((resolve) => app.once('listening', resolve));
      const callbackURL = `http://127.0.0.1:${(app.address() as AddressInfo).port}/callback`;
      await world.platform.control.configureExtension({ account: world.extension.id, test: { redirect_uris: [callbackURL] } });
      const options = {
        authorizationURL: `${world.platform.url}/oauth/authorize`,
        tokenURL: `${world.platform.url}/oauth/token`,
        clientID: world.extension.test.id,
        clientSecret: world.extension.testKey,
        callbackURL,
        scope: 'read_only',
      };
      const strategy = new OAuth2Strategy(options, ((
        accessToken: string,
        _refresh: string,
        params: never,
        _profile: unknown,
        done: (error: unknown, user: unknown) => void,
      ) => {
        answered = { accessToken, params };
        done(null, { id: accessToken });
      }) as never);
      const link = await authenticateWith(strategy, { query: {} });
      const back = await sayYes(link);
      await authenticateWith(strategy, { query: Object.fromEntries(back.searchParams) });
      expect(answered?.params).toMatchObject({ stripe_user_id: world.owner.acme.id, scope: 'read_only' });
      expect((await api(world, { key: answered!.accessToken, path: '/v1/account' })).body.id).toBe(world.owner.acme.id);
      await callAndLeave(answered!.params.stripe_user_id);
    });
  });
});

/** Runs a passport strategy as passport does; answers the address it redirects to, or nothing once it succeeds. */
function authenticateWith(strategy: OAuth2Strategy, request: { query: Record<string, string> }): Promise<string> {
  return new Promise((resolve, reject) => {
    const run = Object.create(strategy) as OAuth2Strategy & Record<string, unknown>;
    Object.assign(run, {
      redirect: (url: string) => resolve(url),
      success: () => resolve(''),
      fail: (challenge: unknown) => reject(new Error(`passport failed: ${JSON.stringify(challenge)}`)),
      error: reject,
    });
    run.authenticate(request as never, {});
  });
}
