import { readdir, readFile } from 'node:fs/promises';
import type { Database } from '@annex/kit';

const FOLDER = new URL('../../migrations/', import.meta.url);

/**
 * Brings Lantern's own schema to this version, in one transaction and under a lock, after the kit has brought its own. Any number of
 * processes may start at once.
 */
export async function migrateLantern(database: Database): Promise<void> {
  const names = (await readdir(FOLDER)).filter((name) => /^\d{4}-.*\.sql$/.test(name)).sort();
  if (names.length === 0) throw new Error('Lantern is incomplete: its migrations are missing.');
  await database.transaction(async (tx) => {
    // The kit's own table is there already, so that it can be the lock for ours.
    await tx.query('lock table annex.migrations in access exclusive mode');
    await tx.query('create schema if not exists lantern');
    await tx.query('create table if not exists lantern.migrations (name text primary key)');
    const applied = new Set((await tx.query<{ name: string }>('select name from lantern.migrations')).map(({ name }) => name));
    const newer = [...applied].find((name) => !names.includes(name));
    if (newer !== undefined)
      throw new Error(`The database was changed by a newer Lantern (${newer}). Start that one, or use another database.`);
    for (const name of names.filter((one) => !applied.has(one))) {
      await tx.script(await readFile(new URL(name, FOLDER), 'utf8'));
      await tx.query('insert into lantern.migrations (name) values ($1)', [name]);
    }
  });
}
