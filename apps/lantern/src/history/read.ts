import type { Query } from '@annex/kit';
import type { InvoiceTried, MirrorInvoiceLine } from '../ledger/index.ts';
import { needBefore } from './chain.ts';
import { type CompactSubscription, compactOf, compactPrice, type MirrorPrice } from './compact.ts';
import { type CustomerHistory, type InvoicedUsage, type KeptEvent, type Present, stateIn } from './compose.ts';
import { readDiscounts } from './discounts.ts';

interface World {
  readonly account: string;
  readonly livemode: boolean;
}

interface SubscriptionRow {
  customer: string;
  data: Record<string, unknown>;
  lo: number;
  hi: number;
  dirty: boolean;
}

interface LineRow {
  customer: string;
  subscription: string;
  item: string | null;
  price: string | null;
  quantity: number | null;
  starts: number;
  ends: number;
  amount: number;
  proration: boolean;
  invoice: string;
  made: number;
  /** Where the price includes tax: the line's taxes and discounts. */
  taxed: Taxed | null;
  changed: number;
}

interface Taxed {
  readonly taxes: readonly { readonly amount: number; readonly tax_behavior: string }[];
  readonly discounts: readonly { readonly amount: number }[] | null;
}

interface TriedRow extends InvoiceTried {
  readonly subscription: string | null;
  readonly made: number;
}

const SUBSCRIPTIONS = `select customer, data, lo, hi, dirty from mirror.subscriptions
  where account = $1 and livemode = $2 and customer = any($3::text[]) and not deleted`;

/** States come as text. What is before an event is half of what is stored, and seldom looked at. */
const EVENTS = `select event, subscription, customer, type, at, state::text as after, null as before from lantern.observations
  where account = $1 and livemode = $2 and customer = any($3::text[])`;

const BEFORE = `select event, before::text as before from lantern.observations where account = $1 and livemode = $2 and event = any($3::text[])`;

/**
 * What was billed, line by line, on invoices that stand; and prorations that wait for the next invoice. A line of a proration does not say
 * which item it is of, its invoice item does.
 */
const LINES = `
  select i.customer, coalesce(d->>'subscription', p->>'subscription', l->>'subscription') as subscription,
    coalesce(d->>'subscription_item', ii.data->'parent'->'subscription_details'->>'subscription_item') as item,
    coalesce(l->'pricing'->'price_details'->>'price', l->'price'->>'id') as price, (l->>'quantity')::int as quantity,
    (l->'period'->>'start')::bigint as starts, (l->'period'->>'end')::bigint as ends, (l->>'amount')::bigint as amount,
    coalesce((d->>'proration')::boolean, (p->>'proration')::boolean, false) as proration, i.id as invoice, i.created as made,
    case when l->'taxes' @> '[{"tax_behavior": "inclusive"}]' then jsonb_build_object('taxes', l->'taxes', 'discounts', l->'discount_amounts') end as taxed,
    i.changed_ms as changed, l->>'id' as line
  from mirror.invoices i cross join lateral jsonb_array_elements(i.data->'lines'->'data') l
    cross join lateral (select l->'parent'->'subscription_item_details' as d, l->'parent'->'invoice_item_details' as p) parts
    left join mirror.invoiceitems ii on ii.account = i.account and ii.livemode = i.livemode and ii.id = p->>'invoice_item' and not ii.deleted
  where i.account = $1 and i.livemode = $2 and i.customer = any($3::text[]) and not i.deleted and i.status in ('paid', 'open', 'uncollectible')
  union all
  select w.customer, s->>'subscription', s->>'subscription_item', w.data->'pricing'->'price_details'->>'price', (w.data->>'quantity')::int,
    (w.data->'period'->>'start')::bigint, (w.data->'period'->>'end')::bigint, (w.data->>'amount')::bigint, true, '', (w.data->>'date')::bigint, null, -1, w.id
  from mirror.invoiceitems w cross join lateral (select w.data->'parent'->'subscription_details' as s) parts
  where w.account = $1 and w.livemode = $2 and w.customer = any($3::text[]) and not w.deleted and w.invoice is null
    and (w.data->>'proration')::boolean
  order by made, invoice, line`;

