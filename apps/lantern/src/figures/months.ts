import type { Query } from '@annex/kit';
import { monthsBetween } from '../design/months.ts';
import { lastDay } from '../ledger/calendar.ts';
import { type Kind, type Month, monthOf } from '../ledger/index.ts';
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
  select substr(day, 1, 7) as month, kind, sum(amount)::bigint as amount, count(*)::int as n,
    coalesce(sum(amount) filter (where at_start), 0)::bigint as from_start, count(*) filter (where at_start)::int as n_from_start,
    sum(case when before = 0 and after > 0 then 1 when before > 0 and after = 0 then -1 else 0 end)::int as appeared
  from lantern.movements where account = $1 and livemode = $2 group by 1, 2`;

interface Change {
  readonly month: string;
  readonly currency: string;
  readonly delta: number;
}

const CHANGES = `
  select month, currency, sum(delta)::bigint as delta from lantern.balance_changes where account = $1 and livemode = $2 group by 1, 2`;

/** The roll-forward, month by month, from the stored movements. Equal to what the ledger says of the same account (a test holds it). */
export function monthsFrom(sums: readonly Sum[], changes: readonly Change[], about: { rates: Rates; through: string }): Month[] {
  const { rates, through } = about;
  const first = [through, ...sums.map(({ month }) => month), ...changes.map(({ month }) => month)].sort()[0]!;
  const balances = new Map<string, number>();
  let [start, active] = [0, 0];
  return monthsBetween(first, through).map((month) => {
    for (const { currency, delta } of changes.filter((one) => one.month === month))
      balances.set(currency, (balances.get(currency) ?? 0) + delta);
    let end = 0;
    for (const [currency, amount] of balances) end += rates.convert(amount, currency, lastDay(month));
    const made = monthFrom(
      month,
      sums.filter((one) => one.month === month),
      { start, end, active },
    );
    [start, active] = [made.end, made.active];
    return made;
  });
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

export async function readMonths(on: Query, desk: Desk, about: { rates: Rates; today: string }): Promise<Month[]> {
  const key = [desk.account, desk.livemode];
  const sums = await on.query<Sum>(SUMS, key);
  const changes = await on.query<Change>(CHANGES, key);
  if (sums.length === 0 && changes.length === 0) return [];
  return monthsFrom(sums, changes, { rates: about.rates, through: monthOf(about.today) });
}
