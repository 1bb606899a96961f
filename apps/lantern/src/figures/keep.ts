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

/** From which day on a customer's rows are read. */
const OPENED: Columns<{ customer: string; since: string }> = { names: ['customer', 'since'], types: ['text', 'text'] };

/**
 * A customer's rows from a day on (`o`), by the index that begins with the customer. Left the choice, the planner takes the index of the
 * days or all of the account, because the statistics of a table that is just being filled are never true.
 */
const rowsSince = <T>(table: string, { names }: Columns<T>, more = ''): string =>
  `cross join lateral (select ${names.join(', ')}${more} from ${table} t
    where t.account = $1 and t.livemode = $2 and t.customer = o.customer and t.${names[1]} >= o.since offset 0) t`;

/** What is stored of some customers, from a day of each on: what lies before it is known to stay. */
export interface Stored {
  readonly movements: readonly CountedMovement[];
  readonly balances: readonly CountedBalance[];
  readonly from: ReadonlyMap<string, string>;
}

export async function readStored(on: Query, { account, livemode }: World, from: ReadonlyMap<string, string>): Promise<Stored> {
  const opened = [...from].map(([customer, since]) => ({ customer, since }));
  const read = <T>({ table, columns }: Kept<T>): Promise<T[]> =>
    on.query<T>(`select t.* from ${unnested(OPENED, 2)} o ${rowsSince(table, columns)}`, [account, livemode, ...columnsOf(OPENED, opened)]);
  return { movements: await read(KEPT_MOVEMENTS), balances: await read(KEPT_BALANCES), from };
}

/** Rows that go and rows that come, where one set replaces another. Most of a customer's past stays as it is. */
function turn<T extends object>({ columns, key }: Kept<T>, old: readonly T[], fresh: readonly T[]): Turn<T> {
  if (old.length === 0) return { gone: [], come: fresh };
  const placeOf = (row: T): string => key.names.map((name) => row[name]).join(' ');
  const there = new Map(old.map((row) => [placeOf(row), row]));
  const come = fresh.filter((row) => {
    const place = placeOf(row);
    const stands = there.get(place);
    const stays = stands !== undefined && columns.names.every((name) => stands[name] === row[name]);
    if (stays) there.delete(place);
    return !stays;
  });
  return { gone: [...there.values()], come };
}

async function replace<T>(tx: Query, { account, livemode }: World, { kept, turned }: { kept: Kept<T>; turned: Turn<T> }): Promise<void> {
  const { table, columns, key } = kept;
  if (turned.gone.length > 0) {
    const row = (of: string): string => `(${key.names.map((name) => `${of}.${name}`).join(', ')})`;
    await tx.query(
      `with g as (select * from ${unnested(key, 2)} given) delete from ${table} where ctid = any(array(
         select t.ctid from (select customer, min(${key.names[1]}) as since from g group by 1) o ${rowsSince(table, key, ', ctid')}
         join g on ${row('g')} = ${row('t')}))`,
      [account, livemode, ...columnsOf(key, turned.gone)],
    );
  }
  if (turned.come.length > 0) {
    await tx.query(
      `insert into ${table} (account, livemode, ${columns.names.join(', ')}) select $1, $2, * from ${unnested(columns, 2)} come`,
      [account, livemode, ...columnsOf(columns, turned.come)],
    );
  }
}

const INSERT_BOOKS = `
  insert into lantern.counted_books (account, livemode, customer, under, minds, seal, through_ms, next_at, mrr, ending, ends_at, currencies, first_day, last_day, subscriptions, reconstructed, invoices_ms, tax_unknown)
  select $1, $2, b.customer, b.under, b.minds, b.seal, b.through_ms, b.next_at, b.mrr, b.ending, b.ends_at, b.currencies, b.first_day, b.last_day, b.subscriptions, b.reconstructed, b.invoices_ms, b.tax_unknown
  from jsonb_to_recordset($3::jsonb) as b(customer text, under smallint, minds smallint, seal text, through_ms bigint, next_at bigint, mrr bigint, ending bigint, ends_at bigint,
    currencies text[], first_day text, last_day text, subscriptions integer, reconstructed boolean, invoices_ms bigint, tax_unknown boolean)`;

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
