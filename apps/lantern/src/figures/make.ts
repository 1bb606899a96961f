import type { Query } from '@annex/kit';
import { monthPlus } from '../design/months.ts';
import { readHistories } from '../history/read.ts';
import type { Lantern } from '../lantern.ts';
import { monthOf } from '../ledger/index.ts';
import { countingOf } from './books.ts';
import { nowOf } from './clock.ts';
import { type Counted, type CountingAll, countedOf } from './counted.ts';
import { type Desk, deskIn, toPlain } from './desk.ts';
import { keepCounted, readStored, type Stored } from './keep.ts';
import { readRates } from './rates.ts';
import { openFrom, type Seals, sealOf } from './seal.ts';

interface World {
  readonly account: string;
  readonly livemode: boolean;
}

/** Customers whose books are made in one transaction: short enough that nobody waits for it, and two at a time fit into little memory. */
const BATCH = 64;

/** The desk is locked against other makers, and the connection against leaving; always in this order. */
const LOCKED = `
  with here as materialized (
    select 1 from annex.connections where account = $1 and livemode = $2 and state = 'connected' and kind = 'oauth' for share
  )
  select 1 from here, lantern.desks d where d.account = $1 and d.livemode = $2 for update of d`;

/**
 * Whose turn it is, with all marks of each, or it would be made again for every other one. Marks are taken off one by one, as they
 * were read: a mark with a lower number may be committed after one with a higher. Only the first are looked at, and by the indexes: the
 * statistics of this table are never true, so it is said in a way that leaves no choice.
 */
const STALE = `
  select m.customer, array_agg(m.n::text) as marks from (
    select customer from lantern.stale
    where account = $1 and livemode = $2 and n < (select min(n) from lantern.stale where account = $1 and livemode = $2) + ${4 * BATCH}
      and customer <> all($3::text[])
    group by customer order by min(n) limit ${BATCH}) chosen
  cross join lateral (
    select customer, n from lantern.stale where account = $1 and livemode = $2 and customer = chosen.customer offset 0) m
  group by 1 order by 1`;

interface Stale {
  readonly customer: string;
  readonly marks: readonly string[];
}

/** Books as they are to be: made without a lock, and stored only if nobody else has made them meanwhile. */
interface Made {
  readonly stale: readonly Stale[];
  readonly counted: readonly Counted[];
  readonly stored: Stored;
  readonly seals: Seals;
  /** By customer: subscriptions that changed until then are in it. */
  readonly through: ReadonlyMap<string, number>;
  /** How it was counted. */
  readonly desk: string;
}

/** How far books are made by one call; without it, until there are no marks any more. */
export interface Round {
  /** Milliseconds: who is marked sooner after the beginning of a batch waits for the next round. */
  readonly paceMs: number;
  /** Asked before each further batch. */
  goOn(): boolean;
}

/**
 * While one batch is stored, the next one is made, if there is more: the database and this process work at the same time. A round
 * ends when that is done, although more may be marked already; it answers whether there was anything to make.
 */
export async function makeBooks(lantern: Lantern, world: World, round?: Round): Promise<boolean> {
  const goesOn = ({ stale }: Made, since: number): boolean =>
    round === undefined ? stale.length === BATCH : (stale.length === BATCH || performance.now() - since >= round.paceMs) && round.goOn();
  do {
    let begun = performance.now();
    let made = await make(lantern, world, []);
    if (made === undefined) return false;
    while (made !== undefined) {
      const besides: string[] = made.stale.map(({ customer }) => customer);
      const more = goesOn(made, begun);
      begun = performance.now();
      const next: Promise<Made | undefined> = more ? make(lantern, world, besides) : Promise.resolve(undefined);
      const [stored] = await Promise.all([storeAndTell(lantern, world, made), next]);
      if (!stored) return false;
      made = await next;
    }
  } while (round === undefined);
  return true;
}

async function storeAndTell(lantern: Lantern, world: World, made: Made): Promise<boolean> {
  const stored = await store(lantern, world, made);
  if (stored) lantern.hub.tell(world.account, world.livemode);
  return stored;
}

/** How far the mirror is, and what is known to be stored. */
const KNOWN = `
  select customer, max(through_ms) as through_ms, max(seal) as seal from (
    select customer, changed_ms as through_ms, null as seal from mirror.subscriptions where account = $1 and livemode = $2 and customer = any($3::text[])
    union all
    select customer, null, seal from lantern.counted_books where account = $1 and livemode = $2 and customer = any($3::text[])) each
  group by 1`;

