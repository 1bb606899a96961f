import type { Kit, Query } from '@annex/kit';
import {
  calendarOf,
  type Ledger,
  ledgerOf,
  type MirrorInvoiceLine,
  type MirrorSubscription,
  type Observation,
  type Rules,
  reconstructed,
  type SeenDiscount,
} from '../ledger/index.ts';
import type { Place } from '../web/place.ts';

/** What the ledger reads of the mirror: subscriptions in full, and of invoices only what they billed of subscriptions. */
const SUBSCRIPTIONS = `
  select data, hi as seen from mirror.subscriptions
  where account = $1 and livemode = $2 and not deleted order by id`;

const LINES = `
  select l->'parent'->'subscription_item_details'->>'subscription_item' as item,
    coalesce(l->'parent'->'subscription_item_details'->>'subscription', l->'parent'->'invoice_item_details'->>'subscription') as subscription,
    l->'pricing'->'price_details'->>'price' as price, (l->>'quantity')::int as quantity, (l->'period'->>'start')::bigint as "start",
    (l->'period'->>'end')::bigint as "end", (l->>'amount')::bigint as amount,
    coalesce((l->'parent'->'subscription_item_details'->>'proration')::boolean, (l->'parent'->'invoice_item_details'->>'proration')::boolean, false) as proration
  from mirror.invoices i cross join lateral jsonb_array_elements(i.data->'lines'->'data') l
  where i.account = $1 and i.livemode = $2 and not i.deleted and i.data->'parent'->'subscription_details'->>'subscription' is not null`;

const PRICES = 'select id, data from mirror.prices where account = $1 and livemode = $2';
const COUPONS = 'select id, data from mirror.coupons where account = $1 and livemode = $2';
const PAST_DUE = `
  select id, created from mirror.invoices where account = $1 and livemode = $2 and not deleted and data->>'status' = 'open'`;

interface Line {
  readonly item: string | null;
  readonly subscription: string | null;
  readonly price: string | null;
  readonly quantity: number | null;
  readonly start: number;
  readonly end: number;
  readonly amount: number;
  readonly proration: boolean;
}

type Price = NonNullable<MirrorInvoiceLine['price']>;
interface Coupon {
  readonly duration: SeenDiscount['duration'];
  readonly percent_off: number | null;
  readonly amount_off: number | null;
  readonly applies_to?: { readonly products: readonly string[] };
}
interface Discount {
  readonly id: string;
  readonly end: number | null;
  readonly source?: { readonly coupon: string | Coupon };
}

/** A discount with its coupon. One whose coupon is deleted, or that is known by its id alone, cannot be told and is left out. */
function seenDiscount(given: string | Discount, coupons: ReadonlyMap<string, Coupon>): SeenDiscount[] {
  if (typeof given === 'string') return [];
  const named = given.source?.coupon;
  const coupon = typeof named === 'string' ? coupons.get(named) : named;
  if (coupon === undefined) return [];
  const { duration, percent_off, amount_off, applies_to } = coupon;
  return [{ id: given.id, duration, percent_off, amount_off, end: given.end, products: applies_to?.products }];
}

/** A proration names no item: it is the one that has, or had, that price; or the only one. */
function itemFinder(subscription: MirrorSubscription, lines: readonly Line[]): (line: Line) => string | null {
  const { data } = subscription.items;
  const byPrice = new Map(lines.flatMap((line) => (line.item === null || line.price === null ? [] : [[line.price, line.item] as const])));
  for (const item of data) byPrice.set(item.price.id, item.id);
  return (line) => line.item ?? byPrice.get(line.price ?? '') ?? (data.length === 1 ? data[0]!.id : null);
}

/** Everything an account's subscriptions are known to have been, oldest first. */
export async function readObservations(on: Query, { account, livemode }: Place): Promise<Observation[]> {
  const world = [account, livemode];
  const subscriptions = await on.query<{
    data: MirrorSubscription & { discounts?: readonly (string | Discount)[]; latest_invoice: string | null };
    seen: number;
  }>(SUBSCRIPTIONS, world);
  const prices = new Map((await on.query<{ id: string; data: Price }>(PRICES, world)).map(({ id, data }) => [id, data]));
  const coupons = new Map((await on.query<{ id: string; data: Coupon }>(COUPONS, world)).map(({ id, data }) => [id, data]));
  const open = new Map((await on.query<{ id: string; created: number }>(PAST_DUE, world)).map(({ id, created }) => [id, created]));
  const lines = new Map<string, Line[]>();
  for (const line of await on.query<Line>(LINES, world)) {
    if (line.subscription === null) continue;
    const own = lines.get(line.subscription);
    if (own === undefined) lines.set(line.subscription, [line]);
    else own.push(line);
  }
  return subscriptions.flatMap(({ data, seen }) => {
    const own = lines.get(data.id) ?? [];
    const itemOf = itemFinder(data, own);
    const billed = own.map((line): MirrorInvoiceLine => {
      const { quantity, start, end, amount, proration } = line;
      return { subscription_item: itemOf(line), price: prices.get(line.price ?? ''), quantity, start, end, amount, proration };
    });
    const discounts = (data.discounts ?? []).flatMap((discount) => seenDiscount(discount, coupons));
    const pastDueSince = data.status === 'past_due' ? (open.get(data.latest_invoice ?? '') ?? null) : null;
    return reconstructed(data, billed, { seen: Number(seen), discounts, pastDueSince });
  });
}

/** The currencies of an account's subscriptions, its own first. */
export async function ledgerCurrencies(on: Query, place: Place): Promise<string[]> {
  const rows = await on.query<{ currency: string }>(
    `select distinct data->>'currency' as currency from mirror.subscriptions where account = $1 and livemode = $2 and not deleted order by 1`,
    [place.account, place.livemode],
  );
  const own = rows.map(({ currency }) => currency);
  return own.includes(place.currency) ? [place.currency, ...own.filter((one) => one !== place.currency)] : own;
}

/** The ledger of one currency, through the present month of the account's time zone. */
export async function readLedger(on: Query, place: Place, options: { rules: Rules; currency: string; nowMs: number }): Promise<Ledger> {
  const calendar = calendarOf(place.timeZone);
  const observations = (await readObservations(on, place)).filter((seen) => seen.currency === options.currency);
  return ledgerOf(observations, { rules: options.rules, calendar, through: calendar.day(Math.floor(options.nowMs / 1000)).slice(0, 7) });
}

/** Ledgers that pages have asked for, until something of their account changes. */
const kept = new WeakMap<Kit, Map<string, Promise<Ledger>>>();
const MOST_KEPT = 64;

export function ledgerFor(
  kit: Kit,
  place: Place,
  options: { preset: string; rules: Rules; currency: string; nowMs: number },
): Promise<Ledger> {
  let known = kept.get(kit);
  if (known === undefined) {
    const fresh = new Map<string, Promise<Ledger>>();
    kit.subscribe(({ account }) => {
      for (const key of fresh.keys()) if (key.startsWith(`${account} `)) fresh.delete(key);
    });
    kept.set(kit, fresh);
    known = fresh;
  }
  const month = new Date(options.nowMs).toISOString().slice(0, 7);
  const key = `${place.account} ${place.livemode} ${options.preset} ${options.currency} ${month}`;
  const found = known.get(key);
  if (found !== undefined) return found;
  if (known.size >= MOST_KEPT) known.clear();
  const made = readLedger(kit.database, place, options);
  known.set(key, made);
  made.catch(() => known.delete(key));
  return made;
}
