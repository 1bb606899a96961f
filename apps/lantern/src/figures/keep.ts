import type { Query } from '@annex/kit';
import { type Columns, columnsOf, unnested } from './columns.ts';
import type { Counted, CountedBalance, CountedMovement } from './counted.ts';
import { dayOf, type Seals } from './seal.ts';
import { addSums, type Turn } from './sums.ts';

interface World {
  readonly account: string;
  readonly livemode: boolean;
}

const MOVEMENTS: Columns<CountedMovement> = {
  names: ['customer', 'day', 'under', 'kind', 'amount', 'after', 'reason', 'because', 'reconstructed', 'at_start', 'currency'],
  types: ['text', 'text', 'smallint', 'text', 'bigint', 'bigint', 'text', 'text', 'boolean', 'boolean', 'text'],
};

const BALANCES: Columns<CountedBalance> = {
  names: ['customer', 'month', 'currency', 'under', 'delta'],
  types: ['text', 'text', 'text', 'smallint', 'bigint'],
};

/** A table of rows that are replaced by what follows from a history now, and what makes one row. */
interface Kept<T> {
  readonly table: string;
  readonly columns: Columns<T>;
  readonly key: Columns<T>;
}

const keyOf = <T>(columns: Columns<T>, names: readonly (keyof T & string)[]): Columns<T> => ({
  names,
  types: names.map((name) => columns.types[columns.names.indexOf(name)]!),
});

const KEPT_MOVEMENTS: Kept<CountedMovement> = {
  ...{ table: 'lantern.counted_movements', columns: MOVEMENTS, key: keyOf(MOVEMENTS, ['customer', 'day', 'under']) },
};
const KEPT_BALANCES: Kept<CountedBalance> = {
  ...{ table: 'lantern.counted_balances', columns: BALANCES, key: keyOf(BALANCES, ['customer', 'month', 'currency', 'under']) },
};

/** What is stored of some customers, from a day of each on: what lies before it is known to stay. */
export interface Stored {
  readonly movements: readonly CountedMovement[];
  readonly balances: readonly CountedBalance[];
  readonly from: ReadonlyMap<string, string>;
}

export async function readStored(on: Query, { account, livemode }: World, from: ReadonlyMap<string, string>): Promise<Stored> {
  const read = async <T>({ table, columns }: Kept<T>): Promise<T[]> => {
    const found: T[] = [];
    // Nearly all have the same day.
    for (const day of new Set(from.values())) {
      const customers = [...from.keys()].filter((customer) => from.get(customer) === day);
      const since = `customer = any($3::text[]) and ${columns.names[1]} >= $4`;
      const select = `select ${columns.names.join(', ')} from ${table} where account = $1 and livemode = $2 and ${since}`;
      for (const row of await on.query<T>(select, [account, livemode, customers, day])) found.push(row);
    }
    return found;
  };
  return { movements: await read(KEPT_MOVEMENTS), balances: await read(KEPT_BALANCES), from };
}

/** Rows that go and rows that come, where one set replaces another. Most of a customer's past stays as it is. */
function turn<T>({ columns }: Pick<Kept<T>, 'columns'>, old: readonly T[], fresh: readonly T[]): Turn<T> {
  if (old.length === 0) return { gone: [], come: fresh };
  const textOf = (row: T): string => JSON.stringify(columns.names.map((name) => row[name]));
  const there = new Map(old.map((row) => [textOf(row), row]));
  const come = fresh.filter((row) => !there.delete(textOf(row)));
  return { gone: [...there.values()], come };
}

async function replace<T>(tx: Query, { account, livemode }: World, { kept, turned }: { kept: Kept<T>; turned: Turn<T> }): Promise<void> {
  const { table, columns, key } = kept;
  if (turned.gone.length > 0) {
    const same = key.names.map((name) => `t.${name} = g.${name}`).join(' and ');
    // Said twice, so that they are looked up by the index: alone, the rows to be deleted are joined with all of the account.
    const second = key.names[1]!;
    const near = `t.customer = any($3::text[]) and t.${second} >= (select min(one) from unnest($4::text[]) one)`;
    await tx.query(
      `delete from ${table} t using ${unnested(key, 2)} as g(${key.names.join(', ')}) where t.account = $1 and t.livemode = $2 and ${near} and ${same}`,
      [account, livemode, ...columnsOf(key, turned.gone)],
    );
  }
  if (turned.come.length > 0) {
    await tx.query(`insert into ${table} (account, livemode, ${columns.names.join(', ')}) select $1, $2, * from ${unnested(columns, 2)}`, [
      ...[account, livemode, ...columnsOf(columns, turned.come)],
    ]);
  }
}

const INSERT_BOOKS = `
  insert into lantern.counted_books (account, livemode, customer, under, minds, seal, through_ms, next_at, mrr, ending, ends_at, currencies, first_day, last_day, subscriptions, reconstructed)
  select $1, $2, b.customer, b.under, b.minds, b.seal, b.through_ms, b.next_at, b.mrr, b.ending, b.ends_at, b.currencies, b.first_day, b.last_day, b.subscriptions, b.reconstructed
  from jsonb_to_recordset($3::jsonb) as b(customer text, under smallint, minds smallint, seal text, through_ms bigint, next_at bigint, mrr bigint, ending bigint, ends_at bigint,
    currencies text[], first_day text, last_day text, subscriptions integer, reconstructed boolean)`;

/** Replaces what is stored of these customers by what was counted, and keeps the sums of the months in step. */
export async function keepCounted(
  tx: Query,
  world: World,
  given: { counted: readonly Counted[]; stored: Stored; seals: Seals; through: ReadonlyMap<string, number> },
): Promise<void> {
  const { counted, stored, seals, through } = given;
  const key = [world.account, world.livemode];
  const ours = new Set(counted.map(({ customer }) => customer));
  const of = <T extends { readonly customer: string }>(rows: readonly T[]): T[] => rows.filter(({ customer }) => ours.has(customer));
  const open = <T extends CountedMovement | CountedBalance>(rows: readonly T[]): T[] =>
    rows.filter((row) => dayOf(row) >= (stored.from.get(row.customer) ?? ''));
  const movements = turn(
    KEPT_MOVEMENTS,
    of(stored.movements),
    counted.flatMap((one) => open(one.movements)),
  );
  const balances = turn(
    KEPT_BALANCES,
    of(stored.balances),
    counted.flatMap((one) => open(one.balances)),
  );
  await replace(tx, world, { kept: KEPT_MOVEMENTS, turned: movements });
  await replace(tx, world, { kept: KEPT_BALANCES, turned: balances });
  await addSums(tx, world, { movements, balances });
  const books = counted.flatMap((one) =>
    one.books.map((book) => ({ ...book, seal: seals.get(one.customer)!, through_ms: through.get(one.customer) ?? 0 })),
  );
  await tx.query('delete from lantern.counted_books where account = $1 and livemode = $2 and customer = any($3::text[])', [
    ...key,
    [...ours],
  ]);
  await tx.query(INSERT_BOOKS, [...key, JSON.stringify(books)]);
}
