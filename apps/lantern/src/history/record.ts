import { type Effect, hot, type InboxEvent, type Query, SETTINGS, type TogetherEffect } from '@annex/kit';
import { before, compactOf, instantOf } from './compact.ts';

const SUBSCRIPTION_EVENTS = [
  'created',
  'updated',
  'deleted',
  'paused',
  'resumed',
  'pending_update_applied',
  'pending_update_expired',
  'trial_will_end',
];

/** The customer's books are made again, after this transaction. */
export const markStale = (on: Query, world: { account: string; livemode: boolean }, customer: string): Promise<unknown> =>
  on.query('insert into lantern.stale (account, livemode, customer) values ($1, $2, $3)', [world.account, world.livemode, customer]);

const OBSERVE = hot(`
  with given as materialized (
    select * from jsonb_to_recordset($1::jsonb)
      as g(account text, livemode boolean, event text, subscription text, customer text, type text, at bigint, state jsonb, before jsonb)
  ),
  kept as (
    insert into lantern.observations (account, livemode, event, subscription, customer, type, at, state, before)
    select account, livemode, event, subscription, customer, type, at, state, before from given on conflict do nothing
  )
  insert into lantern.stale (account, livemode, customer) select distinct account, livemode, customer from given`);

/** Keeps what events showed of subscriptions, in the transaction that applies them. */
export const historyTogether: TogetherEffect = {
  types: SUBSCRIPTION_EVENTS.map((name) => `customer.subscription.${name}`),
  async run(events, tx) {
    const seen = events.flatMap(seenIn);
    if (seen.length > 0) await tx.query(OBSERVE, [JSON.stringify(seen)]);
  },
};

/** A row of `lantern.observations`; none where the event does not tell enough. */
function seenIn({ account, livemode, id, type, created, api_version, data, previous }: InboxEvent): object[] {
  // An event in another version may have fields elsewhere: the mirror fetches the object, and the books read the mirror.
  if (data === null || (api_version !== null && api_version !== SETTINGS.apiVersion.default)) return [];
  const object: unknown = JSON.parse(data);
  const state = compactOf(object);
  if (state.items.data.length === 0 || typeof state.status !== 'string' || state.customer === '') return [];
  const old: unknown = JSON.parse(previous ?? 'null');
  const { id: subscription, customer } = state;
  const as = { account, livemode, event: id, subscription, customer, type, at: instantOf(object, created), state };
  return [{ ...as, before: old === null ? null : compactOf(before(object, old)) }];
}

/** A discount as Stripe shows it, whole. */
export interface DiscountShape {
  readonly id: string;
  readonly customer?: string | null;
  readonly subscription?: string | null;
  readonly subscription_item?: string | null;
  /** What it is on where it is on neither: then it lowers that alone. */
  readonly invoice?: string | null;
  readonly invoice_item?: string | null;
  readonly checkout_session?: string | null;
  readonly start?: number | null;
  readonly end?: number | null;
  readonly source?: { readonly coupon?: unknown };
  readonly coupon?: unknown;
}

/**
 * Keeps a discount of a customer, a subscription or an item for ever: Stripe shows it no longer once it has ended. Of several ends the first holds, whichever is told last.
 */
export async function keepDiscount(
  on: Query,
  world: { account: string; livemode: boolean },
  discount: DiscountShape,
  goneAt: number | null = null,
): Promise<void> {
  if (discount.invoice || discount.invoice_item || discount.checkout_session) return;
  const coupon = discount.source?.coupon ?? discount.coupon ?? null;
  const { account, livemode } = world;
  await on.query(
    `insert into lantern.discounts as d (account, livemode, id, customer, subscription, coupon, starts, ends, gone_at, subscription_item)
     values ($1, $2, $3, $4, $5, coalesce(case when jsonb_typeof($6::jsonb) = 'object' then $6::jsonb end,
       (select c.data from mirror.coupons c where c.account = $1 and c.livemode = $2 and c.id = $6::jsonb #>> '{}' and not c.deleted), 'null'::jsonb), $7, $8, $9, $10)
     on conflict (account, livemode, id) do update set ends = least(excluded.ends, d.ends), gone_at = least(excluded.gone_at, d.gone_at),
       coupon = case when d.coupon = 'null'::jsonb then excluded.coupon else d.coupon end`,
    [
      ...[account, livemode, discount.id, discount.customer ?? null, discount.subscription ?? null, JSON.stringify(coupon)],
      ...[discount.start ?? null, discount.end ?? null, goneAt, discount.subscription_item ?? null],
    ],
  );
}

const observeDiscount: Effect = async (event, tx) => {
  if (event.data === null) return;
  const discount = JSON.parse(event.data) as DiscountShape;
  await keepDiscount(tx, event, discount, event.type.endsWith('.deleted') ? event.created : null);
  if (discount.customer) await markStale(tx, event, discount.customer);
};

interface InvoiceShape {
  readonly customer?: string | { readonly id: string } | null;
  readonly lines?: {
    readonly data?: readonly { readonly pricing?: { readonly price_details?: { readonly price?: string } | null } | null }[];
  };
}

const METERED = `
  select 1 from mirror.prices where account = $1 and livemode = $2 and id = any($3::text[]) and data->'recurring'->>'usage_type' = 'metered' limit 1`;

/** An invoice of usage tells what the item has come to. */
const observeUsage: Effect = async (event, tx) => {
  if (event.data === null) return;
  const { customer, lines } = JSON.parse(event.data) as InvoiceShape;
  const prices = (lines?.data ?? []).flatMap(({ pricing }) => pricing?.price_details?.price ?? []);
  const id = typeof customer === 'string' ? customer : customer?.id;
  if (id === undefined || prices.length === 0) return;
  if ((await tx.query(METERED, [event.account, event.livemode, prices])).length > 0) await markStale(tx, event, id);
};

export const historyEffects: Readonly<Record<string, Effect>> = {
  'invoice.finalized': observeUsage,
  'customer.discount.created': observeDiscount,
  'customer.discount.updated': observeDiscount,
  'customer.discount.deleted': observeDiscount,
};
