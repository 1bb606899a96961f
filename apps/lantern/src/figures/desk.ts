import type { Query } from '@annex/kit';
import { differing, OWN_BIT, PLAIN, PRESETS, type Preset, type Rules, type Slot } from '../ledger/index.ts';
import { PLACE_CURRENCY, PLACE_ZONE, type Place, usableTimeZone } from '../web/place.ts';

/** How an account is counted, and how far its books are. */
export interface Desk {
  readonly account: string;
  readonly livemode: boolean;
  readonly rules: Rules;
  /** The preset that these rules are, where they are one. */
  readonly preset: Preset | undefined;
  /** Which of the stored books are these rules': those with this bit in `under`. */
  readonly shown: number;
  /** Every set of rules that books are kept for: the presets, and the account's own. */
  readonly slots: readonly Slot[];
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
    metered: oneOf(given.metered, ['none', 'invoiced'], PLAIN.metered),
    free: oneOf(given.free, ['churn', 'contraction'], PLAIN.free),
    churnRate: oneOf(given.churnRate, ['of_start', 'of_start_and_new'], PLAIN.churnRate),
    sameMonth: oneOf(given.sameMonth, ['show', 'hide'], PLAIN.sameMonth),
  };
}

const textOf = (rules: Rules): string => JSON.stringify(Object.entries(toPlain(rules)).sort(([a], [b]) => (a < b ? -1 : 1)));

export const presetWith = (rules: Rules): Preset | undefined => PRESETS.find((preset) => textOf(preset.rules) === textOf(rules));

const slotsWith = (own: Rules): Slot[] => [...PRESETS.map(({ bit, rules }) => ({ bit, rules })), { bit: OWN_BIT, rules: own }];

interface Row {
  readonly rules: Partial<PlainRules>;
  readonly own: Partial<PlainRules> | null;
  readonly currency: string | null;
  readonly time_zone: string | null;
  readonly version: number;
  readonly settled: boolean;
}

type World = { readonly account: string; readonly livemode: boolean };
type At = Pick<Place, 'account' | 'livemode' | 'currency' | 'timeZone'>;

export async function deskOf(on: Query, at: At): Promise<Desk> {
  const [row] = await on.query<Row>(
    'select rules, own, currency, time_zone, version, settled from lantern.desks where account = $1 and livemode = $2',
    [at.account, at.livemode],
  );
  return deskFrom(row, at);
}

/** The same where nothing else of the place is needed. */
export async function deskIn(on: Query, { account, livemode }: World): Promise<Desk> {
  const [row] = await on.query<Partial<Row> & { account_currency: string | null; account_zone: string | null }>(
    `select d.rules, d.own, d.currency, d.time_zone, d.version, d.settled, ${PLACE_CURRENCY} as account_currency, ${PLACE_ZONE} as account_zone
     from (select $1::text as account, $2::boolean as livemode) w left join lantern.desks d using (account, livemode)
     left join mirror.accounts a on a.account = w.account and a.livemode = w.livemode and a.id = w.account`,
    [account, livemode],
  );
  const { account_currency: currency, account_zone: zone } = row!;
  return deskFrom(row!.rules == null ? undefined : (row as Row), {
    ...{ account, livemode, currency: currency ?? 'usd', timeZone: usableTimeZone(zone) },
  });
}

function deskFrom(row: Row | undefined, { account, livemode, currency, timeZone }: At): Desk {
  const rules = fromPlain(row?.rules ?? {});
  const preset = presetWith(rules);
  return {
    ...{ account, livemode, rules, preset, shown: preset?.bit ?? OWN_BIT, slots: slotsWith(fromPlain(row?.own ?? {})) },
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

const CHANGE = `
  insert into lantern.desks (account, livemode, rules, shown, own, currency, time_zone) values ($1, $2, $3::jsonb, $4, $5::jsonb, $6, $7)
  on conflict (account, livemode) do update set rules = excluded.rules, shown = excluded.shown, own = coalesce(excluded.own, desks.own),
    currency = excluded.currency, time_zone = excluded.time_zone, version = lantern.desks.version + 1`;

/** Counts otherwise from now on. Books of every preset are kept: another one is there at once. */
export async function changeDesk(tx: Query, { account, livemode }: World, { rules, currency, timeZone }: DeskChange): Promise<void> {
  const plain = JSON.stringify(toPlain(rules));
  const preset = presetWith(rules);
  await tx.query(CHANGE, [account, livemode, plain, preset?.bit ?? OWN_BIT, preset === undefined ? plain : null, currency, timeZone]);
  await followRules(tx, { account, livemode });
}

/** Marks the customers to whom it matters what has changed in any of the rules that books are kept for. */
export async function followRules(tx: Query, { account, livemode }: World): Promise<void> {
  const key = [account, livemode];
  const [desk] = await tx.query<{ own: Partial<PlainRules> | null; made_for: string }>(
    'select own, made_for from lantern.desks where account = $1 and livemode = $2 for update',
    key,
  );
  const slots = slotsWith(fromPlain(desk?.own ?? {}));
  const wanted = JSON.stringify(slots.map(({ bit, rules }) => [bit, toPlain(rules)]));
  if (desk === undefined || desk.made_for === wanted) return;
  const before = new Map(JSON.parse(desk.made_for || '[]') as [number, PlainRules][]);
  const changed = slots.reduce((bits, { bit, rules }) => {
    const old = before.get(bit);
    return old === undefined ? EVERY_BIT : bits | differing(fromPlain(old), rules);
  }, 0);
  if (changed === EVERY_BIT) await markAllStale(tx, { account, livemode });
  else await tx.query(MINDING, [...key, changed]);
  await tx.query('update lantern.desks set made_for = $3 where account = $1 and livemode = $2', [...key, wanted]);
}

const EVERY_BIT = 0x7fff;

const MINDING = `
  insert into lantern.stale (account, livemode, customer)
  select account, livemode, customer from lantern.counted_books where account = $1 and livemode = $2 and minds & $3::smallint <> 0
  group by 1, 2, 3 order by 3`;

export async function markAllStale(tx: Query, { account, livemode }: World): Promise<void> {
  await tx.query(
    `insert into lantern.stale (account, livemode, customer)
     select $1, $2, customer from (
       select customer from mirror.subscriptions where account = $1 and livemode = $2 and customer is not null
       union select customer from lantern.observations where account = $1 and livemode = $2
       union select customer from lantern.counted_books where account = $1 and livemode = $2) known order by customer`,
    [account, livemode],
  );
}
