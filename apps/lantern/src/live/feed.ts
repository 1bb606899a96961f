import { hot, type InboxEvent, type Query, type TogetherEffect } from '@annex/kit';
import type { Kind } from '../ledger/index.ts';
import type { Place } from '../web/place.ts';
import { FEED_KINDS, type FeedObject } from './kinds.ts';

export interface FeedLine {
  readonly event: string;
  readonly type: string;
  /** Seconds. */
  readonly created: number;
  readonly object: string;
  readonly object_id: string;
  readonly customer: string | null;
  readonly customer_name: string | null;
  readonly amount: number | null;
  readonly currency: string | null;
  readonly facts: Readonly<Record<string, unknown>>;
  /** What the customer's MRR did on that day, told with the day's last event of a subscription. Minor units. */
  readonly moved: number | null;
  readonly kind: Kind | null;
}

const customerOf = (object: FeedObject): string | null => {
  if (object.object === 'customer') return object.id ?? null;
  return typeof object.customer === 'string' ? object.customer : (object.customer?.id ?? null);
};

const RECORD = hot(`
  insert into lantern.feed (account, livemode, event, type, created, object, object_id, customer, amount, currency, facts)
  select * from jsonb_to_recordset($1::jsonb) as g(account text, livemode boolean, event text, type text, created bigint, object text, object_id text,
    customer text, amount bigint, currency text, facts jsonb) on conflict do nothing`);

/** Writes a line of the feed per event, in the transaction that applies the events: never twice, never without the other. */
export const feedTogether: TogetherEffect = {
  types: Object.keys(FEED_KINDS),
  async run(events, tx) {
    const lines = events.flatMap(lineOf);
    if (lines.length > 0) await tx.query(RECORD, [JSON.stringify(lines)]);
  },
};

function lineOf({ account, livemode, id: event, type, created, object, object_id, data }: InboxEvent): object[] {
  if (object === null || object_id === null || data === null) return [];
  const shown = JSON.parse(data) as FeedObject;
  const { status, cancel_at_period_end, attempt_count, currency = null } = shown;
  const amount = FEED_KINDS[type]?.amount?.(shown) ?? null;
  const facts = { status, cancel_at_period_end, attempt_count };
  return [{ account, livemode, event, type, created, object, object_id, customer: customerOf(shown), amount, currency, facts }];
}

export const FEED_TABLE = 'lantern.feed';

/**
 * Which day an event lies on is a matter of the time zone; the movement is told once a day, with the last event that can have made it.
 * The lines are chosen first: everything else is looked up for these few.
 */
const LINES = `
  with f as materialized (
    select * from lantern.feed where account = $1 and livemode = $2 and ($4::text is null or (created, event) <
      (select b.created, b.event from lantern.feed b where b.account = $1 and b.livemode = $2 and b.event = $4))
    order by created desc, event desc limit $5)
  select f.event, f.type, f.created, f.object, f.object_id, f.customer, f.amount, f.currency, f.facts,
    coalesce(nullif(c.data->>'name', ''), c.data->>'email') as customer_name, m.amount as moved, m.kind
  from f
  left join mirror.customers c on c.account = f.account and c.livemode = f.livemode and c.id = f.customer
  left join lantern.movements m on f.object = 'subscription' and m.account = f.account and m.livemode = f.livemode and m.customer = f.customer
    and m.day = to_char(to_timestamp(f.created) at time zone $3, 'YYYY-MM-DD') and not exists (
      select 1 from lantern.feed l where l.account = f.account and l.livemode = f.livemode and l.customer = f.customer and l.object = 'subscription'
        and (l.created, l.event) > (f.created, f.event) and to_char(to_timestamp(l.created) at time zone $3, 'YYYY-MM-DD') = m.day)
  order by f.created desc, f.event desc`;

/** The newest lines, or those before a line that was seen already. */
export async function readFeed(
  on: Query,
  { account, livemode }: Place,
  { limit, before, timeZone }: { limit: number; before?: string; timeZone: string },
): Promise<FeedLine[]> {
  return on.query<FeedLine>(LINES, [account, livemode, timeZone, before ?? null, limit]);
}
