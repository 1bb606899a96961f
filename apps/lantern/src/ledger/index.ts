import { type Calendar, monthOf, UTC } from './calendar.ts';
import { type Month, monthsOf } from './months.ts';
import { type Convert, type Movement, movementsOf, sameCurrency } from './movements.ts';
import type { Observation } from './observation.ts';
import { type LedgerRow, ledgerRows } from './rows.ts';
import { PLAIN, type Rules } from './rules.ts';
import { countDays, trailingOf } from './trailing.ts';

export { type Calendar, calendarOf, monthOf, nextMonth, UTC } from './calendar.ts';
export { type Cohort, cohortsOf } from './cohorts.ts';
export { type Balances, type Difference, differ, differencesOf, type Part } from './differ.ts';
export { differing, MINDS } from './minds.ts';
export { churnOf, type Month, monthsOf, type Rates, ratesOf } from './months.ts';
export { type Convert, type Kind, type Movement, movementsOf, sameCurrency } from './movements.ts';
export { type Observation, type SeenDiscount, type SeenItem, timelines } from './observation.ts';
export {
  type InvoiceTried,
  type MirrorInvoiceLine,
  type MirrorItem,
  type MirrorSubscription,
  observed,
  reconstructed,
} from './reconstruct.ts';
export { type LedgerRow, ledgerRows, type Reason } from './rows.ts';
export { OWN_BIT, PLAIN, PRESETS, type Preset, presetOf, type Rules } from './rules.ts';
export { appears, type DayCount, type Trailing, trailingDays, trailingOf } from './trailing.ts';
export { type Slot, type Variant, variantsOf } from './variants.ts';

/** Everything that follows from an account's observations under one set of rules. */
export interface Ledger {
  readonly rows: readonly LedgerRow[];
  readonly movements: readonly Movement[];
  readonly months: readonly Month[];
}

export interface LedgerOptions {
  readonly rules?: Rules;
  readonly calendar?: Calendar;
  readonly convert?: Convert;
  /** The last month to close: `2026-11`; that of the last change where it is not given. */
  readonly through?: string;
  /** Unix seconds: what lies after it has not happened yet. */
  readonly now?: number;
}

/** A pure function of what was seen: the ledger, its movements and its months. */
export function ledgerOf(observations: readonly Observation[], options: LedgerOptions = {}): Ledger {
  const { rules = PLAIN, calendar = UTC, convert = sameCurrency, through, now = Number.POSITIVE_INFINITY } = options;
  const rows = ledgerRows(observations, rules).filter(({ at }) => at <= now);
  const movements = movementsOf(rows, { rules, calendar, convert });
  const first = observations.reduce((soonest, { at }) => Math.min(soonest, at), Number.POSITIVE_INFINITY);
  if (first === Number.POSITIVE_INFINITY) return { rows, movements, months: [] };
  const [from, last] = [first, rows.at(-1)?.at ?? first].map((at) => monthOf(calendar.day(at))) as [string, string];
  const months = monthsOf(rows, movements, { calendar, convert, from, through: through ?? last });
  if (rules.churnRate === 'of_start') return { rows, movements, months };
  const [counts, today] = [countDays(movements), now === Number.POSITIVE_INFINITY ? undefined : calendar.day(now)];
  return { rows, movements, months: months.map((month) => ({ ...month, trailing: trailingOf(month, counts, today) })) };
}
