import { lastDay } from './calendar.ts';
import type { Month } from './months.ts';
import type { Movement } from './movements.ts';

/** Thirty days, up to a month's last day, or up to today in the month that runs. Customers. */
export interface Trailing {
  /** With MRR when they began. */
  readonly activeAtStart: number;
  readonly newCustomers: number;
  readonly churnedCustomers: number;
}

/** What the movements of a day come to. */
export interface DayCount {
  readonly newCustomers: number;
  readonly churnedCustomers: number;
  /** Customers with MRR, gained less lost. */
  readonly appeared: number;
}

const DAYS = 30;

function dayPlus(day: string, n: number): string {
  return new Date(Date.parse(day) + n * 86_400_000).toISOString().slice(0, 10);
}

/** The days by which the thirty differ from the month itself: those that come before it, or those at its beginning that are left out. */
function differing(month: string, today: string | undefined): { readonly sign: 1 | -1; readonly days: readonly string[] } {
  const last = lastDay(month);
  const end = today !== undefined && today < last ? today : last;
  const [begin, first] = [dayPlus(end, 1 - DAYS), `${month}-01`];
  const [from, until, sign] = begin < first ? ([begin, first, 1] as const) : ([first, begin, -1] as const);
  const days: string[] = [];
  for (let day: string = from; day < until; day = dayPlus(day, 1)) days.push(day);
  return { sign, days };
}

/** The days that must be counted for these months. */
export const trailingDays = (months: readonly string[], today?: string): string[] => [
  ...new Set(months.flatMap((month) => differing(month, today).days)),
];

export function trailingOf(month: Month, counts: ReadonlyMap<string, DayCount>, today?: string): Trailing {
  const { sign, days } = differing(month.month, today);
  const sum = (of: keyof DayCount): number => days.reduce((total, day) => total + (counts.get(day)?.[of] ?? 0), 0);
  return {
    activeAtStart: month.activeAtStart - sign * sum('appeared'),
    newCustomers: month.newCustomers + sign * sum('newCustomers'),
    churnedCustomers: month.churnedCustomers + sign * sum('churnedCustomers'),
  };
}

/** A customer more with MRR, one fewer, or as many. */
export const appears = ({ amount, after }: Pick<Movement, 'amount' | 'after'>): number =>
  after === amount && after > 0 ? 1 : after === 0 && amount < 0 ? -1 : 0;

export function countDays(movements: readonly Movement[]): Map<string, DayCount> {
  const counts = new Map<string, DayCount>();
  for (const movement of movements) {
    const known = counts.get(movement.day) ?? { newCustomers: 0, churnedCustomers: 0, appeared: 0 };
    counts.set(movement.day, {
      newCustomers: known.newCustomers + (movement.kind === 'new' ? 1 : 0),
      churnedCustomers: known.churnedCustomers + (movement.kind === 'churn' ? 1 : 0),
      appeared: known.appeared + appears(movement),
    });
  }
  return counts;
}
