import { createHash } from 'node:crypto';
import {
  createKit,
  type DatabaseChoice,
  type Effect,
  type InboxEvent,
  type Kit,
  type KitOptions,
  type Query,
  type TogetherEffect,
} from '@annex/kit';
import { Hono } from 'hono';
import { ALERTS_TABLE, alertEffects } from './alerts/queue.ts';
import { startSender } from './alerts/sender.ts';
import { ALERT_URLS_TABLE } from './alerts/urls.ts';
import { apiDoor } from './api/door.ts';
import { API_KEYS_TABLE } from './api/keys.ts';
import { BOOK_TABLES, type Bookkeeper, catchUp, isBooked, startBookkeeper } from './figures/bookkeeper.ts';
import { CHECKS_TABLE } from './health/checks.ts';
import { ledgerCloses } from './health/ledger-closes.ts';
import { historyEffects, historyTogether } from './history/record.ts';
import { FEED_TABLE, feedTogether } from './live/feed.ts';
import { type Hub, openHub } from './live/hub.ts';
import { leavingEffects } from './live/leaving.ts';
import { type OpenStreams, openStreams } from './live/open-streams.ts';
import { OBJECTS } from './objects.ts';
import { PLANS } from './plans.ts';
import { routes } from './routes.ts';
import type { Settings } from './settings.ts';
import { migrateLantern } from './store/migrate.ts';
import { type Keys, keysOf, secretOf } from './store/secret.ts';
import { assetAt } from './web/assets.ts';
import { type CookieNames, cookieNames } from './web/cookies.ts';
import { notFound, pageDoor } from './web/door.ts';
import type { Mode } from './web/place.ts';

