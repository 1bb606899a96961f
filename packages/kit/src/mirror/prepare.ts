import type { Database } from '../postgres/database.ts';
import { migrate } from '../postgres/migrate.ts';
import { mirroredObjects } from './objects/index.ts';
import { ensureTables } from './tables.ts';
import { ensureViews } from './views.ts';

/** Brings a database to this version: migrations, then the mirror's tables and views. Answers the migrations that were applied. */
export function prepare(database: Database): Promise<number[]> {
  return migrate(database, async (tx) => {
    await ensureTables(tx, mirroredObjects);
    await ensureViews(tx, mirroredObjects);
  });
}
