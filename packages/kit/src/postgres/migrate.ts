import { readdir, readFile } from 'node:fs/promises';
import { codeOf, type Database, NOW_MS, type Query } from './database.ts';

const FOLDER = new URL('../../migrations/', import.meta.url);

interface Migration {
  readonly number: number;
  readonly name: string;
  readonly sql: string;
}

/**
 * Brings the database to this version: applies what is missing, in one transaction and under a table lock, so that any number
 * of processes may start at once. `then` runs in the same transaction (the mirror's tables, which follow the registrations).
 * Refuses a database that a newer version has already changed.
 */
export async function migrate(database: Database, then: (tx: Query) => Promise<void> = async () => {}): Promise<number[]> {
  const known = await readMigrations();
  await firstTable(database);
  return database.transaction(async (tx) => {
    await tx.query('lock table annex.migrations in access exclusive mode');
    const applied = await tx.query<{ number: number; name: string }>('select number, name from annex.migrations order by number');
    refuseNewer(applied, known);
    const missing = known.filter(({ number }) => !applied.some((one) => one.number === number));
    for (const { number, name, sql } of missing) {
      await tx.script(sql);
      await tx.query(`insert into annex.migrations (number, name, applied_ms) values ($1, $2, ${NOW_MS})`, [number, name]);
    }
    await then(tx);
    return missing.map(({ number }) => number);
  });
}

async function readMigrations(): Promise<Migration[]> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
  if (names.length === 0) throw new Error(`No migrations were found in ${FOLDER.pathname}: the package is incomplete.`);
  return Promise.all(
    names.map(async (name) => ({ number: Number(name.slice(0, 4)), name, sql: await readFile(new URL(name, FOLDER), 'utf8') })),
  );
}

/** `if not exists` is not safe against two processes at the same instant: the loser simply looks again. */
async function firstTable(database: Database): Promise<void> {
  for (let tries = 1; ; tries++) {
    try {
      const found = await database.query("select to_regclass('annex.migrations') as there");
      if (found[0]?.there) return;
      await database.query('create schema if not exists annex');
      await database.query(
        'create table if not exists annex.migrations (number integer primary key, name text not null, applied_ms bigint not null)',
      );
      return;
    } catch (error) {
      if (tries >= 10 || !['23505', '42P06', '42P07', 'XX000'].includes(codeOf(error))) throw error;
    }
  }
}

function refuseNewer(applied: { number: number; name: string }[], known: Migration[]): void {
  const newer = applied.find(({ number }) => number > (known.at(-1)?.number ?? 0));
  if (newer === undefined) return;
  throw new Error(
    `The database was changed by a newer version (migration ${newer.name}; this version knows ${known.length}). Start the newer version, or use another database.`,
  );
}
