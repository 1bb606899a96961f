import { invalid, noSuch, parseWorldKey } from '../../engine/index.ts';
import type { LogEntry } from '../../http/log.ts';
import type { Platform } from '../../platform.ts';
import { isSeed, noSeedSentence, sow } from '../../seeds/index.ts';
import type { Snapshot } from '../../store/memory.ts';
import type { ControlRoute, ShortRoute } from '../route.ts';

export interface Health {
  readonly status: 'ok';
  readonly simulator: string;
  readonly api_version: string;
  readonly url: string;
  /** Unix seconds of the platform's clock. */
  readonly now: number;
  readonly data: string | null;
}

const health: ControlRoute<Record<never, never>, Health> = {
  method: 'GET',
  path: '/health',
  sentence: 'Answers as soon as the platform does.',
  shape: {},
  answers: '`{status, simulator, api_version, url, now, data}`',
  run: ({ platform }) => ({
    status: 'ok',
    simulator: 'Annex: a local simulator, not Stripe',
    api_version: platform.engine.contract.api,
    url: platform.url,
    now: platform.clock.now(),
    data: platform.settings.data ?? null,
  }),
};

const EMPTY: Snapshot = { rows: [], answers: [] };

const noSeed = (name: string) => invalid(noSeedSentence(name), 'name');

const reset: ControlRoute<{ account?: string; seed?: string }, { reset: true }> = {
  method: 'POST',
  path: '/reset',
  sentence: 'Forgets everything, and begins again with the seed that the platform was started with.',
  shape: {
    account: { type: 'string', sentence: 'Forget the objects of this account alone; the account and its keys stay.' },
    seed: { type: 'string', sentence: 'Begin with this seed instead; `none` begins with nothing.' },
  },
  answers: '`{reset: true}`',
  run: ({ platform }, { account, seed }) => {
    if (account !== undefined) {
      forgetAccount(platform, account);
      return { reset: true };
    }
    const name = seed === 'none' ? undefined : (seed ?? platform.settings.seed);
    if (name !== undefined && !isSeed(name)) throw noSeed(name);
    platform.replace(EMPTY);
    platform.log.clear();
    if (name !== undefined) sow(platform, name);
    return { reset: true };
  },
};

/** The test and live data of an account; the account itself and its keys are the platform's records. */
function forgetAccount(platform: Platform, account: string): void {
  const rows = platform.store.snapshot().rows.filter(({ world }) => parseWorldKey(world).account === account);
  const writes = rows.map(({ world, row }) => ({ world, object: row.object, id: row.id, created: row.created, text: null, deleted: true }));
  platform.store.commit({ writes });
}

const seed: ShortRoute<{ name: string }, { seeded: string; sentence: string }> = {
  method: 'POST',
  path: '/seed',
  sentence: 'Adds what a seed describes to what is there.',
  shape: { name: { type: 'string', required: true, sentence: 'The name of a seed: `demo`.' } },
  short: 'name',
  answers: '`{seeded, sentence}`',
  run: ({ platform }, { name }) => {
    if (!isSeed(name)) throw noSeed(name);
    return { seeded: name, sentence: sow(platform, name) };
  },
};

const snapshot: ShortRoute<{ id?: string }, { id: string; objects: number }> = {
  method: 'POST',
  path: '/snapshot',
  sentence: 'Remembers the whole state under an id, in memory, until the platform stops.',
  shape: { id: { type: 'string', sentence: 'A name of your own; made up where there is none.' } },
  short: 'id',
  answers: '`{id, objects}`',
  run: ({ platform, snapshots }, { id = `snap_${platform.ids.random(12)}` }) => {
    const taken = platform.store.snapshot();
    snapshots.set(id, taken);
    return { id, objects: taken.rows.length };
  },
};

const restore: ShortRoute<{ id: string }, { restored: string; objects: number }> = {
  method: 'POST',
  path: '/restore',
  sentence: 'Puts the state back to a snapshot; as often as you like.',
  shape: { id: { type: 'string', required: true, sentence: 'The id that POST /_annex/snapshot answered.' } },
  short: 'id',
  answers: '`{restored, objects}`',
  run: ({ platform, snapshots }, { id }) => {
    const taken = snapshots.get(id);
    if (taken === undefined) throw noSuch('snapshot', id, { param: 'id', inPath: true });
    platform.replace(taken);
    return { restored: id, objects: taken.rows.length };
  },
};

export interface RequestFilter {
  account?: string;
  livemode?: boolean;
  application?: string;
  method?: string;
  path?: string;
  status?: number;
  id?: string;
  limit?: number;
}

const requests: ControlRoute<RequestFilter, { data: LogEntry[] }> = {
  method: 'GET',
  path: '/requests',
  sentence: 'The API requests that were answered, newest first, keys masked.',
  shape: {
    account: { type: 'string', sentence: 'Only requests about this account.' },
    livemode: { type: 'boolean', sentence: 'Only requests about live (true) or test data (false).' },
    application: { type: 'string', sentence: 'Only requests that this extension (`ca_…`) made for an account.' },
    method: { type: 'string', sentence: 'Only this HTTP method.', oneOf: ['GET', 'POST', 'DELETE'] },
    path: { type: 'string', sentence: 'Only paths that begin with this text.' },
    status: { type: 'number', sentence: 'Only this status.' },
    id: { type: 'string', sentence: 'Only the request with this `req_…`.' },
    limit: { type: 'number', sentence: 'How many at most; 100 unless told.' },
  },
  answers: '`{data: [{id, at, took, method, path, query, form, status, answer, account, application, events, …}]}`',
  run: ({ platform }, filter) => {
    const { path, limit = 100, ...exact } = filter;
    const wanted = Object.entries(exact);
    const fits = (entry: LogEntry): boolean =>
      (path === undefined || entry.path.startsWith(path)) && wanted.every(([name, value]) => entry[name as keyof LogEntry] === value);
    return { data: platform.log.entries().filter(fits).slice(0, limit) };
  },
};

export const stateRoutes = { health, reset, seed, snapshot, restore, requests };
