import type { Database } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';

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

interface Seen {
  account: string;
  livemode: boolean;
  object: string;
  version: number;
  state: string;
}

/**
 * Every change moves a version number in `annex.streams`; whoever listens compares. That works on any PostgreSQL and across any
 * number of processes, without a session of its own.
 */
export function changeFeed(database: Database, pollMs: number): Feed {
  const listeners = new Set<(change: Change) => void>();
  const known = new Map<string, string>();
  let timer: NodeJS.Timeout | undefined;
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
  const look = async (first: boolean): Promise<void> => {
    const rows = await database.query<Seen>(
      `select s.account, s.livemode, s.object, s.version, c.state || coalesce(i.state, '') as state
       from annex.streams s join annex.connections c using (account, livemode) left join annex.imports i using (account, livemode)`,
    );
    for (const { account, livemode, object, version, state } of rows) {
      const key = `${account}/${livemode}/${object}`;
      const now = `${version}/${state}`;
      const before = known.get(key);
      known.set(key, now);
      if (first || before === now) continue;
      tell({ kind: 'objects', account, livemode, object });
      if (before?.split('/')[1] !== state) tell({ kind: 'import', account, livemode });
    }
  };
  const start = (): void => {
    // One process has the embedded database: there is no other process to hear of.
    if (timer !== undefined || database.kind === 'embedded') return;
    looking = look(true).catch(() => {});
    timer = setInterval(() => {
      looking = looking.then(() => look(false)).catch(() => {});
    }, pollMs);
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
      await looking;
    },
  };
}
