import type { Socket } from 'node:net';
import pg from 'pg';
import { endsWithin } from '../work/deadline.ts';
import { afterTheEnd, type Database, nameOfHot, type Query, type Row, withRetries } from './database.ts';

export interface ServerOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Connections kept by this process. */
  readonly connections: number;
  /** False behind a pooler in transaction mode, which cannot keep named statements. */
  readonly prepared: boolean;
  /** How long one statement, and the wait for a connection, may take (ms). Migrations may take longer. */
  readonly timeoutMs: number;
}

/** How long statements under way may go on once the database is being closed. */
const CLOSING_MS = 5_000;

const INT8 = 20;
const types = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : (pg.types.getTypeParser as (oid: number, format?: string) => (text: string) => unknown)(oid, format),
};

export async function connectServer(options: ServerOptions): Promise<Database> {
  const pool = new pg.Pool({
    connectionString: options.url,
    max: options.connections,
    application_name: 'annex',
    // A server that is gone without a word (a power cut, a network that drops packets) must not be waited for for ever.
    connectionTimeoutMillis: Math.min(30_000, options.timeoutMs),
    keepAlive: true,
    types: types as pg.CustomTypesConfig,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  const clients = new Set<pg.PoolClient>();
  pool.on('connect', (client) => {
    clients.add(client);
    // The same for one that breaks while a transaction holds it: its next statement fails, and that is enough.
    client.on('error', () => {});
  });
  pool.on('remove', (client) => clients.delete(client));
  const first = await pool.connect().catch(async (error: Error) => {
    await pool.end();
    throw new Error(
      `The database at ${withoutPassword(options.url)} cannot be reached: ${error.message || error.name}. Is it running, and is the URL right?`,
    );
  });
  first.release();

  const on = (client: pg.Pool | pg.PoolClient, scope = { open: true }): Query => ({
    async query<T = Row>(text: string, params: readonly unknown[] = []) {
      if (!scope.open) throw afterTheEnd();
      const name = options.prepared ? nameOfHot(text) : undefined;
      const asked = { text, values: params as unknown[], query_timeout: options.timeoutMs, ...(name === undefined ? {} : { name }) };
      const result = await client.query(asked);
      return result.rows as T[];
    },
    async script(text) {
      await client.query(text);
    },
  });

  const once = async <T>(work: (tx: Query) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    const scope = { open: true };
    const say = (text: string): Promise<unknown> => client.query({ text, query_timeout: options.timeoutMs } as pg.QueryConfig);
    let broken: Error | undefined;
    try {
      await say('begin');
      const result = await work(on(client, scope));
      await say('commit');
      return result;
    } catch (error) {
      scope.open = false;
      // A connection that does not answer, or on which even the rollback fails, must not go back to the pool.
      if (isTimeout(error)) broken = error as Error;
      else
        await say('rollback').catch((failed: Error) => {
          broken = failed;
        });
      throw error;
    } finally {
      scope.open = false;
      client.release(broken);
    }
  };

  return {
    kind: 'server',
    ...on(pool),
    transaction: (work) => withRetries(() => once(work)),
    async close() {
      if (await endsWithin(CLOSING_MS, pool.end())) return;
      for (const client of clients) (client as unknown as { connection: { stream: Socket } }).connection.stream.destroy();
    },
  };
}

/** The words of `pg`: it has no code for it. */
const isTimeout = (error: unknown): boolean => (error as Error).message === 'Query read timeout';

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    return parsed.toString();
  } catch {
    return 'the given URL (which is not a URL)';
  }
}
