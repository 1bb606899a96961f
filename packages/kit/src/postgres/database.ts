/** A row as it comes back: `int8` as a number, `jsonb` parsed, `text` and `numeric` as strings. */
// biome-ignore lint/suspicious/noExplicitAny: the statement, not TypeScript, knows its columns; callers name them in `query<T>`
export type Row = Record<string, any>;

/** Where statements go: the database itself, or one open transaction. */
export interface Query {
  /** One statement with `$1, $2 …` parameters. Never several statements, never session state. */
  query<T = Row>(text: string, params?: readonly unknown[]): Promise<T[]>;
  /** Several statements without parameters; for migrations only. */
  script(text: string): Promise<void>;
}

export interface Database extends Query {
  /** `server`: a PostgreSQL reached by URL, shared by any number of processes. `embedded`: this process only. */
  readonly kind: 'server' | 'embedded';
  /** What the person who started it should read, if anything. One line. */
  readonly notice?: string;
  /**
   * Runs `work` in one transaction and commits what it did, or nothing. After a deadlock or a serialization failure the whole
   * of `work` runs again (at most 5 times), so it must do nothing that cannot be repeated.
   */
  transaction<T>(work: (tx: Query) => Promise<T>): Promise<T>;
  close(): Promise<void>;
}

/** Statements sent often: the server keeps their plan under this name for each pooled connection. */
const hotStatements = new Map<string, string>();

/**
 * Marks a statement as sent often. Returns the text unchanged, so that the text itself stays the key. Only for plain inserts: a plan
 * that was kept from when a queue was empty reads the whole table for ever after (measured: 1,600 events/s instead of 13,000).
 */
export function hot(text: string): string {
  if (!hotStatements.has(text)) hotStatements.set(text, `annex_${hotStatements.size + 1}`);
  return text;
}

export const nameOfHot = (text: string): string | undefined => hotStatements.get(text);

/** The database's own clock in milliseconds: leases and due times of several machines must not depend on their clocks. */
export const NOW_MS = '(extract(epoch from statement_timestamp()) * 1000)::bigint';

/**
 * Makes this transaction read queues by their index, in its order. Left to itself the planner sorts the whole backlog for every
 * batch, because the statistics of a table that fills and empties are never true (measured: 640 events/s instead of 13,000).
 */
export async function byIndex(tx: Query): Promise<void> {
  await tx.query(
    // Without `jit` off, the cost that stands for "not so" would have every statement compiled first.
    "select set_config('enable_seqscan', 'off', true), set_config('enable_bitmapscan', 'off', true), set_config('enable_sort', 'off', true), set_config('jit', 'off', true)",
  );
}

/** Work that was given up (see `work/deadline.ts`) may still be running: it must not write outside of its transaction. */
export const afterTheEnd = (): Error => new Error('The transaction has ended: nothing more can be done in it.');

const RETRIED = new Set(['40P01', '40001']);

/** Runs one whole transaction again when PostgreSQL asks for it (deadlock, serialization failure). */
export async function withRetries<T>(attempt: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    try {
      return await attempt();
    } catch (error) {
      if (tries >= 5 || !RETRIED.has(codeOf(error))) throw error;
    }
  }
}

export const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code ?? '');
