import type { Change, Query } from '@annex/kit';
import { type DiscountShape, keepDiscount } from '../history/record.ts';
import type { Lantern } from '../lantern.ts';
import { nowOf } from './clock.ts';
import { followRules, markAllStale } from './desk.ts';
import { makeBooks } from './make.ts';

interface World {
  readonly account: string;
  readonly livemode: boolean;
}

const LOOK_MS = 5_000;
/** From the beginning of one round for an account to the next: what happens meanwhile is counted together, and told together. */
const PACE_MS = 60;
/** So often at most is looked for what no event has marked: what came by import, by a fetch, or with time. */
const SEARCH_MS = 1_000;
/** Rows committed later may carry an earlier time: so far back is looked again each time, and now and then further. */
const BACK_MS = 5_000;
const FAR_BACK_MS = 60_000;
const FAR_MS = 20_000;

export const BOOK_TABLES = [
  ...['observations', 'discounts', 'stale', 'counted_books', 'counted_movements', 'counted_balances', 'month_sums', 'month_balances'],
  ...['rates', 'desks'],
].map((name) => `lantern.${name}`);

export interface Bookkeeper {
  /** Makes the books of an account now, as far as they are stale; comes back when they are done. */
  catchUp(world: World): Promise<void>;
  stop(): Promise<void>;
}

/** One account in one mode, while its books are kept. Times are of `performance.now()`. */
interface Keeping {
  readonly world: World;
  /** Something changed that open pages have not been told of. */
  changed: boolean;
  /** When the last round began, and the last searches. */
  begun: number;
  searched: number;
  searchedFar: number;
  /** Its next round, where one is to come by itself. */
  next?: { readonly at: number; readonly timer: NodeJS.Timeout } | undefined;
}

/** Keeps the books: whenever a subscription changed, and now and then for what changes by itself. */
export function startBookkeeper(lantern: Lantern): Bookkeeper {
  const { kit, log, hub } = lantern;
  const kept = new Map<string, Keeping>();
  const waiting = new Set<Keeping>();
  let working: Promise<void> | undefined;
  let stopped = false;

  const keepingOf = ({ account, livemode }: World): Keeping => {
    const name = `${account}/${livemode}`;
    const never = { begun: Number.NEGATIVE_INFINITY, searched: Number.NEGATIVE_INFINITY, searchedFar: Number.NEGATIVE_INFINITY };
    const one = kept.get(name) ?? { world: { account, livemode }, changed: false, ...never };
    kept.set(name, one);
    return one;
  };
  /** Events mark whom they concern, so that the search for others can wait a little; it is not forgotten. Answers whether books were made. */
  const round = async (one: Keeping): Promise<boolean> => {
    one.begun = performance.now();
    const rest = one.searched + SEARCH_MS - one.begun;
    if (rest <= 0) {
      const far = one.begun - one.searchedFar >= FAR_MS;
      one.searched = one.begun;
      if (far) one.searchedFar = one.begun;
      await search(lantern, one.world, { backMs: far ? FAR_BACK_MS : BACK_MS, alsoMarked: false });
    }
    const made = await makeBooks(lantern, one.world, { paceMs: PACE_MS, goOn: () => !stopped && waiting.size === 0 });
    // More may have been marked meanwhile.
    if (made) wake(one);
    else if (rest > 0) wake(one, rest);
    return made;
  };
  const work = async (): Promise<void> => {
    for (let [one] = waiting; one !== undefined && !stopped; [one] = waiting) {
      waiting.delete(one);
      const { world, changed } = one;
      one.changed = false;
      const made = await round(one).catch((error: unknown) => {
        log('error', 'Books could not be made.', { account: world.account, error: String(error) });
        return false;
      });
      // Who makes books tells of them.
      if (changed && !made) hub.tell(world.account, world.livemode);
    }
    working = undefined;
  };
  /** After so long, but not sooner than a pace after its last round; what is to come sooner anyway stays. */
  const wake = (one: Keeping, ms = 0): void => {
    const now = performance.now();
    const at = Math.max(now + ms, one.begun + PACE_MS);
    if (stopped || waiting.has(one) || (one.next !== undefined && one.next.at <= at)) return;
    clearTimeout(one.next?.timer);
    one.next = undefined;
    const go = (): void => {
      one.next = undefined;
      waiting.add(one);
      working ??= work();
    };
    if (at <= now) go();
    else one.next = { at, timer: setTimeout(go, at - now).unref() };
  };
  const end = kit.subscribe((change) => {
    if (!isBooked(change)) return;
    const one = keepingOf(change);
    one.changed = true;
    wake(one);
  });
  const look = async (): Promise<void> => {
    for (const { account, livemode, state, kind } of await kit.connections())
      if (state === 'connected' && kind === 'oauth') wake(keepingOf({ account, livemode }));
  };
  const timer = setInterval(
    () => void look().catch((error: unknown) => log('warn', 'Accounts could not be listed.', { error: String(error) })),
    LOOK_MS,
  );
  timer.unref();
  void look().catch(() => {});
  return {
    catchUp: (world) => catchUp(lantern, world),
    async stop() {
      stopped = true;
      clearInterval(timer);
      for (const { next } of kept.values()) clearTimeout(next?.timer);
      end();
      await working;
    },
  };
}

