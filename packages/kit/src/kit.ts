import { type Billing, billingOf } from './billing/billing.ts';
import { checkCharging } from './billing/own.ts';
import { eraseNow, leave, type Receipt, receipts, stopKeeping } from './cleanup/forget-account.ts';
import { onDeauthorized } from './cleanup/on-deauthorized.ts';
import { disconnect } from './connect/disconnect.ts';
import { type ConnectOutcome, finishConnect } from './connect/finish.ts';
import { connectOwn } from './connect/own.ts';
import { type StartOptions, startConnect } from './connect/start.ts';
import { reseal, type Tokens, tokensOf } from './connect/tokens.ts';
import type { OwnInvariant } from './invariants/invariant.ts';
import { type AsideEvent, asideEvents, retryAside } from './mirror/aside.ts';
import { type DoctorOptions, type DoctorReport, doctor } from './mirror/doctor.ts';
import { type Effect, effectsOf, type TogetherEffect } from './mirror/effects.ts';
import { type Change, changeFeed } from './mirror/feed.ts';
import { type FetchedAgain, fetchAgain } from './mirror/fetch-again.ts';
import { type ImportMove, moveImport, type Progress, readProgress, startAgain } from './mirror/imports.ts';
import type { MirroredObject } from './mirror/mirrored-object.ts';
import { mirroredObjects } from './mirror/objects/index.ts';
import { prepare } from './mirror/prepare.ts';
import { type Receiver, receiver, webHandler } from './mirror/receive.ts';
import { type Reconciled, reconcile } from './mirror/reconcile.ts';
import { platformAccount } from './mirror/source.ts';
import { connectDatabase, type DatabaseChoice } from './postgres/connect.ts';
import type { Database, Query, Row } from './postgres/database.ts';
import { appOf, completeSettings, type GivenSettings, type Settings } from './settings.ts';
import type { Job, Setup } from './setup.ts';
import { type Limiter, noLimiter, sharedLimiter } from './wire/limiter.ts';
import { sourceClock } from './wire/source-clock.ts';
import { stripeApi, type World } from './wire/stripe-api.ts';
import { endLeases } from './work/leases.ts';
import { type Health, health, metrics, newCounters } from './work/metrics.ts';
import { startWorker, type Worker } from './work/worker.ts';

/** An account that is or was connected. */
export interface Connection extends World {
  readonly kind: 'oauth' | 'own';
  /** `leaving`: being erased. `kept`: left, and kept for as long as the retention policy says. */
  readonly state: 'connected' | 'leaving' | 'kept';
  readonly scope: string;
  readonly reference: string | null;
  readonly connected_ms: number;
  readonly reason: string | null;
}

export interface KitOptions extends GivenSettings {
  /** An open database, or how to open one; without either the embedded one in memory. What the kit opened it also closes. */
  readonly database?: Database | DatabaseChoice;
  /** The extension's own work per event type, in the transaction that applies the event: its writes happen exactly once. */
  readonly on?: Readonly<Record<string, Effect>>;
  /** The same for events that are applied together, where one statement can do the work of many. */
  readonly onTogether?: readonly TogetherEffect[];
  /**
   * Tables of the extension itself, as `schema.table`, with columns `account` and `livemode`: when an account is forgotten its rows
   * are erased with the mirror's, and counted in the same receipt.
   */
  readonly alsoErase?: readonly string[];
  /** Promises of the extension itself, reported beside the kit's own (setting `invariantsReporter`). */
  readonly invariants?: readonly OwnInvariant[];
  readonly log?: Setup['log'];
  /**
   * Milliseconds: the clock by which trials, grace and what is kept end. Without one, the real time; with an `apiBase` that is not
   * Stripe's, that platform's time, as its answers tell it.
   */
  readonly now?: () => number;
}

