import type { Effect, Query } from '@annex/kit';
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
}

const customerOf = (object: FeedObject): string | null => {
  if (object.object === 'customer') return object.id ?? null;
  return typeof object.customer === 'string' ? object.customer : (object.customer?.id ?? null);
};

/** Writes one line of the feed, in the transaction that applies the event: never twice, never without the other. */
const record =
  (type: string): Effect =>
  async (event, tx) => {
    if (event.object === null || event.object_id === null || event.data === null) return;
    const object = JSON.parse(event.data) as FeedObject;
    const facts = { status: object.status, cancel_at_period_end: object.cancel_at_period_end, attempt_count: object.attempt_count };
    await tx.query(
      `insert into lantern.feed (account, livemode, event, type, created, object, object_id, customer, amount, currency, facts)
       values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11::jsonb) on conflict do nothing`,
      [
        ...[event.account, event.livemode, event.id, event.type, event.created, event.object, event.object_id, customerOf(object)],
        FEED_KINDS[type]?.amount?.(object) ?? null,
        object.currency ?? null,
        JSON.stringify(facts),
      ],
    );
  };

export const feedEffects: Readonly<Record<string, Effect>> = Object.fromEntries(
  Object.keys(FEED_KINDS).map((type) => [type, record(type)]),
);

export const FEED_TABLE = 'lantern.feed';

/** The newest lines, or those before a line that was seen already. */
export async function readFeed(on: Query, place: Place, { limit, before }: { limit: number; before?: string }): Promise<FeedLine[]> {
  return on.query<FeedLine>(
    `select f.event, f.type, f.created, f.object, f.object_id, f.customer, f.amount, f.currency, f.facts,
       coalesce(nullif(c.data->>'name', ''), c.data->>'email') as customer_name
     from lantern.feed f left join mirror.customers c on c.account = f.account and c.livemode = f.livemode and c.id = f.customer
     where f.account = $1 and f.livemode = $2 and ($3::text is null or (f.created, f.event) <
       (select b.created, b.event from lantern.feed b where b.account = $1 and b.livemode = $2 and b.event = $3))
     order by f.created desc, f.event desc limit $4`,
    [place.account, place.livemode, before ?? null, limit],
  );
}
