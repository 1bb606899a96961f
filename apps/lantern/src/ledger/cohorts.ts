import { monthOf, nextMonth } from './calendar.ts';
import type { Movement } from './movements.ts';

/** Customers by the month of their first MRR: how many, and how much of it, is there at each later month's end. */
export interface Cohort {
  readonly month: string;
  readonly customers: number;
  /** By months since: 0 is the end of the first month. */
  readonly remaining: readonly { readonly customers: number; readonly mrr: number }[];
}

export function cohortsOf(movements: readonly Movement[], through: string): Cohort[] {
  const first = new Map<string, string>();
  const ends = new Map<string, Map<string, number>>();
  for (const { customer, day, kind, after } of movements) {
    const month = monthOf(day);
    if (kind === 'new') first.set(customer, month);
    const line = ends.get(customer) ?? new Map<string, number>();
    line.set(month, after);
    ends.set(customer, line);
  }
  const cohorts = new Map<string, string[]>();
  for (const [customer, month] of first) cohorts.set(month, [...(cohorts.get(month) ?? []), customer]);
  return [...cohorts.entries()]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([month, members]) => {
      const now = new Map(members.map((customer) => [customer, 0]));
      const remaining: { customers: number; mrr: number }[] = [];
      for (let at = month; at <= through; at = nextMonth(at)) {
        for (const customer of members) now.set(customer, ends.get(customer)!.get(at) ?? now.get(customer)!);
        const left = [...now.values()].filter((mrr) => mrr > 0);
        remaining.push({ customers: left.length, mrr: left.reduce((sum, mrr) => sum + mrr, 0) });
      }
      return { month, customers: members.length, remaining };
    });
}
