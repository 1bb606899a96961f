import Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { NOBODY } from '../src/engine/index.ts';
import { connect, disconnect } from '../src/resources/connection.ts';
import { type ExtensionWorld, extensionWorld, type Party } from './extension-world.ts';

/** Who is told of what: api-and-events 2.7 and oauth 7.2 as rows. Endpoints are named owner-kind-mode. */

type Connected = 'none' | 'test' | 'live' | 'both';
type Origin = 'extension test' | 'extension live' | 'acme test' | 'acme live';

const EVERYWHERE = ['https://127.0.0.1:1/'];

interface Row {
  readonly connected: Connected;
  readonly origin: Origin;
  readonly told: readonly string[];
}

const ROWS: readonly Row[] = [
  { connected: 'none', origin: 'extension test', told: ['extension-own-test'] },
  { connected: 'none', origin: 'extension live', told: ['extension-own-live'] },
  { connected: 'none', origin: 'acme test', told: ['acme-own-test'] },
  { connected: 'none', origin: 'acme live', told: ['acme-own-live'] },
  { connected: 'test', origin: 'extension test', told: ['extension-own-test'] },
  { connected: 'test', origin: 'acme test', told: ['acme-own-test', 'extension-connect-test'] },
  { connected: 'test', origin: 'acme live', told: ['acme-own-live'] },
  { connected: 'live', origin: 'extension live', told: ['extension-own-live'] },
  { connected: 'live', origin: 'acme test', told: ['acme-own-test', 'extension-connect-live', 'extension-connect-test'] },
  { connected: 'live', origin: 'acme live', told: ['acme-own-live', 'extension-connect-live'] },
  { connected: 'both', origin: 'acme test', told: ['acme-own-test', 'extension-connect-live', 'extension-connect-test'] },
  { connected: 'both', origin: 'acme live', told: ['acme-own-live', 'extension-connect-live'] },
];

let world: ExtensionWorld;
const names = new Map<string, string>();

const client = (key: string): Stripe => {
  const { hostname, port } = new URL(world.platform.url);
  return new Stripe(key, { host: hostname, port: Number(port), protocol: 'http', maxNetworkRetries: 0, telemetry: false });
};

const keyOf = (party: Party, mode: string): string => (mode === 'live' ? party.liveKey : party.testKey);

async function addEndpoints(name: string, party: Party, connects: readonly boolean[]): Promise<void> {
  for (const mode of ['test', 'live']) {
    for (const isConnect of connects) {
      const stripe = client(keyOf(party, mode));
      const endpoint = await stripe.webhookEndpoints.create({ url: EVERYWHERE[0]!, enabled_events: ['*'], connect: isConnect });
      names.set(endpoint.id, `${name}-${isConnect ? 'connect' : 'own'}-${mode}`);
    }
  }
}

/** Connects acme to the extension in exactly these modes. */
function setConnections(connected: Connected): void {
  const { platform, extension, owner } = world;
  const draft = platform.engine.draft({ account: owner.acme.id, livemode: false }, platform.clock.now(), NOBODY);
  for (const application of [extension.test, extension.live]) {
    const wanted = connected === 'both' || connected === (application.livemode ? 'live' : 'test');
    const standing = platform.accounts.connection(application.id, owner.acme.id);
    if (wanted && standing === undefined) connect(draft, { application, account: owner.acme.id, scope: 'read_only', code: null });
    if (!wanted && standing !== undefined) disconnect(draft, standing);
  }
  platform.commit(draft);
}

async function toldOf(event: string): Promise<string[]> {
  const { data } = await world.platform.control.deliveries({ event });
  return data.map((delivery) => names.get(delivery.endpoint)!).sort();
}

beforeAll(async () => {
  world = await extensionWorld();
  await addEndpoints('extension', world.extension, [false, true]);
  await addEndpoints('stranger', world.stranger, [true]);
  await addEndpoints('acme', world.owner.acme, [false]);
});
afterAll(() => world.platform.close());

describe('who is told of an event', () => {
  test.each(ROWS)('of $origin with a connection in: $connected', async ({ connected, origin, told }) => {
    setConnections(connected);
    const [name = '', mode = ''] = origin.split(' ');
    const stripe = client(keyOf(name === 'acme' ? world.owner.acme : world.extension, mode));
    const { id } = await stripe.customers.create({});
    const event = (await stripe.events.list({ type: 'customer.created', limit: 1 })).data[0]!;
    expect([(event.data.object as { id: string }).id, event.pending_webhooks]).toEqual([id, told.length]);
    expect(await toldOf(event.id)).toEqual([...told].sort());
  });

  test('that an account connects or lets go is for the application alone, not for the account', async () => {
    setConnections('none');
    setConnections('test');
    setConnections('none');
    const acme = client(world.owner.acme.testKey);
    for (const type of ['account.application.authorized', 'account.application.deauthorized']) {
      const event = (await acme.events.list({ type, limit: 1 })).data[0]!;
      expect([type, await toldOf(event.id)]).toEqual([type, ['extension-connect-test']]);
    }
  });

  test('a disabled endpoint, and one that did not ask for the type, are not told', async () => {
    setConnections('none');
    const acme = client(world.owner.acme.testKey);
    const [own] = (await acme.webhookEndpoints.list()).data;
    await acme.webhookEndpoints.update(own!.id, { enabled_events: ['customer.deleted'] });
    const customer = await acme.customers.create({});
    const lastEvent = async (type: string) => (await acme.events.list({ type, limit: 1 })).data[0]!.id;
    expect(await toldOf(await lastEvent('customer.created'))).toEqual([]);
    await acme.customers.del(customer.id);
    expect(await toldOf(await lastEvent('customer.deleted'))).toEqual(['acme-own-test']);
    await acme.webhookEndpoints.update(own!.id, { enabled_events: ['*'], disabled: true });
    await acme.customers.create({});
    expect(await toldOf(await lastEvent('customer.created'))).toEqual([]);
    await acme.webhookEndpoints.update(own!.id, { disabled: false });
  });

  test('what a connect endpoint is sent says whose event it is', async () => {
    setConnections('test');
    const acme = client(world.owner.acme.testKey);
    await acme.customers.create({});
    const event = (await acme.events.list({ type: 'customer.created', limit: 1 })).data[0]!;
    const { data } = await world.platform.control.deliveries({ event: event.id });
    const bodyFor = async (name: string) => {
      const id = data.find((delivery) => names.get(delivery.endpoint) === name)!.id;
      let shown = await world.platform.control.delivery(id);
      while (shown.attempts.length === 0) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        shown = await world.platform.control.delivery(id);
      }
      return JSON.parse(shown.attempts[0]!.request.body);
    };
    expect((await bodyFor('extension-connect-test')).account).toBe(world.owner.acme.id);
    expect(await bodyFor('acme-own-test')).not.toHaveProperty('account');
  });
});
