import { AsyncLocalStorage } from 'node:async_hooks';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { Worker } from 'node:worker_threads';
import { endsWithin } from '../work/deadline.ts';
import { afterTheEnd, type Database, type Query, type Row, withRetries } from './database.ts';
import { lockFolder } from './folder-lock.ts';

/** How long work under way may go on once the database is being closed. What it had committed is kept. */
const CLOSING_MS = 10_000;

interface Answer {
  id?: number;
  ready?: boolean;
  rows?: Row[];
  error?: { message: string; code?: string; detail?: string };
}

/** The database is a WebAssembly PostgreSQL in a worker thread, spoken to by messages. One connection, one process. */
export async function connectEmbedded(folder: string | undefined): Promise<Database> {
  const place = folder === undefined ? undefined : resolve(folder);
  const unlock = place === undefined ? async () => {} : await lockFolder(place);
  try {
    if (place !== undefined) await mkdir(join(place, 'postgres'), { recursive: true });
    const thread = await startThread(place === undefined ? undefined : join(place, 'postgres'));
    return overThread(thread, place, unlock);
  } catch (error) {
    await unlock();
    throw error;
  }
}

interface Thread {
  ask(kind: 'query' | 'script' | 'close', text: string, params?: readonly unknown[]): Promise<Row[]>;
  end(): Promise<void>;
}

async function startThread(folder: string | undefined): Promise<Thread> {
  const worker = new Worker(new URL('../../embedded/worker.mjs', import.meta.url), { workerData: { folder } });
  const waiting = new Map<number, { done(rows: Row[]): void; failed(error: Error): void }>();
  let next = 1;
  let gone: Error | undefined;

  const failAll = (error: Error): void => {
    gone = error;
    for (const { failed } of waiting.values()) failed(error);
    waiting.clear();
  };
  await new Promise<void>((started, failed) => {
    worker.once('message', (answer: Answer) =>
      answer.ready ? started() : failed(new Error(`The embedded database did not start: ${answer.error?.message}`)),
    );
    worker.once('error', failed);
  });
  worker.on('error', (error) => failAll(error instanceof Error ? error : new Error(String(error))));
  worker.on('exit', () => failAll(gone ?? new Error('The embedded database is closed.')));
  worker.on('message', ({ id, rows, error }: Answer) => {
    const asked = waiting.get(id ?? 0);
    waiting.delete(id ?? 0);
    if (waiting.size === 0) worker.unref();
    if (error === undefined) asked?.done(rows ?? []);
    else asked?.failed(Object.assign(new Error(error.message), error));
  });
  worker.unref();

  return {
    ask: (kind, text, params = []) =>
      new Promise((done, failed) => {
        if (gone !== undefined) return failed(gone);
        const id = next++;
        waiting.set(id, { done, failed });
        // Held while an answer is due; idle, it must not keep the process alive.
        worker.ref();
        worker.postMessage({ id, kind, text, params });
      }),
    end: async () => {
      gone ??= new Error('The embedded database is closed.');
      await worker.terminate();
    },
  };
}

function overThread(thread: Thread, folder: string | undefined, unlock: () => Promise<void>): Database {
  const inside = new AsyncLocalStorage<{ open: boolean }>();
  let last: Promise<unknown> = Promise.resolve();
  // There is one connection: whoever wants it queues, and a transaction holds it from begin to commit.
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    if (inside.getStore()?.open) {
      return Promise.reject(new Error('A query was sent to the database from inside a transaction: use the query of the transaction.'));
    }
    const mine = last.then(work, work);
    last = mine.catch(() => {});
    return mine;
  };
  const direct: Query = {
    query: async <T = Row>(text: string, params?: readonly unknown[]) => (await thread.ask('query', text, params)) as T[],
    script: async (text) => void (await thread.ask('script', text)),
  };
  const once = <T>(work: (tx: Query) => Promise<T>): Promise<T> =>
    inTurn(async () => {
      await direct.query('begin');
      const scope = { open: true };
      try {
        const guarded: Query = {
          query: (text, params) => (scope.open ? direct.query(text, params) : Promise.reject(afterTheEnd())),
          script: (text) => (scope.open ? direct.script(text) : Promise.reject(afterTheEnd())),
        };
        const result = await inside.run(scope, () => work(guarded));
        await direct.query('commit');
        return result;
      } catch (error) {
        scope.open = false;
        await direct.query('rollback').catch(() => {});
        throw error;
      } finally {
        scope.open = false;
      }
    });
  let closing: Promise<void> | undefined;
  return {
    kind: 'embedded',
    notice: `embedded database (${folder ?? 'in memory, nothing is kept'}): single process, for development. Set DATABASE_URL to use a PostgreSQL server.`,
    query: <T = Row>(text: string, params?: readonly unknown[]) => inTurn(() => direct.query<T>(text, params)),
    script: (text) => inTurn(() => direct.script(text)),
    transaction: (work) => withRetries(() => once(work)),
    close() {
      closing ??= endsWithin(
        CLOSING_MS,
        inTurn(async () => void (await thread.ask('close', ''))),
      )
        .then(() => thread.end())
        .then(unlock);
      return closing;
    },
  };
}
