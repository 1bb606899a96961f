import type { Query } from '@annex/kit';
import { monthsBetween } from '../design/months.ts';
import { lastDay } from '../ledger/calendar.ts';
import { type DayCount, type Kind, type Month, monthOf, trailingDays, trailingOf } from '../ledger/index.ts';
import type { Desk } from './desk.ts';
import type { Rates } from './rates.ts';

export const KINDS: readonly Kind[] = ['new', 'reactivation', 'expansion', 'contraction', 'churn'];

interface Sum {
  readonly month: string;
  readonly kind: Kind;
  readonly amount: number;
  readonly n: number;
  /** Of customers who had MRR when the month began. */
  readonly from_start: number;
  readonly n_from_start: number;
  /** Customers with MRR, gained less lost. */
  readonly appeared: number;
}

const SUMS = `
  select month, kind, sum(amount)::bigint as amount, sum(n)::int as n, sum(from_start)::bigint as from_start, sum(n_from_start)::int as n_from_start,
    sum(appeared)::int as appeared
  from lantern.month_sums where account = $1 and livemode = $2 and under & $3::smallint <> 0 group by 1, 2`;

interface Change {
  readonly month: string;
  readonly currency: string;
  readonly delta: number;
}

/** Per currency: of customers with others than the reporting currency, and of those who have only that one. */
const CHANGES = `
  select month, currency, sum(delta)::bigint as delta from (
    select month, currency, delta from lantern.month_balances where account = $1 and livemode = $2 and under & $3::smallint <> 0
    union all
    select month, $4, one_currency from lantern.month_sums where account = $1 and livemode = $2 and under & $3::smallint <> 0) changes
  group by 1, 2 having sum(delta) <> 0`;

/** The roll-forward, month by month, from the stored movements. Equal to what the ledger says of the same account (a test holds it). */
export function monthsFrom(sums: readonly Sum[], changes: readonly Change[], about: { rates: Rates; through: string }): Month[] {
  const { rates, through } = about;
  const first = [through, ...sums.map(({ month }) => month), ...changes.map(({ month }) => month)].sort()[0]!;
  const balances = new Map<string, number>();
  const [sumsOf, changesOf] = [byMonth(sums), byMonth(changes)];
  let [start, active] = [0, 0];
  return monthsBetween(first, through).map((month) => {
    for (const { currency, delta } of changesOf.get(month) ?? []) balances.set(currency, (balances.get(currency) ?? 0) + delta);
    let end = 0;
    for (const [currency, amount] of balances) end += rates.convert(amount, currency, lastDay(month));
    const made = monthFrom(month, sumsOf.get(month) ?? [], { start, end, active });
    [start, active] = [made.end, made.active];
    return made;
  });
}

function byMonth<T extends { readonly month: string }>(rows: readonly T[]): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    const own = found.get(row.month);
    if (own === undefined) found.set(row.month, [row]);
    else own.push(row);
  }
  return found;
}

function monthFrom(month: string, sums: readonly Sum[], { start, end, active }: { start: number; end: number; active: number }): Month {
  const of = (kind: Kind): Sum | undefined => sums.find((one) => one.kind === kind);
  const amounts = Object.fromEntries(KINDS.map((kind) => [kind, of(kind)?.amount ?? 0])) as Record<Kind, number>;
  const moved = KINDS.reduce((sum, kind) => sum + amounts[kind], 0);
  const lost = (kind: Kind): number => of(kind)?.from_start ?? 0;
  return {
    ...{ month, start, ...amounts, fx: end - start - moved, end },
    newCustomers: of('new')?.n ?? 0,
    reactivatedCustomers: of('reactivation')?.n ?? 0,
    churnedCustomers: of('churn')?.n ?? 0,
    active: active + sums.reduce((sum, { appeared }) => sum + appeared, 0),
    lostFromStart: {
      churned: of('churn')?.n_from_start ?? 0,
      churn: lost('churn'),
      contraction: lost('contraction'),
      expansion: lost('expansion'),
    },
    activeAtStart: active,
  };
}

const DAYS = `
  select day, sum((kind = 'new')::int)::int as "newCustomers", sum((kind = 'churn')::int)::int as "churnedCustomers",
    sum(case when after = amount and after > 0 then 1 when after = 0 and amount < 0 then -1 else 0 end)::int as appeared
  from lantern.counted_movements where account = $1 and livemode = $2 and under & $3::smallint <> 0 and day = any($4::text[]) group by 1`;

/** As the account is counted, or under other rules that books are kept for: `shown` is their bit. */
export async function readMonths(on: Query, desk: Desk, about: { rates: Rates; today: string; shown?: number }): Promise<Month[]> {
  const shown = about.shown ?? desk.shown;
  const key = [desk.account, desk.livemode, shown];
  const [sums, changes] = await Promise.all([on.query<Sum>(SUMS, key), on.query<Change>(CHANGES, [...key, desk.currency])]);
  if (sums.length === 0 && changes.length === 0) return [];
  const { rates, today } = about;
  const months = monthsFrom(sums, changes, { rates, through: monthOf(today) });
  if (desk.slots.find(({ bit }) => bit === shown)?.rules.churnRate !== 'of_start_and_new') return months;
  const days = trailingDays(
    months.map(({ month }) => month),
    today,
  );
  const counts = new Map((await on.query<DayCount & { day: string }>(DAYS, [...key, days])).map((one) => [one.day, one]));
  return months.map((month) => ({ ...month, trailing: trailingOf(month, counts, today) }));
}
