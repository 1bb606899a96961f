import { type Calendar, monthOf } from './calendar.ts';
import type { LedgerRow, Reason } from './rows.ts';
import type { Rules } from './rules.ts';

export type Kind = 'new' | 'reactivation' | 'expansion' | 'contraction' | 'churn';

/** What a customer's MRR did on one day of the account's time zone, all changes of the day netted. */
export interface Movement {
  readonly customer: string;
  /** `2026-01-31` */
  readonly day: string;
  readonly kind: Kind;
  /** Signed minor units of the reporting currency. */
  readonly amount: number;
  readonly before: number;
  readonly after: number;
  /** The reason of the day's largest change. */
  readonly reason: Reason;
  readonly because: string | null;
  readonly reconstructed: boolean;
  /** The ledger rows behind it, as indexes. */
  readonly rows: readonly number[];
}

/** Minor units of a currency in the reporting currency, at the rate of a day. */
export type Convert = (amount: number, currency: string, day: string) => number;

export const sameCurrency: Convert = (amount) => amount;

interface Customer {
  /** By item: MRR and currency. */
  readonly items: Map<string, { mrr: number; currency: string; living: boolean }>;
  hadMrr: boolean;
}

const total = (customer: Customer, convert: Convert, day: string): number => {
  let sum = 0;
  for (const { mrr, currency } of customer.items.values()) sum += convert(mrr, currency, day);
  return sum;
};

function kindOf(before: number, after: number, customer: { hadMrr: boolean; living: boolean }, rules: Rules): Kind | undefined {
  if (before === after) return undefined;
  if (before === 0) return customer.hadMrr ? 'reactivation' : 'new';
  if (after === 0) return rules.free === 'contraction' && customer.living ? 'contraction' : 'churn';
  return after > before ? 'expansion' : 'contraction';
}

/** Nets the ledger's rows into one movement per customer and day. Rows must be in order of time. */
export function movementsOf(rows: readonly LedgerRow[], options: { rules: Rules; calendar: Calendar; convert: Convert }): Movement[] {
  const { rules, calendar, convert } = options;
  const byDay = new Map<string, Map<string, number[]>>();
  rows.forEach((row, index) => {
    const day = calendar.day(row.at);
    const customers = byDay.get(day) ?? new Map<string, number[]>();
    const indexes = customers.get(row.customer);
    if (indexes === undefined) customers.set(row.customer, [index]);
    else indexes.push(index);
    byDay.set(day, customers);
  });
  const customers = new Map<string, Customer>();
  const movements: Movement[] = [];
  for (const day of [...byDay.keys()].sort()) {
    for (const [id, indexes] of [...byDay.get(day)!].sort(([a], [b]) => (a < b ? -1 : 1))) {
      const customer = customers.get(id) ?? { items: new Map(), hadMrr: false };
      customers.set(id, customer);
      const movement = moveOn(customer, { id, day, rows, indexes }, { rules, convert });
      if (movement !== undefined) movements.push(movement);
    }
  }
  return rules.sameMonth === 'hide' ? withoutShortLived(movements) : movements;
}

function moveOn(
  customer: Customer,
  on: { id: string; day: string; rows: readonly LedgerRow[]; indexes: readonly number[] },
  options: { rules: Rules; convert: Convert },
): Movement | undefined {
  const { id, day, rows, indexes } = on;
  const before = total(customer, options.convert, day);
  for (const index of indexes) {
    const row = rows[index]!;
    customer.items.set(`${row.subscription} ${row.item}`, { mrr: row.mrr, currency: row.currency, living: row.living });
  }
  const after = total(customer, options.convert, day);
  const living = [...customer.items.values()].some((item) => item.living);
  const kind = kindOf(before, after, { hadMrr: customer.hadMrr, living }, options.rules);
  if (after > 0) customer.hadMrr = true;
  if (kind === undefined) return undefined;
  const size = (index: number): number => Math.abs(rows[index]!.mrr - rows[index]!.before);
  const chief = rows[indexes.reduce((best, index) => (size(index) > size(best) ? index : best), indexes[0]!)]!;
  const reconstructed = indexes.some((index) => rows[index]!.reconstructed);
  return {
    customer: id,
    day,
    kind,
    amount: after - before,
    before,
    after,
    reason: chief.reason,
    because: chief.because,
    reconstructed,
    rows: indexes,
  };
}

/** Customers that came and went within one month are in neither column (their movements of the month net to nothing). */
export function withoutShortLived(movements: readonly Movement[]): Movement[] {
  // Most customers never left.
  if (movements.every(({ after }) => after !== 0)) return [...movements];
  const months = new Map<string, Movement[]>();
  for (const movement of movements) {
    const key = `${monthOf(movement.day)} ${movement.customer}`;
    const list = months.get(key);
    if (list === undefined) months.set(key, [movement]);
    else list.push(movement);
  }
  const hidden = new Set<Movement>();
  for (const list of months.values())
    if (list[0]!.before === 0 && list.at(-1)!.after === 0) for (const movement of list) hidden.add(movement);
  return movements.filter((movement) => !hidden.has(movement));
}