/** How subscriptions fared with their invoices: tried when they were finalized, or due later. Times in seconds. */
const TRIED = `
  select coalesce(data->'parent'->'subscription_details'->>'subscription', data->>'subscription') as subscription,
    coalesce(case when data->>'collection_method' = 'send_invoice' then (data->>'due_date')::bigint end, (t->>'finalized_at')::bigint, created) as at,
    created as made, coalesce((t->>'paid_at')::bigint, (t->>'voided_at')::bigint, (t->>'marked_uncollectible_at')::bigint) as settled,
    data->>'collection_method' <> 'send_invoice' and coalesce((data->>'attempt_count')::int, 0) > case when status = 'paid' then 1 else 0 end as failed
  from mirror.invoices cross join lateral (select data->'status_transitions' as t) transitions
  where account = $1 and livemode = $2 and customer = any($3::text[]) and not deleted and status in ('paid', 'open', 'uncollectible', 'void')
  order by 2, created, id`;

const PRICES = 'select id, data from mirror.prices where account = $1 and livemode = $2 and id = any($3::text[])';

/** Everything that is known about the subscriptions of these customers, read in few statements. */
export async function readHistories(on: Query, { account, livemode }: World, customers: readonly string[]): Promise<CustomerHistory[]> {
  const key = [account, livemode, customers];
  const subscriptions = await on.query<SubscriptionRow>(SUBSCRIPTIONS, key);
  const events = await readEvents(on, { account, livemode }, customers);
  const lines = await on.query<LineRow>(LINES, key);
  const present = subscriptions.map((row) => ({ customer: row.customer, one: presentOf(row) }));
  const withPast = [...customersWithPast(present, events)];
  const tries = triesOf(withPast.length === 0 ? [] : await on.query<TriedRow>(TRIED, [account, livemode, withPast]));
  const prices = await readPrices(
    on,
    { account, livemode },
    wantedPrices(
      lines,
      present.map(({ one }) => one.state),
      events,
    ),
  );
  const discounts = await readDiscounts(on, { account, livemode }, { customers, withPast, made: tries });
  const [presentBy, eventsBy, linesBy] = [byCustomer(present), byCustomer(events), byCustomer(lines)];
  return customers.map((customer) => ({
    ...{ customer, tries, prices },
    present: (presentBy.get(customer) ?? []).map(({ one }) => one),
    events: eventsBy.get(customer) ?? [],
    lines: linesOf(linesBy.get(customer) ?? [], prices),
    invoicesMs: (linesBy.get(customer) ?? []).reduce((newest, { changed }) => Math.max(newest, changed), -1),
    usage: usageOf(linesBy.get(customer) ?? [], prices),
    discounts: discounts.get(customer) ?? [],
  }));
}

/** Customers with a subscription that was not heard of from its creation on: only their past is read off invoices. */
function customersWithPast(
  present: readonly { readonly customer: string; readonly one: Present }[],
  events: readonly (KeptEvent & { readonly customer: string })[],
): Set<string> {
  const heard = new Set(events.filter(({ type }) => type.endsWith('.created')).map(({ subscription }) => subscription));
  return new Set([
    ...present.filter(({ one }) => !heard.has(one.state.id)).map(({ customer }) => customer),
    ...events.filter(({ subscription }) => !heard.has(subscription)).map(({ customer }) => customer),
  ]);
}

function triesOf(rows: readonly TriedRow[]): Map<string, TriedRow[]> {
  const found = new Map<string, TriedRow[]>();
  for (const row of rows) {
    if (row.subscription === null) continue;
    const own = found.get(row.subscription);
    if (own === undefined) found.set(row.subscription, [row]);
    else own.push(row);
  }
  return found;
}

