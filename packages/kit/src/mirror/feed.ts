import { type Database, NOW_MS } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';
import { endsWithin } from '../work/deadline.ts';

/** Something changed. It says where to look, not what is there: whoever shows it reads the mirror again. */
export type Change =
  | (World & { readonly kind: 'objects'; readonly object: string })
  | (World & { readonly kind: 'import' })
  | (World & { readonly kind: 'connection' });

export interface Feed {
  /** Told after commit. Within this process at once; from other processes within `pollMs`. Returns what ends it. */
  subscribe(listener: (change: Change) => void): () => void;
  tell(change: Change): void;
  close(): Promise<void>;
}

interface Moved {
  account: string;
  livemode: boolean;
  object: string;
  version: number;
  now: number;
}

interface Standing {
  account: string;
  livemode: boolean;
  state: string;
}

/** A look under way may take so long once nobody listens any more. */
const CLOSING_MS = 2_000;

/** Looked at again each time: a transaction that began earlier may commit later. */
const OVERLAP_MS = 10_000;

/**
 * Every change moves a version number in `annex.streams`; whoever listens compares. That works on any PostgreSQL and across any
 * number of processes, without a session of its own.
 */
export function changeFeed(database: Database, pollMs: number): Feed {
  const listeners = new Set<(change: Change) => void>();
  const versions = new Map<string, number>();
  let states = new Map<string, Standing>();
  let since = 0;
  let timer: NodeJS.Timeout | undefined;
  let isLooking = false;
  let looking: Promise<void> = Promise.resolve();

  const tell = (change: Change): void => {
    for (const listener of listeners) {
      try {
        listener(change);
      } catch {
        // A listener that fails must not stop the mirror or the other listeners.
      }
    }
  };
  const lookAtObjects = async (first: boolean): Promise<void> => {
    // At first only the recent ones: what is not known yet and moves later is a change all the same.
    const rows = await database.query<Moved>(
      `select account, livemode, object, version, ${NOW_MS} as now from annex.streams where moved_ms > case when $1::bigint = 0 then ${NOW_MS} else $1 end - ${OVERLAP_MS}`,
      [since],
    );
    for (const { account, livemode, object, version, now } of rows) {
      since = Math.max(since, now);
      const key = `${account}/${livemode}/${object}`;
      if (!first && versions.get(key) !== version) {
        tell({ kind: 'objects', account, livemode, object });
        tell({ kind: 'import', account, livemode });
      }
      versions.set(key, version);
    }
  };
  const lookAtAccounts = async (first: boolean): Promise<void> => {
    const rows = await database.query<Standing>(
      `select account, livemode, c.state || '/' || coalesce(i.state, '') || '/' || coalesce(s.version, 0) as state
       from annex.connections c left join annex.imports i using (account, livemode) left join annex.subscribers s using (account, livemode)`,
    );
    const now = new Map(rows.map((row) => [`${row.account}/${row.livemode}`, row]));
    const changed = [...now].filter(([key, { state }]) => states.get(key)?.state !== state).map(([, row]) => row);
    const gone = [...states].filter(([key]) => !now.has(key)).map(([, row]) => row);
    states = now;
    if (!first) for (const { account, livemode } of [...changed, ...gone]) tell({ kind: 'connection', account, livemode });
  };
  const look = async (first: boolean): Promise<void> => {
    await lookAtObjects(first);
    await lookAtAccounts(first);
  };
  const start = (): void => {
    // One process has the embedded database: there is no other process to hear of.
    if (timer !== undefined || database.kind === 'embedded') return;
    let first = true;
    const poll = (): void => {
      // A database that is slower than the pace must not have looks pile up in front of it.
      if (isLooking) return;
      isLooking = true;
      looking = look(first)
        .then(() => {
          first = false;
        })
        .catch(() => {})
        .finally(() => {
          isLooking = false;
        });
    };
    poll();
    timer = setInterval(poll, pollMs);
    timer.unref();
  };
  const stop = (): void => {
    clearInterval(timer);
    timer = undefined;
  };
  return {
    tell,
    subscribe(listener) {
      listeners.add(listener);
      start();
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) stop();
      };
    },
    async close() {
      listeners.clear();
      stop();
      await endsWithin(CLOSING_MS, looking);
    },
  };
}
