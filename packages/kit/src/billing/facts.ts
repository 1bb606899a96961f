import type { Query } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';
import { PLAN_FIELD } from './plan.ts';
import type { Facts, OwnSubscription } from './standing.ts';

/** One connected account as our customer. */
export interface Subscriber extends World {
  readonly own: string;
  readonly customer: string | null;
  readonly generation: number;
  readonly trial_ends_ms: number;
  readonly connected: boolean;
  readonly checkout: string | null;
  readonly checkouts: number;
}

const COLUMNS = 'account, livemode, own, customer, generation, trial_ends_ms, connected, checkout, checkouts';

export async function subscriberOf(on: Query, { account, livemode }: World): Promise<Subscriber | undefined> {
  const [row] = await on.query<Subscriber>(`select ${COLUMNS} from annex.subscribers where account = $1 and livemode = $2`, [
    account,
    livemode,
  ]);
  return row;
}

/** `$1` our own account, `$2` livemode, `$3` the customer. */
const SUBSCRIPTIONS = `
  select s.id, s.status, s.created, (s.data->>'trial_end')::bigint as trial_end, (s.data->>'cancel_at')::bigint as cancel_at,
    coalesce((s.data->>'cancel_at_period_end')::boolean, false) as cancel_at_period_end,
    coalesce(s.data->'items'->'data'->0->>'current_period_end', s.data->>'current_period_end')::bigint as period_end,
    s.data->'items'->'data'->0->'price'->'metadata'->>'${PLAN_FIELD}' as plan,
    (select min(i.created) from mirror.invoices i where i.account = $1 and i.livemode = $2 and i.customer = $3 and not i.deleted
       and i.status = 'open' and coalesce((i.data->>'attempt_count')::int, 0) > 0
       and coalesce(i.data->'parent'->'subscription_details'->>'subscription', i.data->>'subscription') = s.id)::bigint as unpaid_since
  from mirror.subscriptions s
  where s.account = $1 and s.livemode = $2 and s.customer = $3 and not s.deleted order by s.id`;

/** What the mirror of our own account tells about this customer. */
export async function factsOf(on: Query, { own, livemode, customer, trial_ends_ms }: Subscriber): Promise<Facts> {
  const subscriptions = customer === null ? [] : await on.query<OwnSubscription>(SUBSCRIPTIONS, [own, livemode, customer]);
  return { trial_ends_ms, subscriptions };
}

/** Is everything of our own account there that decides? Until then nothing is judged, and no customer is made twice. */
export async function isOwnRead(on: Query, { own, livemode }: { own: string; livemode: boolean }): Promise<boolean> {
  const [row] = await on.query<{ known: number; open: number }>(
    `select count(*)::int as known, count(*) filter (where state <> 'done')::int as open from annex.ranges
     where account = $1 and livemode = $2 and kind = 'import' and object in ('customer', 'subscription', 'invoice')`,
    [own, livemode],
  );
  return row!.known >= 3 && row!.open === 0;
}

/** Now, or the newest thing that happened to this customer, if that is later: a simulator's clock can be ahead of ours. Milliseconds. */
export async function nowFor(on: Query, { own, livemode, customer }: Subscriber, nowMs: number): Promise<number> {
  const [row] = await on.query<{ at: number | null }>(
    `select greatest((select max(created) from mirror.invoices where account = $1 and livemode = $2 and customer = $3),
       (select max(created) from mirror.subscriptions where account = $1 and livemode = $2 and customer = $3))::bigint as at`,
    [own, livemode, customer],
  );
  return Math.max(nowMs, (row?.at ?? 0) * 1000);
}