export interface Kit {
  readonly settings: Settings;
  readonly database: Database;
  readonly connect: {
    start(options: StartOptions): Promise<{ url: string; state: string }>;
    finish(visit: { query: URLSearchParams; session: string }): Promise<ConnectOutcome>;
    /** Tells Stripe, then stops and erases. Throws `Refusal` when Stripe cannot be told. */
    disconnect(world: World): Promise<void>;
    /** Mirrors our own account too. */
    own(livemode: boolean): Promise<World>;
    /** The tokens of a connection, opened; undefined when they were not kept. */
    tokens(world: World): Promise<Tokens | undefined>;
    /** Seals tokens again under the first sealing key; afterwards older keys can be removed. Answers how many. */
    reseal(): Promise<number>;
  };
  /** Charging for the extension itself. Without plans nobody is charged, and everybody is entitled. */
  readonly billing: Billing;
  connections(): Promise<Connection[]>;
  /** The webhook endpoint: a web-standard handler. */
  receive(request: Request): Promise<Response>;
  /** The same without the web standard's objects: the body exactly as it came, and its `Stripe-Signature`. See `nodeWebhook`. */
  receiveBody: Receiver;
  readonly work: {
    start(): void;
    stop(): Promise<void>;
  };
  /** Undefined when the account is not connected. */
  progress(account: string, livemode: boolean): Promise<Progress | undefined>;
  /** Pause, resume or cancel an import; `again` reads everything once more. Answers false when its state does not allow it. */
  import(world: World, move: ImportMove | 'again'): Promise<boolean>;
  /** What changed, as soon as it is committed. Returns what ends it. */
  subscribe(listener: (change: Change) => void): () => void;
  /** SQL on the mirror: schemas `mirror` (rows) and `stripe` (views). Name the account in every query. */
  query<T = Row>(text: string, params?: readonly unknown[]): Promise<T[]>;
  /** Stops everything for the account and erases it now, without telling Stripe. Answers the receipt; undefined when it was not there. */
  forget(world: World, reason?: string): Promise<Receipt | undefined>;
  receipts(account?: string): Promise<Receipt[]>;
  reconcile(world: World): Promise<Reconciled>;
  /** Compares with the source, and repairs when told. */
  doctor(world: World, options?: DoctorOptions): Promise<DoctorReport>;
  /**
   * Fetches one mirrored object now, and says what changed. Throws `Refusal` where Stripe does not give it; nothing is changed then.
   */
  fetchAgain(world: World, object: string, id: string): Promise<FetchedAgain>;
  /** Events that were set aside after several attempts, and how to try them again. */
  aside(): Promise<AsideEvent[]>;
  retryAside(world: World, id?: string): Promise<number>;
  health(): Promise<Health>;
  /** Prometheus text. */
  metrics(): Promise<string>;
  close(): Promise<void>;
}

/** Puts an extension together: opens and migrates the database, and starts nothing until `work.start()`. */
export async function createKit(options: KitOptions): Promise<Kit> {
  const { database: given, on = {}, onTogether = [], alsoErase = [], invariants = [], log = () => {}, now, ...rest } = options;
  const unsafe = alsoErase.find((table) => !/^[a-z_]+\.[a-z_]+$/.test(table));
  if (unsafe !== undefined) throw new Error(`alsoErase names tables as schema.table in small letters, not ${unsafe}.`);
  const settings = completeSettings(rest);
  const mine = given === undefined || !('query' in given);
  const database = mine ? await connectDatabase(given as DatabaseChoice | undefined) : (given as Database);
  try {
    await prepare(database);
    if (mine && database.kind === 'embedded') await endLeases(database);
  } catch (error) {
    if (mine) await database.close();
    throw error;
  }
  let worker: Worker | undefined;
  const clock = sourceClock(settings.apiBase, now);
  const setup: Setup = {
    settings,
    database,
    log,
    now: clock.now,
    clock,
    api: stripeApi({ ...settings, clock, keyOf: (livemode) => appOf(settings, livemode).secretKey }),
    limiter: limiterOf(settings, database),
    counters: newCounters(),
    feed: changeFeed(database, settings.pollMs),
    objects: chosenObjects(settings.objects),
    alsoErase,
    wake: (job: Job) => worker?.wake(job),
    stuck: () => worker?.stuck() ?? [],
  };
  checkCharging(setup);
  const each = new Map([...Object.entries(on), [LEFT, both(onDeauthorized(setup), on[LEFT])] as const]);
  const effects = effectsOf(each, onTogether, settings.effectMs);
  // Only a process that works has every handler; one that only receives leaves the rest to those that work.
  const atOnce = (type: string): boolean => worker !== undefined && !effects.has(type);
  const receiveBody = receiver(setup, { ownAccount: ownAccounts(setup), atOnce });
  return {
    settings,
    database,
    connect: {
      start: (about) => startConnect(setup, about),
      finish: (visit) => finishConnect(setup, visit),
      disconnect: (world) => disconnect(setup, world),
      own: (livemode) => connectOwn(setup, livemode),
      tokens: (world) => tokensOf(setup, world),
      reseal: () => reseal(setup),
    },
    billing: billingOf(setup),
    ...asked(setup),
    receive: webHandler(receiveBody),
    receiveBody,
    work: {
      start: () => {
        worker ??= startWorker(setup, effects, invariants);
      },
      stop: async () => {
        const stopping = worker;
        worker = undefined;
        await stopping?.stop();
      },
    },
    async close() {
      await worker?.stop();
      worker = undefined;
      await setup.feed.close();
      await setup.api.close();
      if (mine) await database.close();
    },
  };
}

