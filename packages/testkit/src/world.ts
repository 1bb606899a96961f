import { createServer, type Server } from 'node:http';
import { createServer as createSocket } from 'node:net';
import { createKit, httpHandlers, type Kit, type KitOptions } from '@annex/kit';
import { type AnnexPlatform, createPlatform, type PlatformOptions } from '@annex/platform';

/** An account of the platform with its secret keys. */
export interface Party {
  readonly account: string;
  readonly name: string;
  readonly testKey: string;
  readonly liveKey: string;
}

/** An extension, as its maker sees it after registering it and its webhook endpoint. */
export interface Extension extends Party {
  readonly testClientId: string;
  readonly liveClientId: string;
  /** Signs what is sent to `<origin>/webhooks`, for events of connected accounts and for its own. */
  readonly webhookSecrets: readonly string[];
}

export interface Owner {
  readonly email: string;
  readonly password: string;
  readonly accounts: readonly Party[];
}

export interface World {
  readonly platform: AnnexPlatform;
  /** Where the extension is reached: its callback is `<origin>/callback`, its webhooks arrive at `<origin>/webhooks`. */
  readonly origin: string;
  readonly extension: Extension;
  /** Dana owns Acme GmbH and Acme Labs; Ben owns Bolt Ltd. */
  readonly dana: Owner;
  readonly ben: Owner;
  /** One API call; form fields as `{ 'items[0][price]': 'price_…' }`. Throws Stripe's sentence when it is refused. */
  api(key: string, call: string, form?: Readonly<Record<string, string | number>>): Promise<Answer>;
  close(): Promise<void>;
}

/** A world whose extension is a bare kit with an HTTP server, for tests of kit and platform together. */
export interface KitWorld extends World {
  readonly kit: Kit;
}

// biome-ignore lint/suspicious/noExplicitAny: answers have many shapes
export type Answer = Record<string, any>;

export interface WorldOptions {
  readonly platform?: PlatformOptions;
}

/** A platform with an extension, its owners and their accounts. What listens at `origin` is up to the caller. */
export async function createWorld(options: WorldOptions = {}): Promise<World> {
  const platform = await createPlatform(options.platform);
  const origin = `http://127.0.0.1:${await freePort()}`;
  const party = async (name: string, email: string, currency = 'eur'): Promise<Party> => {
    const { id, keys } = await platform.control.createAccount({ name, email, currency, country: 'DE', timezone: 'Europe/Berlin' });
    return { account: id, name, testKey: keys.test.secret!, liveKey: keys.live.secret! };
  };
  const owner = async (email: string, accounts: readonly Party[]): Promise<Owner> => {
    const password = 'correct horse battery';
    await platform.control.createUser({ email, password, accounts: accounts.map(({ account }) => account) });
    return { email, password, accounts };
  };
  const api: World['api'] = (key, call, form) => ask(platform.url, { key, call, form });
  const maker = await party('Lantern Analytics', 'team@lantern.example', 'usd');
  const made = await platform.control.createExtension({ account: maker.account, redirect_uris: [`${origin}/callback`] });
  const webhookSecrets: string[] = [];
  for (const connect of ['true', 'false']) {
    const form = { url: `${origin}/webhooks`, connect, 'enabled_events[0]': '*' };
    webhookSecrets.push((await api(maker.testKey, 'POST /v1/webhook_endpoints', form)).secret);
  }
  return {
    ...{ platform, origin, api },
    extension: { ...maker, testClientId: made.test.id, liveClientId: made.live.id, webhookSecrets },
    dana: await owner('dana@acme.example', [
      await party('Acme GmbH', 'billing@acme.example'),
      await party('Acme Labs', 'labs@acme.example'),
    ]),
    ben: await owner('ben@bolt.example', [await party('Bolt Ltd', 'billing@bolt.example')]),
    close: () => platform.close(),
  };
}

/** The same with a kit that answers `/connect`, `/callback` and `/webhooks` at the origin, and works. */
export async function createKitWorld(options: WorldOptions & { kit?: Partial<KitOptions>; reports?: boolean } = {}): Promise<KitWorld> {
  const world = await createWorld(options);
  const { extension, platform, origin } = world;
  const kit = await createKit({
    apps: [{ secretKey: extension.testKey, clientId: extension.testClientId }],
    ...{ apiBase: platform.url, connectBase: platform.url, authorizeBase: platform.url },
    redirectUri: `${origin}/callback`,
    webhookSecrets: extension.webhookSecrets,
    ...{ limits: 'none', pollMs: 50, settleMs: 50, retryMs: 50 },
    ...(options.reports === true && { invariantsReporter: `${platform.url}/_annex/invariants`, invariantsSeconds: 0.2 }),
    ...options.kit,
  });
  const server = await serveKit(kit, origin);
  kit.work.start();
  return {
    ...world,
    kit,
    async close() {
      await new Promise((done) => server.close(done).closeAllConnections());
      await kit.close();
      await world.close();
    },
  };
}

async function serveKit(kit: Kit, origin: string): Promise<Server> {
  const { connect, callback, webhook } = httpHandlers(kit);
  const handlers = new Map(Object.entries({ '/connect': connect, '/callback': callback, '/webhooks': webhook }));
  const server = createServer(async (incoming, outgoing) => {
    const url = new URL(incoming.url ?? '/', origin);
    const body: Uint8Array[] = [];
    for await (const part of incoming) body.push(part as Uint8Array);
    const headers = Object.entries(incoming.headers).map(([name, value]): [string, string] => [name, String(value)]);
    const request = new Request(url, { method: incoming.method!, headers, ...(body.length > 0 && { body: Buffer.concat(body) }) });
    const answer = (await handlers.get(url.pathname)?.(request)) ?? new Response('', { status: 404 });
    outgoing.writeHead(answer.status, Object.fromEntries(answer.headers));
    outgoing.end(Buffer.from(await answer.arrayBuffer()));
  });
  await new Promise<void>((done) => server.listen(Number(new URL(origin).port), '127.0.0.1', done));
  return server;
}

async function ask(
  url: string,
  { key, call, form }: { key: string; call: string; form?: Readonly<Record<string, string | number>> | undefined },
): Promise<Answer> {
  const [method = 'GET', path = '/'] = call.split(' ');
  const fields = Object.entries(form ?? {}).map(([name, value]): [string, string] => [name, String(value)]);
  const response = await fetch(new URL(path, url), {
    method,
    headers: { Authorization: `Bearer ${key}` },
    ...(method === 'POST' && { body: new URLSearchParams(fields) }),
  });
  const answer = (await response.json()) as Answer;
  if (!response.ok) throw new Error(`${call} answered ${response.status}: ${answer.error?.message ?? JSON.stringify(answer)}`);
  return answer;
}

/** A port that nobody listens on now. */
export function freePort(): Promise<number> {
  return new Promise((done, failed) => {
    const probe = createSocket().once('error', failed);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address() as { port: number };
      probe.close(() => done(port));
    });
  });
}