/** What decides how customers are counted. The rates of payments do not: a new one is of today, and does not move the past. */
const textOf = ({ slots, currency, timeZone }: Desk): string =>
  JSON.stringify([slots.map(({ bit, rules }) => [bit, toPlain(rules)]), currency, timeZone]);

interface Known {
  readonly customer: string;
  readonly through_ms: number | null;
  readonly seal: string | null;
}

/**
 * The marks are read first: whatever comes after what is read here has a mark of its own. And how far the mirror is before the mirror
 * itself; how it is counted has no part in that, and is read meanwhile.
 */
async function make(lantern: Lantern, world: World, besides: readonly string[]): Promise<Made | undefined> {
  const { database } = lantern.kit;
  const key = [world.account, world.livemode];
  const stale = await database.query<Stale>(STALE, [...key, besides]);
  if (stale.length === 0) return undefined;
  const customers = stale.map(({ customer }) => customer);
  const [{ desk, counting }, { known, histories }] = await Promise.all([
    howToCount(lantern, world),
    database
      .query<Known>(KNOWN, [...key, customers])
      .then(async (known) => ({ known, histories: await readHistories(database, world, customers) })),
  ]);
  const counted = histories.map((history) => countedOf(history, counting));
  const sealed = new Map(known.map(({ customer, seal }) => [customer, seal ?? undefined]));
  const stored = await readStored(database, world, new Map(counted.map((one) => [one.customer, openFrom(one, sealed.get(one.customer))])));
  const month = monthPlus(monthOf(counting.calendar.day(counting.now)), -1);
  return {
    ...{ stale, counted, stored, desk: textOf(desk) },
    seals: new Map(counted.map((one) => [one.customer, sealOf(one, month)])),
    through: new Map(known.flatMap((row) => (row.through_ms === null ? [] : [[row.customer, row.through_ms]]))),
  };
}

async function howToCount({ kit: { database }, now }: Lantern, world: World): Promise<{ desk: Desk; counting: CountingAll }> {
  const [desk, nowMs] = await Promise.all([deskIn(database, world), nowOf(database, world, now())]);
  const rates = await readRates(database, world, desk.currency);
  return { desk, counting: { ...countingOf(desk, rates, Math.floor(nowMs / 1000)), slots: desk.slots, currency: desk.currency } };
}

/** Answers whether there was anything to store it for: an account that is leaving has no books. */
function store({ kit: { database } }: Lantern, world: World, made: Made): Promise<boolean> {
  return database.transaction(async (tx) => {
    const key = [world.account, world.livemode];
    if ((await tx.query(LOCKED, key)).length === 0) return false;
    const desk = await deskIn(tx, world);
    // Counted otherwise meanwhile: the marks stay, and it is made again.
    if (textOf(desk) !== made.desk) return true;
    const ours = await takeMarks(tx, world, made.stale);
    const counted = made.counted.filter(({ customer }) => ours.has(customer));
    if (counted.length > 0) await keepCounted(tx, world, { ...made, counted });
    return true;
  });
}

/** The desk's version grows with it: a figure may have changed. */
const TAKE = `
  with given as (select unnest($3::text[]) as customer, unnest($4::bigint[]) as n),
  ours as materialized (
    select g.customer from given g left join lantern.stale s on s.account = $1 and s.livemode = $2 and s.n = g.n
    group by 1 having count(*) = count(s.n)
  ),
  taken as (
    delete from lantern.stale s using given g join ours using (customer) where s.account = $1 and s.livemode = $2 and s.n = g.n
  ),
  moved as (update lantern.desks set version = version + 1 where account = $1 and livemode = $2)
  select customer from ours`;

/**
 * Whose marks are all still there: nobody else has made these books since they were read. Where one is missing, somebody has; the rest
 * stay for the next round. Marks of others only ever become fewer, and whoever has the desk and all of them wins, so this ends.
 */
async function takeMarks(tx: Query, { account, livemode }: World, stale: readonly Stale[]): Promise<ReadonlySet<string>> {
  const each = stale.flatMap(({ customer, marks }) => marks.map((mark) => ({ customer, mark })));
  const key = [account, livemode, each.map(({ customer }) => customer), each.map(({ mark }) => mark)];
  return new Set((await tx.query<{ customer: string }>(TAKE, key)).map(({ customer }) => customer));
}
