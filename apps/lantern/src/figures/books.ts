import type { Query } from '@annex/kit';
import { type CustomerHistory, composeHistory } from '../history/compose.ts';
import {
  type Calendar,
  calendarOf,
  type LedgerRow,
  ledgerRows,
  type Movement,
  monthOf,
  movementsOf,
  type Observation,
} from '../ledger/index.ts';
import type { Desk } from './desk.ts';
import type { Rates } from './rates.ts';

/** How a customer is counted: the account's rules, its days, its rates, and until when. */
export interface Counting {
  readonly rules: Desk['rules'];
  readonly calendar: Calendar;
  readonly convert: Rates['convert'];
  /** Unix seconds: what lies after it has not happened yet. */
  readonly now: number;
}

export const countingOf = (desk: Pick<Desk, 'rules' | 'timeZone'>, rates: Rates, now: number): Counting => ({
  ...{ rules: desk.rules, calendar: calendarOf(desk.timeZone), convert: rates.convert, now },
});

/** One customer, from its history to its movements. Everything on a customer's page comes from here. */
export interface Book {
  readonly customer: string;
  readonly observations: readonly Observation[];
  readonly origins: ReturnType<typeof composeHistory>['origins'];
  readonly rows: readonly LedgerRow[];
  readonly movements: readonly Movement[];
  readonly mrr: number;
  readonly currencies: readonly string[];
  /** When something is known to change by itself: a discount ends, patience with a failed payment ends. */
  readonly nextAt: number | null;
}

export function bookOf(history: CustomerHistory, counting: Counting): Book {
  const { rules, calendar, convert, now } = counting;
  const { observations, origins } = composeHistory(history);
  const all = ledgerRows(observations, rules);
  const rows = all.filter(({ at }) => at <= now);
  const movements = movementsOf(rows, { rules, calendar, convert });
  const byItem = new Map(rows.map((row) => [`${row.subscription} ${row.item}`, row]));
  const today = calendar.day(now);
  let mrr = 0;
  for (const row of byItem.values()) mrr += convert(row.mrr, row.currency, today);
  return {
    ...{ customer: history.customer, observations, origins, rows, movements, mrr },
    currencies: [...new Set(rows.map(({ currency }) => currency))].sort(),
    nextAt: all.find(({ at }) => at > now)?.at ?? null,
  };
}

interface Ending {
  readonly mrr: number;
  readonly at: number | null;
}

/** What of the MRR is about to go, because an end is scheduled. */
function endingOf({ rows }: Book, { present }: CustomerHistory, { convert, calendar, now }: Counting): Ending {
  const last = new Map(rows.map((row) => [`${row.subscription} ${row.item}`, row]));
  let mrr = 0;
  let at: number | null = null;
  for (const { state } of present) {
    const { id, status, cancel_at: cancelAt, cancel_at_period_end: atPeriodEnd } = state;
    if (!['active', 'past_due'].includes(status) || (cancelAt === null && !atPeriodEnd)) continue;
    for (const row of last.values()) if (row.subscription === id) mrr += convert(row.mrr, row.currency, calendar.day(now));
    if (cancelAt !== null && (at === null || cancelAt < at)) at = cancelAt;
  }
  return { mrr, at };
}

export interface MovementRow extends Omit<Movement, 'rows'> {
  readonly at_start: boolean;
}

/** Movements as they are stored: each knows whether the customer had MRR when its month began. */
export function movementRows(movements: readonly Movement[]): MovementRow[] {
  let month = '';
  let atStart = false;
  return movements.map(({ rows: _, ...movement }) => {
    const its = monthOf(movement.day);
    if (its !== month) [month, atStart] = [its, movement.before > 0];
    return { ...movement, at_start: atStart };
  });
}

