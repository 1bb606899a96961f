import type { Query } from '@annex/kit';
import { PLAIN, PRESETS, type Preset, type Rules } from '../ledger/index.ts';
import { type Place, usableTimeZone } from '../web/place.ts';

/** How an account is counted, and how far its books are. */
export interface Desk {
  readonly account: string;
  readonly livemode: boolean;
  readonly rules: Rules;
  /** The preset that these rules are, where they are one. */
  readonly preset: Preset | undefined;
  /** The currency everything is reported in. */
  readonly currency: string;
  readonly timeZone: string;
  /** Grows whenever a figure may have changed. */
  readonly version: number;
  /** The books were made again after the import had ended. */
  readonly settled: boolean;
}

/** Rules as they are stored and posted: a set is a list. */
export interface PlainRules extends Omit<Rules, 'discounts'> {
  readonly discounts: readonly string[];
}

const DURATIONS = ['forever', 'repeating', 'once'] as const;

export const toPlain = (rules: Rules): PlainRules => ({ ...rules, discounts: DURATIONS.filter((one) => rules.discounts.has(one)) });

/** What is stored, completed by the plain rules; what is not understood counts as not stored. */
export function fromPlain(given: Partial<PlainRules>): Rules {
  const oneOf = <T extends string>(value: unknown, choices: readonly T[], standard: T): T =>
    choices.find((one) => one === value) ?? standard;
  const { discounts, pastDueDays } = given;
  return {
    discounts: Array.isArray(discounts) ? new Set(DURATIONS.filter((one) => discounts.includes(one))) : PLAIN.discounts,
    pastDueDays: typeof pastDueDays === 'number' && pastDueDays > 0 ? pastDueDays : null,
    cancellation: oneOf(given.cancellation, ['at_end', 'at_request'], PLAIN.cancellation),
    paused: oneOf(given.paused, ['zero', 'count'], PLAIN.paused),
    free: oneOf(given.free, ['churn', 'contraction'], PLAIN.free),
    sameMonth: oneOf(given.sameMonth, ['show', 'hide'], PLAIN.sameMonth),
  };
}

const textOf = (rules: Rules): string => JSON.stringify(Object.entries(toPlain(rules)).sort(([a], [b]) => (a < b ? -1 : 1)));

export const presetWith = (rules: Rules): Preset | undefined => PRESETS.find((preset) => textOf(preset.rules) === textOf(rules));

interface Row {
  readonly rules: Partial<PlainRules>;
  readonly currency: string | null;
  readonly time_zone: string | null;
  readonly version: number;
  readonly settled: boolean;
}

type At = Pick<Place, 'account' | 'livemode' | 'currency' | 'timeZone'>;

export async function deskOf(on: Query, { account, livemode, currency, timeZone }: At): Promise<Desk> {
  const [row] = await on.query<Row>(
    'select rules, currency, time_zone, version, settled from lantern.desks where account = $1 and livemode = $2',
    [account, livemode],
  );
  const rules = fromPlain(row?.rules ?? {});
  return {
    ...{ account, livemode, rules, preset: presetWith(rules) },
    currency: row?.currency ?? currency,
    timeZone: row?.time_zone == null ? timeZone : usableTimeZone(row.time_zone),
    version: row?.version ?? 0,
    settled: row?.settled ?? false,
  };
}

export interface DeskChange {
  readonly rules: Rules;
  /** Null: the account's own. */
  readonly currency: string | null;
  readonly timeZone: string | null;
}

/** Counts otherwise from now on: every customer's books are made again. */
export async function changeDesk(tx: Query, { account, livemode }: At, { rules, currency, timeZone }: DeskChange): Promise<void> {
  await tx.query(
    `insert into lantern.desks (account, livemode, rules, currency, time_zone) values ($1, $2, $3::jsonb, $4, $5)
     on conflict (account, livemode) do update set rules = excluded.rules, currency = excluded.currency, time_zone = excluded.time_zone,
       version = lantern.desks.version + 1`,
    [account, livemode, JSON.stringify(toPlain(rules)), currency, timeZone],
  );
  await markAllStale(tx, { account, livemode });
}

export async function markAllStale(tx: Query, { account, livemode }: { account: string; livemode: boolean }): Promise<void> {
  await tx.query(
    `insert into lantern.stale (account, livemode, customer)
     select $1, $2, customer from (
       select customer from mirror.subscriptions where account = $1 and livemode = $2 and customer is not null
       union select customer from lantern.observations where account = $1 and livemode = $2
       union select customer from lantern.books where account = $1 and livemode = $2) known order by customer`,
    [account, livemode],
  );
}