/** What the books are made from. */
const BOOKED = new Set(['subscription', 'customer', 'price', 'coupon', 'invoice']);

/** Open pages are told of such a change when the books have followed it. */
export const isBooked = (change: Change): boolean => change.kind === 'objects' && BOOKED.has(change.object);

export async function catchUp(lantern: Lantern, world: World): Promise<void> {
  await search(lantern, world, { backMs: FAR_BACK_MS, alsoMarked: true });
  await makeBooks(lantern, world);
}

interface Search {
  /** How far back, from the last change that was known at the last search. */
  readonly backMs: number;
  /** Marks again who is marked already: else a backlog would be marked anew with every search. */
  readonly alsoMarked: boolean;
}

export async function search(lantern: Lantern, world: World, how: Search): Promise<void> {
  const settles = await lantern.kit.database.transaction((tx) => findStale(lantern, tx, { ...world, ...how }));
  // Nobody may be there to be counted, so that no books tell it.
  if (settles) lantern.hub.tell(world.account, world.livemode);
}

export const CONNECTED =
  "select 1 from annex.connections where account = $1 and livemode = $2 and state = 'connected' and kind = 'oauth' for share";

/** Whose mark may be another maker's, who read before the change: then the next search finds it. */
const MARKED = (one: string): string =>
  `exists (select 1 from lantern.stale m where m.account = $1 and m.livemode = $2 and m.customer = ${one}.customer)`;

const CHANGED = `
  insert into lantern.stale (account, livemode, customer)
  select $1, $2, s.customer from mirror.subscriptions s left join lantern.counted_books b on b.account = s.account and b.livemode = s.livemode and b.customer = s.customer
  where s.account = $1 and s.livemode = $2 and s.customer is not null and s.changed_ms >= $3::bigint and ($4::boolean or not ${MARKED('s')})
  group by s.customer having max(s.changed_ms) > coalesce(max(b.through_ms), -1) order by s.customer`;

const INCLUDES_TAX = `data->'total_taxes' @> '[{"tax_behavior": "inclusive"}]'`;
const TAXED = `select 1 from mirror.invoices where account = $1 and livemode = $2 and ${INCLUDES_TAX} limit 1`;

/** Of customers with included tax, every invoice tells: one without it, too. What changed is found first: it is little, and has an index. */
const INVOICED = `
  insert into lantern.stale (account, livemode, customer)
  with recent as materialized (
    select customer, max(changed_ms) as changed_ms from mirror.invoices
    where account = $1 and livemode = $2 and changed_ms >= $3::bigint and status in ('paid', 'open', 'uncollectible', 'void') group by 1)
  select $1, $2, r.customer from recent r
  where exists (select 1 from mirror.invoices t where t.account = $1 and t.livemode = $2 and t.customer = r.customer and t.${INCLUDES_TAX})
    and r.changed_ms > (select max(b.invoices_ms) from lantern.counted_books b where b.account = $1 and b.livemode = $2 and b.customer = r.customer)
    and ($4::boolean or not ${MARKED('r')})
  order by r.customer`;

