import { freshDatabase } from '@annex/testkit/postgres';
import { afterAll, beforeAll, describe, inject } from 'vitest';
import { connectDatabase, type Database } from '../src/index.ts';

export interface Opened {
  /** The database of this group of tests: opened before them, closed after. */
  readonly current: Database;
}

/** The same tests on the embedded default and on a real PostgreSQL server. */
export function onEachDatabase(title: string, tests: (database: Opened, kind: 'embedded' | 'server') => void): void {
  describe(`${title} (embedded database)`, () => {
    const opened = open(
      () => connectDatabase({}),
      async () => {},
    );
    tests(opened, 'embedded');
  });
  const server = inject('postgres');
  describe.skipIf(server === null)(`${title} (PostgreSQL server)`, () => {
    let drop = async (): Promise<void> => {};
    const opened = open(
      async () => {
        const fresh = await freshDatabase(server!);
        drop = fresh.drop;
        return connectDatabase({ url: fresh.url });
      },
      () => drop(),
    );
    tests(opened, 'server');
  });
}

function open(connect: () => Promise<Database>, after: () => Promise<void>): Opened {
  let database: Database | undefined;
  beforeAll(async () => {
    database = await connect();
  });
  afterAll(async () => {
    await database?.close();
    await after();
  });
  return {
    get current() {
      return database!;
    },
  };
}
