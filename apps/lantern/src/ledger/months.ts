import { type Calendar, lastDay, monthOf, nextMonth } from './calendar.ts';
import type { Convert, Kind, Movement } from './movements.ts';
import type { LedgerRow } from './rows.ts';
import type { Trailing } from './trailing.ts';

/** A month of the roll-forward: start + new + reactivation + expansion + contraction + churn + fx = end, always. Losses are negative. */
export interface Month extends Readonly<Record<Kind, number>> {
  /** `2026-01` */
  readonly month: string;
  readonly start: number;
  /** What exchange rates did: the residual, and nothing where there is one currency. */
  readonly fx: number;
  readonly end: number;
  readonly newCustomers: number;
  readonly reactivatedCustomers: number;
  readonly churnedCustomers: number;
  /** Customers with MRR at the end. */
  readonly active: number;
  /** Lost from customers who were there at the start: what the rates are computed from. */
  readonly lostFromStart: { readonly churned: number; readonly churn: number; readonly contraction: number; readonly expansion: number };
  readonly activeAtStart: number;
  /** Where the rules look at thirty days. */
  readonly trailing?: Trailing;
}

const KINDS: readonly Kind[] = ['new', 'reactivation', 'expansion', 'contraction', 'churn'];

/** Balances at the ends of months, at the rate of the month's last day, from the rows themselves. */
function balances(
  rows: readonly LedgerRow[],
  months: readonly string[],
  given: { calendar: Calendar; convert: Convert },
): Map<string, number> {
  const perCurrency = new Map<string, number>();
  const ends = new Map<string, number>();
  let index = 0;
  for (const month of months) {
    for (; index < rows.length && monthOf(given.calendar.day(rows[index]!.at)) <= month; index++) {
      const row = rows[index]!;
      perCurrency.set(row.currency, (perCurrency.get(row.currency) ?? 0) + row.mrr - row.before);
    }
    let end = 0;
    for (const [currency, amount] of perCurrency) end += given.convert(amount, currency, lastDay(month));
    ends.set(month, end);
  }
  return ends;
}

export interface Span {
  readonly calendar: Calendar;
  readonly convert: Convert;
  /** The first month, and the last one to close. */
  readonly from: string;
  readonly through: string;
}

/** Every month of the span, those without changes included. */
export function monthsOf(rows: readonly LedgerRow[], movements: readonly Movement[], options: Span): Month[] {
  const { from, through } = options;
  const names: string[] = [];
  for (let month = from; month <= through; month = nextMonth(month)) names.push(month);
  const ends = balances(rows, names, options);
  const byMonth = new Map<string, Movement[]>();
  for (const movement of movements) {
    const list = byMonth.get(monthOf(movement.day));
    if (list === undefined) byMonth.set(monthOf(movement.day), [movement]);
    else list.push(movement);
  }
  const active = new Set<string>();
  let start = 0;
  return names.map((name) => {
    const month = close(name, byMonth.get(name) ?? [], { start, end: ends.get(name)!, active });
    start = month.end;
    return month;
  });
}

function close(name: string, movements: readonly Movement[], given: { start: number; end: number; active: Set<string> }): Month {
  const { start, end, active } = given;
  const atStart = new Set(active);
  const sums = Object.fromEntries(KINDS.map((kind) => [kind, 0])) as Record<Kind, number>;
  const counts = { new: 0, reactivation: 0, churn: 0 };
  const lost = { churned: 0, churn: 0, contraction: 0, expansion: 0 };
  for (const { kind, amount, after, customer } of movements) {
    sums[kind] += amount;
    if (kind === 'new' || kind === 'reactivation' || kind === 'churn') counts[kind] += 1;
    if (atStart.has(customer) && (kind === 'churn' || kind === 'contraction' || kind === 'expansion')) lost[kind] += amount;
    if (atStart.has(customer) && kind === 'churn') lost.churned += 1;
    if (after > 0) active.add(customer);
    else active.delete(customer);
  }
  const moved = KINDS.reduce((sum, kind) => sum + sums[kind], 0);
  return {
    month: name,
    start,
    ...sums,
    fx: end - start - moved,
    end,
    newCustomers: counts.new,
    reactivatedCustomers: counts.reactivation,
    churnedCustomers: counts.churn,
    active: active.size,
    lostFromStart: lost,
    activeAtStart: atStart.size,
  };
}

/** Rates of a month, as fractions; null where they are undefined. */
export interface Rates {
  readonly customerChurn: number | null;
  readonly grossMrrChurn: number | null;
  readonly netMrrChurn: number | null;
  readonly quickRatio: number | null;
  readonly arpu: number | null;
}

const over = (top: number, bottom: number): number | null => (bottom === 0 ? null : top / bottom);

/** Who left, as a share. Of those there at the start only they are counted, so that it never passes 100 %. */
export function churnOf({ lostFromStart, activeAtStart, trailing }: Month): readonly [left: number, there: number] {
  return trailing === undefined
    ? [lostFromStart.churned, activeAtStart]
    : [trailing.churnedCustomers, trailing.activeAtStart + trailing.newCustomers];
}

export function ratesOf(month: Month): Rates {
  const { lostFromStart: lost, start } = month;
  return {
    customerChurn: over(...churnOf(month)),
    grossMrrChurn: over(-(lost.churn + lost.contraction), start),
    netMrrChurn: over(-(lost.churn + lost.contraction + lost.expansion), start),
    quickRatio: over(month.new + month.reactivation + month.expansion, -(month.contraction + month.churn)),
    arpu: over(month.end, month.active),
  };
}
