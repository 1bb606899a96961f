import type { Lantern } from '../lantern.ts';
import { calendarOf, type Month, monthOf } from '../ledger/index.ts';
import type { Place } from '../web/place.ts';
import { nowOf } from './clock.ts';
import { type Desk, deskOf } from './desk.ts';
import { readMonths } from './months.ts';
import { type Rates, readRates } from './rates.ts';
import { readTrials, type Trials } from './trials.ts';

/** Everything that a page of figures begins with. */
export interface AccountFigures {
  readonly desk: Desk;
  readonly rates: Rates;
  /** What time it is for this account, in ms, and which day. */
  readonly nowMs: number;
  readonly today: string;
  readonly months: readonly Month[];
  /** The month that rates are told of: the last whole one, or the first where it still runs. */
  readonly told: number;
  /** Of that month. */
  readonly trials: Trials;
  readonly now: NowFigures;
}

/** Where the account stands. Minor units of the reporting currency. */
export interface NowFigures {
  /** MRR from subscriptions whose end is scheduled, and how many customers they belong to. */
  readonly ending: number;
  readonly endingCustomers: number;
  /** Customers whose books are still to be made again. */
  readonly stale: number;
  /** MRR in currencies for which no rate is known: not in any total. */
  readonly unconverted: readonly { readonly currency: string; readonly amount: number }[];
  readonly reconstructed: boolean;
  /** Customers whose MRR has tax in it: their prices include it, and nothing shows how much. */
  readonly taxUnknown: number;
}

const NOW = `
  select coalesce(sum(ending), 0)::bigint as ending, count(*)::int as "endingCustomers",
    exists (select 1 from lantern.counted_books where account = $1 and livemode = $2 and under & $3::smallint <> 0 and reconstructed) as reconstructed,
    (select count(*)::int from lantern.counted_books where account = $1 and livemode = $2 and under & $3::smallint <> 0 and tax_unknown) as "taxUnknown",
    (select count(distinct customer)::int from lantern.stale where account = $1 and livemode = $2) as stale
  from lantern.counted_books where account = $1 and livemode = $2 and under & $3::smallint <> 0 and ending > 0`;

const BALANCES = `
  select currency, sum(delta)::bigint as amount from lantern.month_balances where account = $1 and livemode = $2 and under & $3::smallint <> 0
  group by 1 having sum(delta) <> 0 order by 1`;

/** Kept per version of the books: pages that show the same state compute it once. */
const kept = new WeakMap<Lantern, Map<string, { key: string; figures: AccountFigures }>>();
const MOST_KEPT = 200;

export async function accountFigures(lantern: Lantern, place: Place): Promise<AccountFigures> {
  const { database } = lantern.kit;
  const world = [place.account, place.livemode];
  const [desk, nowMs, [{ stale } = { stale: 0 }]] = await Promise.all([
    deskOf(database, place),
    nowOf(database, place, lantern.now()),
    database.query<{ stale: number }>('select count(*)::int as stale from lantern.stale where account = $1 and livemode = $2', world),
  ]);
  const today = calendarOf(desk.timeZone).day(Math.floor(nowMs / 1000));
  const cache = kept.get(lantern) ?? new Map();
  kept.set(lantern, cache);
  const name = `${place.account}/${place.mode}`;
  const key = `${desk.version} ${today} ${desk.currency} ${desk.timeZone} ${stale}`;
  const known = cache.get(name);
  if (known !== undefined && known.key === key) return { ...known.figures, nowMs };
  const [rates, [now], balances] = await Promise.all([
    readRates(database, place, desk.currency),
    database.query<Omit<NowFigures, 'unconverted'>>(NOW, [...world, desk.shown]),
    database.query<{ currency: string; amount: number }>(BALANCES, [...world, desk.shown]),
  ]);
  const unconverted = balances.filter(({ currency }) => !rates.knows(currency));
  const months = await readMonths(database, desk, { rates, today });
  const told = Math.max(0, months.length - 2);
  const about = { month: months[told]?.month ?? monthOf(today), nowSeconds: Math.floor(nowMs / 1000) };
  const trials = await readTrials(database, desk, about);
  const figures: AccountFigures = { desk, rates, nowMs, today, months, told, trials, now: { ...now!, unconverted } };
  if (cache.size >= MOST_KEPT) cache.clear();
  cache.set(name, { key, figures });
  return figures;
}