function asked(setup: Setup): Omit<Kit, 'settings' | 'database' | 'connect' | 'billing' | 'receive' | 'receiveBody' | 'work' | 'close'> {
  const { database, feed } = setup;
  return {
    connections: () =>
      database.query<Connection>(
        'select account, livemode, kind, state, scope, reference, connected_ms, reason from annex.connections order by connected_ms, account',
      ),
    progress: (account, livemode) => readProgress(database, { account, livemode }),
    import: async (world, move) => {
      const moved =
        move === 'again' ? await database.transaction((tx) => startAgain(tx, setup, world)) : await moveImport(database, world, move);
      if (!moved) return false;
      feed.tell({ kind: 'import', account: world.account, livemode: world.livemode });
      setup.wake('import');
      return true;
    },
    subscribe: (listener) => feed.subscribe(listener),
    query: <T = Row>(text: string, params?: readonly unknown[]) => (database as Query).query<T>(text, params),
    async forget(world, reason = 'asked for') {
      const left = await leave(database, { ...setup, settings: { ...setup.settings, keepDays: 0 } }, world, reason);
      await stopKeeping(database, world, reason);
      // A worker may be faster: then the receipt is the one it wrote.
      const receipt = (await eraseNow(setup, world)) ?? (left ? (await receipts(database, world.account))[0] : undefined);
      feed.tell({ kind: 'connection', account: world.account, livemode: world.livemode });
      return receipt;
    },
    receipts: (account) => receipts(database, account),
    reconcile: (world) => reconcile(setup, world),
    doctor: (world, options) => doctor(setup, world, options),
    fetchAgain: (world, object, id) => fetchAgain(setup, world, object, id),
    aside: () => asideEvents(database),
    retryAside: async (world, id) => {
      const again = await retryAside(database, world, id);
      setup.wake('apply');
      return again;
    },
    health: () => health(setup),
    metrics: () => metrics(setup),
  };
}

/** Requests do not arrive as evenly as they were sent: with nothing to spare, some second would have one too many. */
const MOST_OF_A_LIMIT = 0.97;

function limiterOf(settings: Settings, database: Database): Limiter {
  const { limits, limitShare } = settings;
  if (limits === 'none') return noLimiter;
  const share = Math.min(limitShare, MOST_OF_A_LIMIT);
  return sharedLimiter(database, (livemode) => {
    const { all, endpoint } = livemode ? limits.live : limits.test;
    return { all: all * share, endpoint: endpoint * share };
  });
}

function chosenObjects(chosen: Settings['objects']): ReadonlyMap<string, MirroredObject> {
  const names = typeof chosen === 'string' ? undefined : chosen;
  const unknown = names?.find((name) => !mirroredObjects.some(({ object }) => object === name));
  if (unknown !== undefined)
    throw new Error(`${unknown} is not an object type the mirror knows: ${mirroredObjects.map(({ object }) => object).join(', ')}.`);
  const wanted = mirroredObjects.filter((one) =>
    names === undefined ? chosen === 'all' || one.usual !== false : names.includes(one.object),
  );
  return new Map(wanted.map((one) => [one.object, one]));
}

/** Our own account per mode, asked for once: events without `account` are about it. */
function ownAccounts(setup: Setup): (livemode: boolean) => Promise<string> {
  const known = new Map<boolean, Promise<string>>();
  return (livemode) => {
    const found = known.get(livemode) ?? platformAccount(setup, livemode);
    known.set(livemode, found);
    found.catch(() => known.delete(livemode));
    return found;
  };
}

const LEFT = 'account.application.deauthorized';

const both =
  (first: Effect, second: Effect | undefined): Effect =>
  async (event, tx) => {
    await first(event, tx);
    await second?.(event, tx);
  };