function balanceChanges(
  { rows, customer }: Book,
  { calendar }: Counting,
): { customer: string; month: string; currency: string; delta: number }[] {
  const sums = new Map<string, number>();
  for (const { at, currency, mrr, before } of rows) {
    const key = `${monthOf(calendar.day(at))} ${currency}`;
    sums.set(key, (sums.get(key) ?? 0) + mrr - before);
  }
  return [...sums]
    .filter(([, delta]) => delta !== 0)
    .map(([key, delta]) => ({ customer, month: key.split(' ')[0]!, currency: key.split(' ')[1]!, delta }));
}

const bookRow = (book: Book, history: CustomerHistory, counting: Counting) => {
  const ending = endingOf(book, history, counting);
  const { customer, movements, mrr, nextAt, currencies } = book;
  return {
    ...{ customer, mrr, next_at: nextAt, currencies, ending: ending.mrr, ends_at: ending.at },
    first_day: movements.find(({ after }) => after > 0)?.day ?? null,
    last_day: movements.at(-1)?.day ?? null,
    subscriptions: history.present.filter(({ state }) => ['active', 'past_due'].includes(state.status)).length,
    reconstructed: movements.some((movement) => movement.reconstructed),
  };
};

const INSERT_BOOKS = `
  insert into lantern.books (account, livemode, customer, through_ms, next_at, mrr, ending, ends_at, currencies, first_day, last_day, subscriptions, reconstructed)
  select $1, $2, b.customer, coalesce((select max(s.changed_ms) from mirror.subscriptions s where s.account = $1 and s.livemode = $2 and s.customer = b.customer), 0),
    b.next_at, b.mrr, b.ending, b.ends_at, b.currencies, b.first_day, b.last_day, b.subscriptions, b.reconstructed
  from jsonb_to_recordset($3::jsonb) as b(customer text, next_at bigint, mrr bigint, ending bigint, ends_at bigint, currencies text[], first_day text,
    last_day text, subscriptions integer, reconstructed boolean)
  order by b.customer
  on conflict (account, livemode, customer) do update set through_ms = excluded.through_ms, next_at = excluded.next_at, mrr = excluded.mrr,
    ending = excluded.ending, ends_at = excluded.ends_at, currencies = excluded.currencies, first_day = excluded.first_day,
    last_day = excluded.last_day, subscriptions = excluded.subscriptions, reconstructed = excluded.reconstructed`;

const INSERT_MOVEMENTS = `
  insert into lantern.movements (account, livemode, customer, day, kind, amount, before, after, reason, because, reconstructed, at_start)
  select $1, $2, customer, day, kind, amount, before, after, reason, because, reconstructed, at_start from jsonb_to_recordset($3::jsonb)
    as m(customer text, day text, kind text, amount bigint, before bigint, after bigint, reason text, because text, reconstructed boolean, at_start boolean)`;

const INSERT_CHANGES = `
  insert into lantern.balance_changes (account, livemode, customer, month, currency, delta)
  select $1, $2, customer, month, currency, delta from jsonb_to_recordset($3::jsonb) as c(customer text, month text, currency text, delta bigint)`;

/** Replaces what is stored of these customers by what follows from their histories now. */
export async function storeBooks(
  tx: Query,
  { account, livemode }: { account: string; livemode: boolean },
  { histories, counting }: { histories: readonly CustomerHistory[]; counting: Counting },
): Promise<void> {
  const books = histories.map((history) => ({ history, book: bookOf(history, counting) }));
  const key = [account, livemode];
  const customers = histories.map(({ customer }) => customer);
  for (const table of ['movements', 'balance_changes']) {
    await tx.query(`delete from lantern.${table} where account = $1 and livemode = $2 and customer = any($3::text[])`, [...key, customers]);
  }
  await tx.query(INSERT_BOOKS, [...key, JSON.stringify(books.map(({ history, book }) => bookRow(book, history, counting)))]);
  await tx.query(INSERT_MOVEMENTS, [...key, JSON.stringify(books.flatMap(({ book }) => movementRows(book.movements)))]);
  await tx.query(INSERT_CHANGES, [...key, JSON.stringify(books.flatMap(({ book }) => balanceChanges(book, counting)))]);
}
