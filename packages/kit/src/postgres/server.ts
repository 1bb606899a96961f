import pg from 'pg';
import { type Database, nameOfHot, type Query, type Row, withRetries } from './database.ts';

export interface ServerOptions {
  /** `postgres://user:password@host:port/database` */
  readonly url: string;
  /** Connections kept by this process. */
  readonly connections: number;
  /** False behind a pooler in transaction mode, which cannot keep named statements. */
  readonly prepared: boolean;
}

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
    types: types as pg.CustomTypesConfig,
  });
  // An idle connection that breaks is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => {});
  const first = await pool.connect().catch(async (error: Error) => {
    await pool.end();
    throw new Error(
      `The database at ${withoutPassword(options.url)} cannot be reached: ${error.message || error.name}. Is it running, and is the URL right?`,
    );
  });
  first.release();

  const on = (client: pg.Pool | pg.PoolClient): Query => ({
    async query<T = Row>(text: string, params: readonly unknown[] = []) {
      const name = options.prepared ? nameOfHot(text) : undefined;
      const result = await client.query({ text, values: params as unknown[], ...(name === undefined ? {} : { name }) });
      return result.rows as T[];
    },
    async script(text) {
      await client.query(text);
    },
  });

  const once = async <T>(work: (tx: Query) => Promise<T>): Promise<T> => {
    const client = await pool.connect();
    let broken: Error | undefined;
    try {
      await client.query('begin');
      const result = await work(on(client));
      await client.query('commit');
      return result;
    } catch (error) {
      // A connection on which even the rollback fails must not go back to the pool.
      await client.query('rollback').catch((failed: Error) => {
        broken = failed;
      });
      throw error;
    } finally {
      client.release(broken);
    }
  };

  return {
    kind: 'server',
    ...on(pool),
    transaction: (work) => withRetries(() => once(work)),
    close: () => pool.end(),
  };
}

function withoutPassword(url: string): string {
  try {
    const parsed = new URL(url);
    if (parsed.password !== '') parsed.password = '***';
    return parsed.toString();
  } catch {
    return 'the given URL (which is not a URL)';
  }
}