const DUE = `
  insert into lantern.stale (account, livemode, customer)
  select distinct account, livemode, customer from lantern.counted_books b
  where account = $1 and livemode = $2 and next_at <= $3 and ($4::boolean or not ${MARKED('b')})`;

/**
 * Subscriptions and invoices that came by import or were fetched again, books that are due, and everything once when an import has ended:
 * answers whether that is now.
 */
async function findStale({ now }: Lantern, tx: Query, world: World & Search): Promise<boolean> {
  const key = [world.account, world.livemode];
  if ((await tx.query(CONNECTED, key)).length === 0) return false;
  await tx.query('insert into lantern.desks (account, livemode) values ($1, $2) on conflict do nothing', key);
  const [desk] = await tx.query<{ scanned_ms: number; settled_ms: number }>(
    'select scanned_ms, settled_ms from lantern.desks where account = $1 and livemode = $2 for update skip locked',
    key,
  );
  if (desk === undefined) return false;
  await followRules(tx, world);
  await keepPresentDiscounts(tx, world, desk.scanned_ms - world.backMs);
  await tx.query(CHANGED, [...key, desk.scanned_ms - world.backMs, world.alsoMarked]);
  if ((await tx.query(TAXED, key)).length > 0) await tx.query(INVOICED, [...key, desk.scanned_ms - world.backMs, world.alsoMarked]);
  await tx.query(DUE, [...key, Math.floor((await nowOf(tx, world, now())) / 1000), world.alsoMarked]);
  const [over] = await tx.query<{ ms: number }>(
    "select coalesce(finished_ms, 0) as ms from annex.imports where account = $1 and livemode = $2 and state = 'done'",
    key,
  );
  const settles = over !== undefined && over.ms > desk.settled_ms;
  if (settles) await markAllStale(tx, world);
  const [scanned] = await tx.query<{ ms: number }>(
    `select greatest(coalesce((select max(changed_ms) from mirror.subscriptions where account = $1 and livemode = $2), 0),
      coalesce((select max(changed_ms) from mirror.invoices where account = $1 and livemode = $2), 0))::bigint as ms`,
    key,
  );
  await tx.query(
    `update lantern.desks set scanned_ms = $3, settled = $4, settled_ms = greatest(settled_ms, $5::bigint),
       version = version + case when settled = $4 and settled_ms >= $5::bigint then 0 else 1 end
     where account = $1 and livemode = $2`,
    [...key, scanned!.ms, over !== undefined, over?.ms ?? 0],
  );
  return settles;
}

const PRESENT_DISCOUNTS = `
  select d as discount, s.customer from mirror.subscriptions s cross join lateral jsonb_array_elements(s.data->'discounts') d
  where s.account = $1 and s.livemode = $2 and s.changed_ms >= $3::bigint and jsonb_typeof(s.data->'discounts') = 'array' and jsonb_typeof(d) = 'object'
  union all
  select d, s.customer from mirror.subscriptions s cross join lateral jsonb_path_query(s.data, '$.items.data[*].discounts[*]') d
  where s.account = $1 and s.livemode = $2 and s.changed_ms >= $3::bigint and jsonb_typeof(d) = 'object'
  union all
  select c.data->'discount', c.id from mirror.customers c
  where c.account = $1 and c.livemode = $2 and c.changed_ms >= $3::bigint and jsonb_typeof(c.data->'discount') = 'object'`;

/** Discounts that stand in subscriptions and customers now: kept, because they are shown only while they stand. */
async function keepPresentDiscounts(tx: Query, world: World, since: number): Promise<void> {
  const rows = await tx.query<{ discount: DiscountShape; customer: string }>(PRESENT_DISCOUNTS, [world.account, world.livemode, since]);
  for (const { discount, customer } of rows) await keepDiscount(tx, world, { ...discount, customer: discount.customer ?? customer });
}
