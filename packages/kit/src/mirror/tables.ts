import { createHash } from 'node:crypto';
import type { Query } from '../postgres/database.ts';
import type { MirroredObject } from './mirrored-object.ts';

/** Raised when the common columns below change, so that existing databases are looked at again. */
const LAYOUT = 2;

/**
 * Makes every table of the mirror exist with its columns. Only ever adds: a column that is no longer declared stays. Skipped when
 * nothing changed since the last time, and always run under the lock of the migrations.
 */
export async function ensureTables(tx: Query, objects: readonly MirroredObject[]): Promise<void> {
  const declared = objects.map(({ object, table, columns }) => [object, table, columns ?? []]);
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([LAYOUT, declared]))
    .digest('hex');
  const found = await tx.query<{ fingerprint: string }>("select fingerprint from annex.shapes where name = 'tables'");
  if (found[0]?.fingerprint === fingerprint) return;
  for (const object of objects) await tx.script(tableSql(object));
  await tx.query(
    "insert into annex.shapes (name, fingerprint) values ('tables', $1) on conflict (name) do update set fingerprint = excluded.fingerprint",
    [fingerprint],
  );
}

/** The statements that make one table. Exported for the documentation and the set-up of distributed databases. */
export function tableSql({ object, table, columns = [] }: MirroredObject): string {
  const lines = [
    `create table if not exists mirror.${table} (
      account text not null,
      livemode boolean not null,
      id text not null,
      created bigint,
      deleted boolean not null default false,
      lo bigint not null,
      hi bigint not null,
      rank smallint not null default 1,
      dirty boolean not null default false,
      seen integer not null default 0,
      changed_ms bigint not null,
      data jsonb not null,
      primary key (account, livemode, id)
    );`,
    `create index if not exists ${table}_created on mirror.${table} (account, livemode, created);`,
    `comment on table mirror.${table} is 'Stripe object ${object}: data is the object as Stripe gave it; deleted rows keep only a stub';`,
    `comment on column mirror.${table}.lo is 'the stored state was current at an instant between lo and hi (ms, Stripe''s clock)';`,
    `comment on column mirror.${table}.dirty is 'two observations cannot be told apart by time: the object is being fetched again';`,
    `comment on column mirror.${table}.seen is 'counts observations, so that a fetch knows whether another one came in between';`,
  ];
  // Cheaper by far than the default; the server may have been built without it.
  lines.push(
    `do $$ begin execute 'alter table mirror.${table} alter column data set compression lz4'; exception when others then null; end $$;`,
  );
  for (const column of columns) {
    lines.push(`alter table mirror.${table} add column if not exists ${column} text generated always as (data->>'${column}') stored;`);
    lines.push(`create index if not exists ${table}_${column} on mirror.${table} (account, livemode, ${column});`);
  }
  return lines.join('\n');
}
