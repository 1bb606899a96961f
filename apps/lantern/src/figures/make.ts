import type { Query } from '@annex/kit';
import { monthPlus } from '../design/months.ts';
import { readHistories } from '../history/read.ts';
import type { Lantern } from '../lantern.ts';
import { monthOf } from '../ledger/index.ts';
import { placeOf } from '../web/place.ts';
import { countingOf } from './books.ts';
import { nowOf } from './clock.ts';
import { type Counted, countedOf } from './counted.ts';
import { type Desk, deskOf, toPlain } from './desk.ts';
import { keepCounted, readStored, type Stored } from './keep.ts';
import { readRates } from './rates.ts';
import { openFrom, type Seals, sealOf } from './seal.ts';

interface World {
  readonly account: string;
  readonly livemode: boolean;
}

/** Customers whose books are made in one transaction: short enough that nobody waits for it, and two at a time fit into little memory. */
const BATCH = 64;

const CONNECTED =
  "select 1 from annex.connections where account = $1 and livemode = $2 and state = 'connected' and kind = 'oauth' for share";

/**
 * Whose turn it is, with all marks of each, or it would be made again for every other one. Marks are taken off one by one, as they
 * were read: a mark with a lower number may be committed after one with a higher. Only the first are looked at to choose, by the
 * index: the table is full of rows that were deleted a moment ago.
 */
const STALE = `
  select m.customer, array_agg(m.n::text) as marks from (
    select customer from (
      select customer, n from lantern.stale where account = $1 and livemode = $2 and customer <> all($3::text[]) order by n limit ${4 * BATCH}) first
    group by customer order by min(n) limit ${BATCH}) chosen
  join lantern.stale m on m.account = $1 and m.livemode = $2 and m.customer = chosen.customer
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

/**
 * While one batch is stored, the next one is made, if there is more: the database and this process work at the same time. `round` ends
 * after a batch that is not full, although more may have been marked meanwhile. Answers whether there was anything to make.
 */
export async function makeBooks(lantern: Lantern, world: World, until: 'round' | 'all'): Promise<boolean> {
  for (let any = false; ; any = true) {
    let made = any && until === 'round' ? undefined : await make(lantern, world, []);
    if (made === undefined) return any;
    while (made !== undefined) {
      const besides: string[] = made.stale.map(({ customer }) => customer);
      const next: Promise<Made | undefined> = besides.length < BATCH ? Promise.resolve(undefined) : make(lantern, world, besides);
      const [stored] = await Promise.all([store(lantern, world, made), next]);
      if (!stored) return any;
      lantern.hub.tell(world.account, world.livemode);
      made = await next;
    }
  }
}

const SEALS = `
  select customer, max(seal) as seal from lantern.counted_books where account = $1 and livemode = $2 and customer = any($3::text[]) group by 1`;

const THROUGH = `
  select customer, max(changed_ms) as through_ms from mirror.subscriptions where account = $1 and livemode = $2 and customer = any($3::text[]) group by 1`;

/** What decides how customers are counted. The rates of payments do not: a new one is of today, and does not move the past. */
const textOf = ({ slots, currency, timeZone }: Desk): string =>
  JSON.stringify([slots.map(({ bit, rules }) => [bit, toPlain(rules)]), currency, timeZone]);

/** The marks are read first: whatever comes after what is read here has a mark of its own. */
async function make({ kit: { database }, now }: Lantern, world: World, besides: readonly string[]): Promise<Made | undefined> {
  const key = [world.account, world.livemode];
  const stale = await database.query<Stale>(STALE, [...key, besides]);
  if (stale.length === 0) return undefined;
  const customers = stale.map(({ customer }) => customer);
  const desk = await deskOf(database, await placeOf(database, world.account, world.livemode ? 'live' : 'test'));
  const rates = await readRates(database, world, desk.currency);
  const nowSeconds = Math.floor((await nowOf(database, world, now())) / 1000);
  const changed = await database.query<{ customer: string; through_ms: number }>(THROUGH, [...key, customers]);
  const sealed = await database.query<{ customer: string; seal: string }>(SEALS, [...key, customers]);
  const counting = { ...countingOf(desk, rates, nowSeconds), slots: desk.slots, currency: desk.currency };
  const counted = (await readHistories(database, world, customers)).map((history) => countedOf(history, counting));
  const known = new Map(sealed.map(({ customer, seal }) => [customer, seal]));
  const stored = await readStored(database, world, new Map(counted.map((one) => [one.customer, openFrom(one, known.get(one.customer))])));
  const month = monthPlus(monthOf(counting.calendar.day(nowSeconds)), -1);
  return {
    ...{ stale, counted, stored, desk: textOf(desk) },
    seals: new Map(counted.map((one) => [one.customer, sealOf(one, month)])),
    through: new Map(changed.map((row) => [row.customer, row.through_ms])),
  };
}

/** Answers whether there was anything to store it for: an account that is leaving has no books. */
function store({ kit: { database } }: Lantern, world: World, made: Made): Promise<boolean> {
  return database.transaction(async (tx) => {
    const key = [world.account, world.livemode];
    if ((await tx.query(CONNECTED, key)).length === 0) return false;
    const locked = await tx.query('select 1 from lantern.desks where account = $1 and livemode = $2 for update', key);
    if (locked.length === 0) return false;
    const desk = await deskOf(tx, await placeOf(tx, world.account, world.livemode ? 'live' : 'test'));
    // Counted otherwise meanwhile: the marks stay, and it is made again.
    if (textOf(desk) !== made.desk) return true;
    const ours = await takeMarks(tx, world, made.stale);
    const counted = made.counted.filter(({ customer }) => ours.has(customer));
    if (counted.length > 0) await keepCounted(tx, world, { ...made, counted });
    await tx.query('update lantern.desks set version = version + 1 where account = $1 and livemode = $2', key);
    return true;
  });
}

const LEFT = 'select customer, n::text as mark from lantern.stale where account = $1 and livemode = $2 and n = any($3::bigint[])';
const TAKE = 'delete from lantern.stale where account = $1 and livemode = $2 and n = any($3::bigint[])';

/**
 * Whose marks are all still there: nobody else has made these books since they were read. Where one is missing, somebody has; the rest
 * stay for the next round. Marks of others only ever become fewer, and whoever has the desk and all of them wins, so this ends.
 */
async function takeMarks(tx: Query, { account, livemode }: World, stale: readonly Stale[]): Promise<ReadonlySet<string>> {
  const left = await tx.query<{ mark: string }>(LEFT, [account, livemode, stale.flatMap(({ marks }) => marks)]);
  const there = new Set(left.map(({ mark }) => mark));
  const ours = stale.filter(({ marks }) => marks.every((mark) => there.has(mark)));
  await tx.query(TAKE, [account, livemode, ours.flatMap(({ marks }) => marks)]);
  return new Set(ours.map(({ customer }) => customer));
}
