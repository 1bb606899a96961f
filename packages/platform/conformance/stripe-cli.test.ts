import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { WebSocket } from 'ws';
import { NOBODY } from '../src/engine/index.ts';
import { connect } from '../src/resources/connection.ts';
import { type ExtensionWorld, extensionWorld } from './extension-world.ts';
import { Receiver } from './receiver.ts';
import { CLI, CliRun } from './stripe-cli.ts';
import { until } from './until.ts';

let world: ExtensionWorld;
let own: Receiver;
let connected: Receiver;
beforeAll(async () => {
  world = await extensionWorld();
  const { platform, extension, owner } = world;
  const draft = platform.engine.draft({ account: owner.acme.id, livemode: false }, platform.clock.now(), NOBODY);
  connect(draft, { application: extension.test, account: owner.acme.id, scope: 'read_only', code: null });
  platform.commit(draft);
  own = await Receiver.open();
  connected = await Receiver.open();
});
afterAll(async () => {
  await world.platform.close();
  await own.close();
  await connected.close();
});

const client = (key: string): Stripe => {
  const { hostname, port } = new URL(world.platform.url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false });
};

describe.skipIf(CLI === undefined)('the real Stripe CLI (skipped where it is not installed)', () => {
  test('listen forwards own events and those of connected accounts, and its answers are kept as attempts', async () => {
    const { platform, extension, owner } = world;
    const args = ['listen', '--skip-update', '--all-snapshot', '--no-wss', '--forward-to', own.url, '--forward-connect-to', connected.url];
    const listen = new CliRun(platform.url, extension.testKey, args);
    const secret = await listen.says(/signing secret is (whsec_[0-9a-f]{64})/);

    const stripe = client(extension.testKey);
    const mine = await stripe.customers.create({ name: 'Mine' });
    const first = await own.first('customer.created');
    const event = stripe.webhooks.constructEvent(first.body, first.headers['stripe-signature']!, secret);
    expect(event.data.object).toEqual(mine);
    expect(event).not.toHaveProperty('account');

    connected.respond = (_received, response) => response.writeHead(418).end('I am a teapot');
    const theirs = await client(owner.acme.testKey).customers.create({ name: 'Theirs' });
    const second = await connected.first('customer.created');
    const told = stripe.webhooks.constructEvent(second.body, second.headers['stripe-signature']!, secret);
    expect([told.account, (told.data.object as { id: string }).id]).toEqual([owner.acme.id, theirs.id]);
    expect([own.received.length, connected.received.length]).toEqual([1, 1]);

    const delivered = async (id: string) => (await platform.control.deliveries({ event: id })).data[0]!;
    await until(async () => (await delivered(told.id)).attempts === 1 && (await delivered(event.id)).attempts === 1);
    expect(await delivered(told.id)).toMatchObject({ state: 'failed', last_status: 418, application: extension.test.id });
    expect(await delivered(event.id)).toMatchObject({ state: 'delivered', last_status: 200, application: null });
    const shown = await platform.control.delivery((await delivered(told.id)).id);
    expect(shown.attempts[0]).toMatchObject({ answer: 'I am a teapot', url: connected.url });
    expect(shown.attempts[0]!.request.body).toBe(second.body);
    expect((await stripe.events.retrieve(event.id)).pending_webhooks).toBe(0);

    await listen.stop();
    await until(() => platform.control.deliveries({ owner: extension.id, state: 'pending' }).then(({ data }) => data.length === 0));
    await stripe.customers.create({ name: 'Nobody listens' });
    expect((await stripe.events.list({ limit: 1 })).data[0]!.pending_webhooks).toBe(0);
  });

  test('trigger finds the names of its time understood, which no other client does', async () => {
    const { platform, extension } = world;
    const run = new CliRun(platform.url, extension.testKey, ['trigger', 'promotion_code.created']);
    expect([await run.ended, run.output]).toEqual([0, expect.stringContaining('Trigger succeeded')]);
    const stripe = client(extension.testKey);
    const [event] = (await stripe.events.list({ type: 'promotion_code.created', limit: 1 })).data;
    expect(event).toMatchObject({ api_version: '2026-10-28.endive', data: { object: { promotion: { type: 'coupon' } } } });
    const { coupon } = (event!.data.object as { promotion: { coupon: string } }).promotion;
    const refused = await fetch(`${platform.url}/v1/promotion_codes`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${extension.testKey}` },
      body: new URLSearchParams({ coupon }),
    });
    expect([refused.status, ((await refused.json()) as { error: { message: string } }).error.message]).toEqual([
      400,
      'Received unknown parameter: coupon',
    ]);
  });

  test('listen forwards in the account’s version, and with --latest in the newest', async () => {
    const { platform, extension } = world;
    await platform.control.setApiVersion({ account: extension.id, api_version: '2025-02-24.acacia' });
    const versions: string[] = [];
    for (const more of [[], ['--latest']]) {
      const hook = await Receiver.open();
      const args = ['listen', '--skip-update', '--all-snapshot', '--no-wss', '--forward-to', hook.url, ...more];
      const listen = new CliRun(platform.url, extension.testKey, args);
      const secret = await listen.says(/signing secret is (whsec_[0-9a-f]{64})/);
      const stripe = client(extension.testKey);
      await stripe.products.create({ name: 'Pro' });
      const { body, headers } = await hook.first('product.created');
      versions.push(stripe.webhooks.constructEvent(body, headers['stripe-signature']!, secret).api_version!);
      expect(hook.received).toHaveLength(1);
      await until(
        async () => (await platform.control.deliveries({ owner: extension.id, type: 'product.created' })).data[0]!.attempts === 1,
      );
      await listen.stop();
      await hook.close();
    }
    expect(versions).toEqual(['2025-02-24.acacia', '2026-10-28.endive']);
    await platform.control.setApiVersion({ account: extension.id, api_version: '2026-10-28.endive' });
  });

  test('the secret of a machine stays, so that a local server need not be told a new one', async () => {
    const secrets: string[] = [];
    for (let i = 0; i < 2; i++) {
      const run = new CliRun(world.platform.url, world.extension.testKey, ['listen', '--skip-update', '--all-snapshot', '--print-secret']);
      secrets.push(await run.says(/(whsec_[0-9a-f]{64})/));
      await run.stop();
    }
    expect(secrets[0]).toBe(secrets[1]);
  });

  test('events resend sends an event to an endpoint again', async () => {
    const { platform, extension } = world;
    const hook = await Receiver.open();
    const stripe = client(extension.testKey);
    const { id } = await stripe.webhookEndpoints.create({ url: hook.url, enabled_events: ['product.created'] });
    await stripe.products.create({ name: 'Pro' });
    const { event } = await hook.first('product.created');
    await until(async () => (await platform.control.deliveries({ endpoint: id })).data[0]?.state === 'delivered');
    const run = new CliRun(platform.url, extension.testKey, ['events', 'resend', event.id, `--webhook-endpoint=${id}`]);
    expect([await run.ended, JSON.parse(run.output).id]).toEqual([0, event.id]);
    await hook.until((all) => all.length === 2);
    expect(hook.received[1]!.event.id).toBe(event.id);
    await stripe.webhookEndpoints.del(id);
    await hook.close();
  });
});

describe('the websocket behind it', () => {
  const dial = (headers: Record<string, string>, path = '/stripecli/subscribe?websocket_feature=webhooks'): Promise<number> =>
    new Promise((resolve) => {
      const socket = new WebSocket(world.platform.url.replace('http', 'ws') + path, { headers });
      socket.on('unexpected-response', (_request, response) => {
        response.resume();
        resolve(response.statusCode!);
      });
      socket.on('open', () => {
        socket.close();
        resolve(101);
      });
      socket.on('error', () => undefined);
    });

  test('opens for a session alone, and never for a web page', async () => {
    const answer = await fetch(`${world.platform.url}/v1/stripecli/sessions`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${world.extension.testKey}` },
      body: new URLSearchParams({ device_name: 'test', 'websocket_features[]': 'webhooks' }),
    });
    const { websocket_id } = (await answer.json()) as { websocket_id: string };
    expect(await dial({})).toBe(401);
    expect(await dial({ 'Websocket-Id': 'cli_guessed' })).toBe(401);
    expect(await dial({ 'Websocket-Id': websocket_id, Origin: 'http://evil.example' })).toBe(403);
    expect(await dial({ 'Websocket-Id': websocket_id }, '/elsewhere')).toBe(404);
    expect(await dial({ 'Websocket-Id': websocket_id })).toBe(101);
  });
});
