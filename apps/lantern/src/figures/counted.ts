import { type CustomerHistory, composeHistory } from '../history/compose.ts';
import { type LedgerRow, type Movement, monthOf, type Slot, type Variant, variantsOf } from '../ledger/index.ts';
import { type Counting, hasUnknownTax, lastRows, mrrOf } from './books.ts';

/** A row of `lantern.counted_movements`. */
export interface CountedMovement extends Omit<Movement, 'rows' | 'before'> {
  readonly under: number;
  readonly at_start: boolean;
  readonly currency: string | null;
}

/** A row of `lantern.counted_balances`. */
export interface CountedBalance {
  readonly customer: string;
  readonly month: string;
  readonly currency: string;
  readonly under: number;
  readonly delta: number;
}

/** A row of `lantern.counted_books`. */
export interface CountedBook {
  readonly customer: string;
  readonly under: number;
  readonly minds: number;
  readonly next_at: number | null;
  readonly mrr: number;
  readonly ending: number;
  readonly ends_at: number | null;
  readonly currencies: readonly string[];
  readonly first_day: string | null;
  readonly last_day: string | null;
  readonly subscriptions: number;
  readonly reconstructed: boolean;
  /** The newest invoice that is in it, by when the mirror changed it (ms). */
  readonly invoices_ms: number;
  /** Its MRR has tax in it, because nothing shows how much. */
  readonly tax_unknown: boolean;
}

/** Everything that is stored of one customer: its results under all rules, each row once, with the bits of those it stands under. */
export interface Counted {
  readonly customer: string;
  readonly books: readonly CountedBook[];
  readonly movements: readonly CountedMovement[];
  readonly balances: readonly CountedBalance[];
}

export interface CountingAll extends Counting {
  readonly slots: readonly Slot[];
  /** The reporting currency. */
  readonly currency: string;
}

export function countedOf(history: CustomerHistory, counting: CountingAll): Counted {
  const { observations } = composeHistory(history);
  const { variants, minds } = variantsOf(observations, counting.slots, counting);
  const each = variants.map((variant) => ofVariant(variant, { history, counting, minds }));
  return {
    customer: history.customer,
    books: merged(each.map(({ book }) => [book])),
    movements: merged(
      each.map(({ movements }) => movements),
      movementText,
    ),
    balances: merged(each.map(({ balances }) => balances)),
  };
}

/** Rows that are the same under several rules are one row, with the bits of all. */
function merged<T extends { readonly under: number }>(
  lists: readonly (readonly T[])[],
  textOf = (row: T): string => JSON.stringify({ ...row, under: 0 }),
): readonly T[] {
  if (lists.length === 1) return lists[0]!;
  const found = new Map<string, T>();
  for (const row of lists.flat()) {
    const key = textOf(row);
    const same = found.get(key);
    found.set(key, same === undefined ? row : { ...same, under: same.under | row.under });
  }
  return [...found.values()];
}

/** Everything but the bits. */
const movementText = ({ day, kind, amount, after, reason, because, reconstructed, at_start, currency }: CountedMovement): string =>
  `${day} ${kind} ${amount} ${after} ${reason} ${reconstructed} ${at_start} ${currency} ${because}`;

interface About {
  readonly history: CustomerHistory;
  readonly counting: CountingAll;
  readonly minds: number;
}

function ofVariant({ under, rows: all, movements }: Variant, { history, counting, minds }: About) {
  const rows = all.filter(({ at }) => at <= counting.now);
  const currencies = [...new Set(rows.map((row) => row.currency))].sort();
  const only = currencies.length === 1 && currencies[0] === counting.currency ? counting.currency : null;
  const ending = endingOf(rows, history, counting);
  const book: CountedBook = {
    ...{ customer: history.customer, under, minds, currencies, ending: ending.mrr, ends_at: ending.at },
    mrr: mrrOf(rows, counting),
    next_at: all.find(({ at }) => at > counting.now)?.at ?? null,
    first_day: movements.find(({ after }) => after > 0)?.day ?? null,
    last_day: movements.at(-1)?.day ?? null,
    subscriptions: history.present.filter(({ state }) => ['active', 'past_due'].includes(state.status)).length,
    reconstructed: movements.some((movement) => movement.reconstructed),
    invoices_ms: history.invoicesMs ?? -1,
    tax_unknown: hasUnknownTax(rows),
  };
  return {
    book,
    movements: movementRows(movements, { under, currency: only }),
    balances: only === null ? balanceRows(rows, under, counting) : [],
  };
}

/** What of the MRR is about to go, because an end is scheduled. */
function endingOf(rows: readonly LedgerRow[], { present }: CustomerHistory, { convert, calendar, now }: Counting) {
  let mrr = 0;
  let at: number | null = null;
  for (const { state } of present) {
    const { id, status, cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd } = state;
    if (!['active', 'past_due'].includes(status) || (cancelAt === null && !atPeriodEnd)) continue;
    for (const row of lastRows(rows)) if (row.subscription === id) mrr += convert(row.mrr, row.currency, calendar.day(now));
    if (cancelAt !== null && (at === null || cancelAt < at)) at = cancelAt;
  }
  return { mrr, at };
}

/** Movements as they are stored: each knows whether the customer had MRR when its month began. */
function movementRows(movements: readonly Movement[], as: { under: number; currency: string | null }): CountedMovement[] {
  let month = '';
  let atStart = false;
  return movements.map(({ customer, day, kind, amount, before, after, reason, because, reconstructed }) => {
    const its = monthOf(day);
    if (its !== month) [month, atStart] = [its, before > 0];
    return {
      customer,
      day,
      under: as.under,
      kind,
      amount,
      after,
      reason,
      because,
      reconstructed,
      at_start: atStart,
      currency: as.currency,
    };
  });
}

function balanceRows(rows: readonly LedgerRow[], under: number, { calendar }: Counting): CountedBalance[] {
  const sums = new Map<string, CountedBalance>();
  for (const { customer, at, currency, mrr, before } of rows) {
    const month = monthOf(calendar.day(at));
    const known = sums.get(`${month} ${currency}`);
    sums.set(`${month} ${currency}`, { customer, month, currency, under, delta: (known?.delta ?? 0) + mrr - before });
  }
  return [...sums.values()].filter(({ delta }) => delta !== 0);
}