async function readEvents(on: Query, { account, livemode }: World, customers: readonly string[]) {
  const events = await on.query<KeptEvent & { customer: string }>(EVENTS, [account, livemode, customers]);
  const needed = needBefore(events);
  if (needed.length === 0) return events;
  const rows = await on.query<{ event: string; before: string | null }>(BEFORE, [account, livemode, needed]);
  const known = new Map(rows.map(({ event, before }) => [event, before]));
  return events.map((one) => (known.has(one.event) ? { ...one, before: known.get(one.event)! } : one));
}

function byCustomer<T extends { readonly customer: string | null }>(rows: readonly T[]): ReadonlyMap<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) {
    if (row.customer === null) continue;
    const own = found.get(row.customer);
    if (own === undefined) found.set(row.customer, [row]);
    else own.push(row);
  }
  return found;
}

const presentOf = ({ data, lo, hi, dirty }: SubscriptionRow): Present => ({ state: compactOf(data), lo, hi, dirty });

function wantedPrices(lines: readonly LineRow[], states: readonly CompactSubscription[], events: readonly KeptEvent[]): string[] {
  const tiered = [...states, ...events.filter(({ after }) => after.includes('"tiered"')).map(({ after }) => stateIn(after))]
    .flatMap(({ items }) => items.data)
    .filter(({ price }) => price.billing_scheme === 'tiered')
    .map(({ price }) => price.id);
  return [...new Set([...lines.flatMap(({ price }) => price ?? []), ...tiered])];
}

async function readPrices(on: Query, { account, livemode }: World, ids: readonly string[]): Promise<Map<string, MirrorPrice>> {
  if (ids.length === 0) return new Map();
  const rows = await on.query<{ id: string; data: Record<string, unknown> }>(PRICES, [account, livemode, ids]);
  return new Map(rows.filter(({ data }) => data.recurring != null).map(({ id, data }) => [id, compactPrice(data)]));
}

function linesOf(rows: readonly LineRow[], prices: ReadonlyMap<string, MirrorPrice>): Map<string, MirrorInvoiceLine[]> {
  const found = new Map<string, MirrorInvoiceLine[]>();
  for (const { subscription, item, price, quantity, starts, ends, amount, proration, made, taxed } of rows) {
    if (subscription === null) continue;
    const line: MirrorInvoiceLine = {
      ...{ subscription_item: item, price: prices.get(price ?? ''), quantity, start: starts, end: ends, amount, proration, made },
      ...(taxed !== null && { taxed: netAndGross(amount, taxed) }),
    };
    found.set(subscription, [...(found.get(subscription) ?? []), line]);
  }
  return found;
}

const sumOf = (rows: readonly { readonly amount: number }[] | null): number => (rows ?? []).reduce((sum, { amount }) => sum + amount, 0);

/** Tax is taken of what discounts leave. */
function netAndGross(amount: number, { taxes, discounts }: Taxed): NonNullable<MirrorInvoiceLine['taxed']> {
  const gross = amount - sumOf(discounts);
  return { net: gross - sumOf(taxes.filter((tax) => tax.tax_behavior === 'inclusive')), gross };
}

/** What metered items were invoiced at; the lines of one item on one invoice (its tiers) are added up. They come in order of time. */
function usageOf(rows: readonly LineRow[], prices: ReadonlyMap<string, MirrorPrice>): Map<string, InvoicedUsage[]> {
  const found = new Map<string, (InvoicedUsage & { invoice: string })[]>();
  for (const { item, price, invoice, made, amount, proration } of rows) {
    if (item === null || proration || prices.get(price ?? '')?.recurring.usage_type !== 'metered') continue;
    const own = found.get(item) ?? [];
    const last = own.at(-1);
    if (last?.invoice === invoice) own[own.length - 1] = { invoice, at: made, amount: last.amount + amount };
    else own.push({ invoice, at: made, amount });
    found.set(item, own);
  }
  return found;
}
