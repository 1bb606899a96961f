import { type CustomerHistory, composeHistory } from '../history/compose.ts';
import {
  type Calendar,
  calendarOf,
  type LedgerRow,
  ledgerRows,
  type Movement,
  movementsOf,
  type Observation,
  type Rules,
} from '../ledger/index.ts';
import type { Rates } from './rates.ts';

/** How a customer is counted: the account's days, its rates, and until when. */
export interface Counting {
  readonly calendar: Calendar;
  readonly convert: Rates['convert'];
  /** Unix seconds: what lies after it has not happened yet. */
  readonly now: number;
}

export const countingOf = ({ timeZone }: { readonly timeZone: string }, rates: Rates, now: number): Counting => ({
  ...{ calendar: calendarOf(timeZone), convert: rates.convert, now },
});

/** One customer, from its history to its movements. Everything on a customer's page comes from here. */
export interface Book {
  readonly customer: string;
  readonly observations: readonly Observation[];
  readonly origins: ReturnType<ReturnType<typeof composeHistory>['origins']>;
  readonly rows: readonly LedgerRow[];
  readonly movements: readonly Movement[];
  readonly mrr: number;
  /** When something is known to change by itself: a discount ends, patience with a failed payment ends. */
  readonly nextAt: number | null;
}

export function bookOf(history: CustomerHistory, rules: Rules, counting: Counting): Book {
  const { observations, origins } = composeHistory(history);
  const all = ledgerRows(observations, rules);
  const rows = all.filter(({ at }) => at <= counting.now);
  return {
    ...{ customer: history.customer, observations, origins: origins(), rows },
    movements: movementsOf(rows, { ...counting, rules }),
    mrr: mrrOf(rows, counting),
    nextAt: all.find(({ at }) => at > counting.now)?.at ?? null,
  };
}

/** What each item comes to after the last row. */
export const lastRows = (rows: readonly LedgerRow[]): Iterable<LedgerRow> =>
  new Map(rows.map((row) => [`${row.subscription} ${row.item}`, row])).values();

/** Whether what it comes to now has tax in it, because nothing shows how much. */
export const hasUnknownTax = (rows: readonly LedgerRow[]): boolean =>
  rows.some(({ tax_unknown: unknown }) => unknown) && [...lastRows(rows)].some(({ tax_unknown: unknown }) => unknown);

/** Now, in the reporting currency. */
export function mrrOf(rows: readonly LedgerRow[], { calendar, convert, now }: Counting): number {
  const today = calendar.day(now);
  let mrr = 0;
  for (const row of lastRows(rows)) mrr += convert(row.mrr, row.currency, today);
  return mrr;
}
