import type { Server } from 'node:http';
import { loadContract } from '@annex/contract';
import { Accounts } from './accounts/accounts.ts';
import { RandomIds } from './accounts/keys.ts';
import { Clock } from './clock/clock.ts';
import { type Draft, Engine, type Ids, type StoredAnswer, type Write } from './engine/index.ts';
import { type RecordedEvent, record } from './events/record.ts';
import type { Exchange } from './http/exchange.ts';
import { RequestLog } from './http/log.ts';
import { createOrigin, type Doors, listen } from './http/server.ts';
import { resources } from './resources/index.ts';
import { type Settings, type SettingsGiven, settingsOf } from './settings.ts';
import { Journal } from './store/journal.ts';
import { MemoryStore } from './store/memory.ts';

/** What the doors, steps and pages of one platform share. */
export interface Platform {
  readonly settings: Settings;
  readonly engine: Engine;
  readonly store: MemoryStore;
  readonly clock: Clock;
  readonly ids: Ids;
  readonly accounts: Accounts;
  readonly log: RequestLog;
  /** Idempotency keys of requests that are being held back (faults): `account/livemode/key`. */
  readonly running: Set<string>;
  /** `http://127.0.0.1:12111`, known once it listens. */
  url: string;
  /** Keeps a draft with its events, whole; answers the ids of the events. Tells the feed after it is kept. */
  commit(draft: Draft, answer?: StoredAnswer): readonly string[];
  /** A defect of ours: logged with its stack, never sent to a client. */
  defect(error: unknown, exchange?: Exchange): void;
}

/** Parts that stand beside the API on the same origin; each is given the platform once and answers its hooks. */
export interface Part {
  readonly doors?: Doors;
  /** Deliveries that an event owes, stored in its own change. */
  readonly route?: (event: RecordedEvent) => readonly Write[];
  readonly close?: () => Promise<void> | void;
}

export interface PlatformOptions extends SettingsGiven {
  readonly ids?: Ids;
}

export interface RunningPlatform extends Platform, AsyncDisposable {
  close(): Promise<void>;
}

export type PartOf = (platform: Platform) => Part;

function openStore(settings: Settings): { store: MemoryStore; journal: Journal | undefined } {
  if (settings.data === undefined) return { store: new MemoryStore(), journal: undefined };
  let journal: Journal | undefined;
  const store = new MemoryStore((change) => journal?.append(change));
  journal = Journal.open(settings.data, (change) => store.apply(change));
  return { store, journal };
}

/** Puts a platform together and lets it listen. */
export async function assemble(options: PlatformOptions, parts: readonly PartOf[]): Promise<RunningPlatform> {
  const settings = settingsOf(options);
  const { store, journal } = openStore(settings);
  const ids = options.ids ?? new RandomIds();
  const contract = loadContract();
  const engine = new Engine({ contract, resources, store, ids, invents: settings.stripeMock });
  const clock = new Clock();
  const made: Part[] = [];
  const route = (event: RecordedEvent): readonly Write[] => made.flatMap((part) => part.route?.(event) ?? []);
  const apiVersion = (): string => contract.api;
  const platform: Platform = {
    settings,
    engine,
    store,
    clock,
    ids,
    accounts: new Accounts(store),
    log: new RequestLog(settings.logRequests),
    running: new Set(),
    url: '',
    commit(draft, answer) {
      const { change, eventIds } = record(draft, { ids, apiVersion, route, now: clock.now() }, answer);
      if (change.writes.length > 0 || change.answer !== undefined) store.commit(change);
      return eventIds;
    },
    defect(error, exchange) {
      console.error(`annex platform: defect at ${exchange?.method ?? ''} ${exchange?.path ?? ''}`, error);
    },
  };
  made.push(...parts.map((part) => part(platform)));
  const server = createOrigin(platform, Object.assign({}, ...made.map((part) => part.doors ?? {})));
  const port = await listen(server, settings.port, settings.host);
  platform.url = `http://${settings.host}:${port}`;
  const close = (): Promise<void> => closeAll(server, made, journal);
  return Object.assign(platform, { close, [Symbol.asyncDispose]: close });
}

async function closeAll(server: Server, parts: readonly Part[], journal: Journal | undefined): Promise<void> {
  for (const part of parts) await part.close?.();
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  journal?.close();
}
