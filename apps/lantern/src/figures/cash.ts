import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

/** Where a balance transaction belongs, by Stripe's `reporting_category`. What is not named here is `other`, never left out. */
export const CASH_PARTS: Readonly<Record<string, CashPart>> = {
  charge: 'gross',
  refund: 'refunds',
  partial_capture_reversal: 'refunds',
  refund_failure: 'refunds',
  dispute: 'disputes',
  dispute_reversal: 'disputes',
  fee: 'fees',
  network_cost: 'fees',
  tax: 'fees',
  payout: 'payouts',
  payout_reversal: 'payouts',
  payout_minimum_balance_hold: 'payouts',
  payout_minimum_balance_release: 'payouts',
};

export type CashPart = 'gross' | 'refunds' | 'disputes' | 'fees' | 'other' | 'payouts';

/** One month of one currency's balance, in minor units: money in is positive. */
export interface CashMonth {
  /** `2026-11`. */
  readonly month: string;
  readonly gross: number;
  readonly refunds: number;
  readonly disputes: number;
  /** Stripe's fees of every transaction, and fees booked by themselves; negative. */
  readonly fees: number;
  readonly other: number;
  /** gross + refunds + disputes + fees + other: what the balance gained before payouts. */
  readonly net: number;
  readonly payouts: number;
  readonly transactions: number;
}

interface Row {
  readonly month: string;
  readonly category: string;
  readonly amount: number;
  readonly fee: number;
  readonly n: number;
}

const ROWS = `
  select to_char(to_timestamp(created) at time zone $3, 'YYYY-MM') as month, coalesce(data->>'reporting_category', data->>'type') as category,
    sum((data->>'amount')::bigint)::bigint as amount, sum((data->>'fee')::bigint)::bigint as fee, count(*)::int as n
  from mirror.balance_transactions where account = $1 and livemode = $2 and not deleted and data->>'currency' = $4
  group by 1, 2`;

export const partOf = (category: string): CashPart => CASH_PARTS[category] ?? 'other';

/** Sums rows by month; every cent of every row is in exactly one part or in the fees. */
export function cashMonths(rows: readonly Row[]): CashMonth[] {
  const months = new Map<string, Record<CashPart | 'transactions', number>>();
  for (const { month, category, amount, fee, n } of rows) {
    const known = months.get(month) ?? { gross: 0, refunds: 0, disputes: 0, fees: 0, other: 0, payouts: 0, transactions: 0 };
    known[partOf(category)] += amount;
    known.fees -= fee;
    known.transactions += n;
    months.set(month, known);
  }
  return [...months]
    .sort(([a], [b]) => (a < b ? 1 : -1))
    .map(([month, sums]) => ({ month, ...sums, net: sums.gross + sums.refunds + sums.disputes + sums.fees + sums.other }));
}

export async function readCash(on: Query, { account, livemode, timeZone }: Place, currency: string): Promise<CashMonth[]> {
  return cashMonths(await on.query<Row>(ROWS, [account, livemode, timeZone, currency]));
}

export async function cashCurrencies(on: Query, { account, livemode }: Place): Promise<string[]> {
  const rows = await on.query<{ currency: string }>(
    `select data->>'currency' as currency from mirror.balance_transactions where account = $1 and livemode = $2 and not deleted
     group by 1 order by count(*) desc`,
    [account, livemode],
  );
  return rows.map(({ currency }) => currency);
}

export interface CashLine {
  readonly id: string;
  readonly created: number;
  readonly category: string;
  readonly description: string | null;
  readonly source: string | null;
  readonly amount: number;
  readonly fee: number;
  readonly net: number;
}

/** The transactions of a month, newest first, a page of them. `after` is the last one of the page before. */
export function cashLines(
  on: Query,
  { account, livemode, timeZone }: Place,
  about: { currency: string; month: string; after?: string; limit: number },
): Promise<CashLine[]> {
  return on.query<CashLine>(
    `select id, created, coalesce(data->>'reporting_category', data->>'type') as category, data->>'description' as description,
       data->>'source' as source, (data->>'amount')::bigint as amount, (data->>'fee')::bigint as fee, (data->>'net')::bigint as net
     from mirror.balance_transactions b where account = $1 and livemode = $2 and not deleted and data->>'currency' = $4
       and to_char(to_timestamp(created) at time zone $3, 'YYYY-MM') = $5
       and ($6::text is null or (created, id) < (select a.created, a.id from mirror.balance_transactions a
         where a.account = $1 and a.livemode = $2 and a.id = $6))
     order by created desc, id desc limit $7`,
    [account, livemode, timeZone, about.currency, about.month, about.after ?? null, about.limit],
  );
}
