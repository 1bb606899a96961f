import type { Server } from 'node:http';
import { loadContract } from '@annex/contract';
import { Accounts } from './accounts/accounts.ts';
import { RandomIds } from './accounts/keys.ts';
import { Clock } from './clock/clock.ts';
import { loadClock } from './clock/kept.ts';
import { type Draft, Engine, type Ids, type StoredAnswer } from './engine/index.ts';
import { type Owed, type RecordedEvent, record } from './events/record.ts';
import { Faults } from './faults/faults.ts';
import { Invariants } from './faults/invariants.ts';
import { RateLimiter } from './faults/rate.ts';
import { Access } from './http/access.ts';
import type { Exchange } from './http/exchange.ts';
import { RequestLog } from './http/log.ts';
import type { OwnOperation } from './http/own-operation.ts';
import { createOrigin, type Doors, listen } from './http/server.ts';
import { resources } from './resources/index.ts';
import { type Settings, type SettingsGiven, settingsOf } from './settings.ts';
import { Journal } from './store/journal.ts';
import { FolderLock } from './store/lock.ts';
import { MemoryStore, type Snapshot } from './store/memory.ts';
import { checkDefault, DefaultVersions } from './versions/default-version.ts';

/** What the doors, steps and pages of one platform share. */
export interface Platform {
  readonly settings: Settings;
  readonly engine: Engine;
  readonly store: MemoryStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly accounts: Accounts;
  /** The API version of each account. */
  readonly versions: DefaultVersions;
  readonly log: RequestLog;
  /** What each application did on each account. */
  readonly access: Access;
  /** Idempotency keys of requests that are being held back (faults): `account/livemode/key`. */
  readonly running: Set<string>;
  readonly faults: Faults;
  readonly rates: RateLimiter;
  /** What extensions say of themselves while things go wrong. */
  readonly invariants: Invariants;
  readonly ownOperations: OwnOperation[];
  /** How far each test clock that advances has come on its way: unix seconds by its id. */
  readonly reached: Map<string, number>;
  /** `http://127.0.0.1:12111`, known once it listens. */
  url: string;
  /** Keeps a draft with its events, whole; answers the ids of the events. Tells the feed after it is kept. */
  commit(draft: Draft, answer?: StoredAnswer): readonly string[];
  /** Puts another state in the place of everything (reset, restore), in the data folder too. */
  replace(snapshot: Snapshot): void;
  /** A defect of ours: logged with its stack, never sent to a client. */
  defect(error: unknown, exchange?: Exchange): void;
}

/** Parts that stand beside the API on the same origin; each is given the platform once and answers its hooks. */
export interface Part {
  readonly doors?: Doors;
  /** Operations under `/v1` that the contract does not have, because only Stripe's own tools use them. */
  readonly operations?: readonly OwnOperation[];
  /** Called once the origin listens and `platform.url` is known. */
  readonly listening?: (server: Server) => void;
  /** Deliveries that an event owes, stored in its own change. */
  readonly route?: (event: RecordedEvent) => readonly Owed[];
  readonly close?: () => Promise<void> | void;
}

export interface PlatformOptions extends SettingsGiven {
  readonly ids?: Ids;
}

export interface RunningPlatform extends Platform, AsyncDisposable {
  close(): Promise<void>;
}

export type PartOf = (platform: Platform) => Part;

interface Opened {
  readonly store: MemoryStore;
  readonly journal: Journal | undefined;
  readonly lock: FolderLock | undefined;
}

/** Opens the data folder, alone, and reads it. Throws a sentence where it is taken, unwritable or unreadable. */
function openStore(settings: Settings): Opened {
  if (settings.data === undefined) return { store: new MemoryStore(), journal: undefined, lock: undefined };
  const lock = FolderLock.take(settings.data);
  try {
    let journal: Journal | undefined;
    const store = new MemoryStore((change) => journal?.append(change));
    let changes = 0;
    journal = Journal.open(settings.data, (change) => {
      changes += 1;
      store.apply(change);
    });
    compactIfWorthIt(journal, store, changes);
    return { store, journal, lock };
  } catch (error) {
    lock.release();
    throw new Error(`The data folder ${settings.data} cannot be read: ${(error as Error).message}`);
  }
}

/** A journal tells every change; where most of them have been overtaken since, it begins afresh with what there is. */
function compactIfWorthIt(journal: Journal, store: MemoryStore, changes: number): void {
  if (changes < 20_000) return;
  const snapshot = store.snapshot();
  if (changes > 3 * (snapshot.rows.length + snapshot.answers.length)) journal.rewrite(snapshot);
}

/** Puts a platform together and lets it listen. */
export async function assemble(options: PlatformOptions, parts: readonly PartOf[]): Promise<RunningPlatform> {
  const settings = settingsOf(options);
  checkDefault(settings.apiVersion);
  const { store, journal, lock } = openStore(settings);
  const ids = options.ids ?? new RandomIds();
  const contract = loadContract();
  const engine = new Engine({ contract, resources, store, ids, invents: settings.stripeMock, limits: !settings.unlimitedClocks });
  const clock = new Clock();
  loadClock(store, clock);
  const made: Part[] = [];
  const route = (event: RecordedEvent): readonly Owed[] => made.flatMap((part) => part.route?.(event) ?? []);
  const versions = new DefaultVersions(store, settings.apiVersion ?? contract.api);
  const apiVersion = (account: string): string => versions.of(account);
  const accounts = new Accounts(store);
  const log = new RequestLog(settings.logRequests);
  const platform: Platform = {
    settings,
    engine,
    store,
    clock,
    ids,
    accounts,
    versions,
    log,
    access: new Access(log, (application) => accounts.application(application)?.account),
    running: new Set(),
    faults: new Faults(),
    rates: new RateLimiter(),
    invariants: new Invariants(),
    ownOperations: [],
    reached: new Map(),
    url: '',
    commit(draft, answer) {
      const { change, eventIds } = record(draft, { apiVersion, model: contract.api, route, now: clock.now() }, answer);
      if (change.writes.length > 0 || change.answer !== undefined) store.commit(change);
      return eventIds;
    },
    replace(snapshot) {
      journal?.rewrite(snapshot);
      store.restore(snapshot);
      loadClock(store, clock);
      platform.access.load(store);
    },
    defect(error, exchange) {
      console.error(`annex platform: defect at ${exchange?.method ?? ''} ${exchange?.path ?? ''}`, error);
    },
  };
  made.push(...parts.map((part) => part(platform)));
  platform.ownOperations.push(...made.flatMap((part) => part.operations ?? []));
  const server = createOrigin(platform, Object.assign({}, ...made.map((part) => part.doors ?? {})));
  const closing = (): Promise<void> => closeAll(server, made, () => closeStore(journal, lock));
  const port = await listen(server, settings.port, settings.host).catch(async (error: unknown) => {
    await closing();
    throw error;
  });
  platform.url = `http://${settings.host}:${port}`;
  engine.origin = platform.url;
  for (const part of made) part.listening?.(server);
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= closing();
    return closed;
  };
  return Object.assign(platform, { close, [Symbol.asyncDispose]: close });
}

function closeStore(journal: Journal | undefined, lock: FolderLock | undefined): void {
  journal?.close();
  lock?.release();
}

/** No more requests; parts write their last; then the data folder is let go. */
async function closeAll(server: Server, parts: readonly Part[], closeData: () => void): Promise<void> {
  server.closeAllConnections();
  if (server.listening) await new Promise((resolve) => server.close(resolve));
  for (const part of parts) await part.close?.();
  closeData();
}
