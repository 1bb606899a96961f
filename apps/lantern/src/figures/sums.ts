import type { Query } from '@annex/kit';
import { appears, monthOf } from '../ledger/index.ts';
import { type Columns, columnsOf, unnested } from './columns.ts';
import type { CountedBalance, CountedMovement } from './counted.ts';

/** Rows that go, and rows that come. */
export interface Turn<T> {
  readonly gone: readonly T[];
  readonly come: readonly T[];
}

/** A row of `lantern.month_sums`. */
interface MonthSum {
  readonly month: string;
  readonly kind: string;
  readonly under: number;
  amount: number;
  n: number;
  from_start: number;
  n_from_start: number;
  appeared: number;
  one_currency: number;
}

const SUMS: Columns<MonthSum> = {
  names: ['month', 'kind', 'under', 'amount', 'n', 'from_start', 'n_from_start', 'appeared', 'one_currency'],
  types: ['text', 'text', 'smallint', 'bigint', 'bigint', 'bigint', 'bigint', 'bigint', 'bigint'],
};

/** A row of `lantern.month_balances`. */
interface MonthBalance {
  readonly month: string;
  readonly currency: string;
  readonly under: number;
  delta: number;
  n: number;
}

const BALANCES: Columns<MonthBalance> = {
  names: ['month', 'currency', 'under', 'delta', 'n'],
  types: ['text', 'text', 'smallint', 'bigint', 'bigint'],
};

function movedSums({ gone, come }: Turn<CountedMovement>): MonthSum[] {
  const sums = new Map<string, MonthSum>();
  const add = (row: CountedMovement, sign: 1 | -1): void => {
    const { kind, under, amount } = row;
    const key = `${row.day.slice(0, 7)} ${kind} ${under}`;
    let sum = sums.get(key);
    if (sum === undefined) {
      sum = { month: monthOf(row.day), kind, under, amount: 0, n: 0, from_start: 0, n_from_start: 0, appeared: 0, one_currency: 0 };
      sums.set(key, sum);
    }
    sum.n += sign;
    sum.amount += sign * amount;
    sum.appeared += sign * appears(row);
    if (row.at_start) [sum.from_start, sum.n_from_start] = [sum.from_start + sign * amount, sum.n_from_start + sign];
    if (row.currency !== null) sum.one_currency += sign * amount;
  };
  for (const row of gone) add(row, -1);
  for (const row of come) add(row, 1);
  return [...sums.values()];
}

function movedBalances({ gone, come }: Turn<CountedBalance>): MonthBalance[] {
  const sums = new Map<string, MonthBalance>();
  const add = ({ month, currency, under, delta }: CountedBalance, sign: 1 | -1): void => {
    const key = `${month} ${currency} ${under}`;
    const sum = sums.get(key) ?? { month, currency, under, delta: 0, n: 0 };
    sums.set(key, sum);
    sum.delta += sign * delta;
    sum.n += sign;
  };
  for (const row of gone) add(row, -1);
  for (const row of come) add(row, 1);
  return [...sums.values()];
}

interface Summed<T> {
  readonly table: string;
  readonly columns: Columns<T>;
  /** How many of the columns tell one row from another. */
  readonly keys: number;
}

async function add<T>(
  tx: Query,
  key: readonly unknown[],
  { table, columns, keys, rows }: Summed<T> & { rows: readonly T[] },
): Promise<void> {
  if (rows.length === 0) return;
  const own = table.split('.')[1];
  const added = columns.names.slice(keys).map((name) => `${name} = ${own}.${name} + excluded.${name}`);
  await tx.query(
    `insert into ${table} (account, livemode, ${columns.names.join(', ')}) select $1, $2, * from ${unnested(columns, 2)} added
     on conflict (account, livemode, ${columns.names.slice(0, keys).join(', ')}) do update set ${added.join(', ')}`,
    [...key, ...columnsOf(columns, rows)],
  );
  await tx.query(`delete from ${table} where account = $1 and livemode = $2 and n = 0`, [...key]);
}

/** Keeps the sums of the months in step with the rows. The desk must be locked: two of these at once would wait for each other. */
export async function addSums(
  tx: Query,
  world: { account: string; livemode: boolean },
  { movements, balances }: { movements: Turn<CountedMovement>; balances: Turn<CountedBalance> },
): Promise<void> {
  const key = [world.account, world.livemode];
  await add(tx, key, { table: 'lantern.month_sums', columns: SUMS, keys: 3, rows: movedSums(movements) });
  await add(tx, key, { table: 'lantern.month_balances', columns: BALANCES, keys: 3, rows: movedBalances(balances) });
}