export type Log = (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;

/** What every page is given: made once. */
export interface Lantern {
  readonly settings: Settings;
  readonly kit: Kit;
  readonly hub: Hub;
  readonly openStreams: OpenStreams;
  readonly books: Pick<Bookkeeper, 'catchUp'>;
  /** Where people reach it, without a slash at the end. */
  readonly publicUrl: string;
  readonly secure: boolean;
  readonly cookies: CookieNames;
  readonly keys: Keys;
  /** What it is connected to. `local`: not Stripe itself. */
  readonly stripe: { readonly local: boolean; readonly origin: string; readonly modes: readonly Mode[] };
  /** Origins to which a form may lead. */
  readonly formTargets: readonly string[];
  readonly log: Log;
  /** Milliseconds. */
  now(): number;
  /** Where a request comes from, for slowing guesses down. */
  addressOf(request: Request): string;
}

export interface RunningLantern extends Lantern {
  readonly app: Hono;
  /** Starts imports, events and erasure. */
  start(): void;
  close(): Promise<void>;
}

export interface LanternOptions {
  readonly settings: Settings;
  /** Where it will be reached: known once it listens. */
  readonly publicUrl: string;
  readonly database?: DatabaseChoice | Kit['database'];
  readonly log?: Log;
  /** More for the kit than the settings say; tests shorten its waits. */
  readonly kit?: Partial<KitOptions>;
  readonly now?: () => number;
}

/** Lantern's own tables that hold something of an account's data. */
const ERASED = [FEED_TABLE, CHECKS_TABLE, ALERTS_TABLE, ALERT_URLS_TABLE, API_KEYS_TABLE, ...BOOK_TABLES];

export async function createLantern(options: LanternOptions): Promise<RunningLantern> {
  const { settings, log = () => {}, now = Date.now } = options;
  const publicUrl = options.publicUrl.replace(/\/+$/, '');
  const secure = publicUrl.startsWith('https:');
  const secret = secretOf(settings);
  const keys = keysOf(secret);
  const kit = await createKit({
    ...kitOptions(settings, { publicUrl, secret, keys }),
    ...options.kit,
    database: options.database ?? { url: settings.databaseUrl, folder: settings.data },
    on: together(historyEffects, alertEffects, leavingEffects, options.kit?.on ?? {}),
    onTogether: [ofOthers(historyTogether), ofOthers(feedTogether), ...(options.kit?.onTogether ?? [])],
    alsoErase: ERASED,
    invariants: [ledgerCloses(() => lantern), ...(options.kit?.invariants ?? [])],
    log,
    ...(options.now && { now }),
  });
  try {
    await migrateLantern(kit.database);
  } catch (error) {
    await kit.close();
    throw error;
  }
  let bookkeeper: Bookkeeper | undefined;
  const hub = openHub(kit, (change) => bookkeeper !== undefined && isBooked(change));
  const streams = openStreams();
  const lantern: Lantern = {
    ...{ settings, kit, hub, openStreams: streams, publicUrl, secure, log, now },
    books: { catchUp: (world) => catchUp(lantern, world) },
    keys,
    cookies: cookieNames(secure),
    stripe: stripeOf(settings),
    formTargets:
      settings.stripeBase === undefined
        ? ['https://checkout.stripe.com', 'https://billing.stripe.com']
        : [new URL(settings.stripeBase).origin],
    addressOf: (request) => request.headers.get('x-forwarded-for')?.split(',').at(-1)?.trim() ?? 'here',
  };
  let stopSender: (() => Promise<void>) | undefined;
  return {
    ...lantern,
    app: appOf(lantern),
    start: () => {
      kit.work.start();
      stopSender ??= startSender(lantern);
      bookkeeper ??= startBookkeeper(lantern);
    },
    async close() {
      await stopSender?.();
      await bookkeeper?.stop();
      streams.endAll();
      hub.close();
      await kit.close();
    },
  };
}

function kitOptions(settings: Settings, given: { publicUrl: string; secret: string; keys: Keys }): KitOptions {
  const { publicUrl, secret, keys } = given;
  const base = settings.stripeBase;
  const app = (secretKey: string | undefined, clientId: string | undefined) =>
    secretKey === undefined || clientId === undefined ? [] : [{ secretKey, clientId }];
  return {
    apps: [...app(settings.liveSecretKey, settings.liveClientId), ...app(settings.testSecretKey, settings.testClientId)],
    ...(base !== undefined && { apiBase: base, connectBase: base, authorizeBase: base }),
    objects: OBJECTS,
    redirectUri: `${publicUrl}/callback`,
    scope: settings.scope as 'read_only',
    webhookSecrets: settings.webhookSecrets,
    keepDays: settings.keepDays,
    invariantsReporter: settings.invariantsReporter,
    ...(settings.charge === 'yes' && { plans: PLANS }),
    trialDays: settings.trialDays,
    graceDays: settings.graceDays,
    whenLeaving: settings.whenLeaving as 'keep',
    sealingKeys: [{ id: createHash('sha256').update(secret).digest('hex').slice(0, 8), key: keys.tokens }],
  };
}

function stripeOf(settings: Settings): Lantern['stripe'] {
  const modes: Mode[] = [];
  if (settings.liveSecretKey !== undefined) modes.push('live');
  if (settings.testSecretKey !== undefined) modes.push('test');
  return { local: settings.stripeBase !== undefined, origin: settings.stripeBase ?? 'https://dashboard.stripe.com', modes };
}

/** Several parts of Lantern may follow the same event; each does its own in the same transaction. */
function together(...parts: readonly Readonly<Record<string, Effect>>[]): Record<string, Effect> {
  const types = new Set(parts.flatMap((part) => Object.keys(part)));
  const isOwn = ownJudge();
  const effectOf =
    (type: string): Effect =>
    async (event, tx) => {
      if (await isOwn(event, tx)) return;
      for (const part of parts) await part[type]?.(event, tx);
    };
  return Object.fromEntries([...types].map((type) => [type, effectOf(type)]));
}

function ofOthers({ types, run }: TogetherEffect): TogetherEffect {
  const isOwn = ownJudge();
  return {
    types,
    async run(events, tx) {
      const wanted: InboxEvent[] = [];
      for (const event of events) if (!(await isOwn(event, tx))) wanted.push(event);
      if (wanted.length > 0) await run(wanted, tx);
    },
  };
}

/** Events of our own account are the kit's, for billing: it is nobody's account here. */
function ownJudge(): (event: InboxEvent, tx: Query) => Promise<boolean> {
  const own = new Map<string, boolean>();
  return async ({ account, livemode }, tx) => {
    const key = `${account}/${livemode}`;
    if (!own.has(key)) {
      const ours = "select 1 from annex.connections where account = $1 and livemode = $2 and kind = 'own'";
      own.set(key, (await tx.query(ours, [account, livemode])).length > 0);
    }
    return own.get(key)!;
  };
}

function appOf(lantern: Lantern): Hono {
  const app = new Hono();
  app.get('/assets/*', (context) => assetAt(context.req.path) ?? context.notFound());
  app.get('/health', async (context) => {
    const { stuck } = await lantern.kit.health();
    return context.json({ ok: stuck.length === 0, stuck }, stuck.length === 0 ? 200 : 503);
  });
  app.all('/webhooks', (context) => lantern.kit.receive(context.req.raw));
  for (const route of routes) app.on(route.method, route.path, pageDoor(lantern, route));
  apiDoor(lantern, app);
  app.notFound((context) => notFound(lantern, context));
  app.onError((error, context) => {
    lantern.log('error', 'A request failed.', { path: context.req.path, error: String(error.stack ?? error) });
    return context.json({ error: { message: 'Something went wrong on our side.' } }, 500);
  });
  return app;
}
