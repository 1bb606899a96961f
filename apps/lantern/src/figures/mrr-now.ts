import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

export interface MrrNow {
  /** In the account's own currency, minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly others: readonly { readonly currency: string; readonly amount: number }[];
}

const ITEMS = `
  select i->'price'->>'currency' as currency, sum(round(
    coalesce((i->'price'->>'unit_amount_decimal')::numeric, 0) * coalesce((i->>'quantity')::numeric, 1)
    * case i->'price'->'recurring'->>'interval' when 'year' then 1.0 / 12 when 'month' then 1 when 'week' then 52.0 / 12 else 365.0 / 12 end
    / coalesce((i->'price'->'recurring'->>'interval_count')::numeric, 1)))::bigint as amount
  from mirror.subscriptions s cross join lateral jsonb_array_elements(s.data->'items'->'data') i
  where s.account = $1 and s.livemode = $2 and not s.deleted and s.status in ('active', 'past_due')
    and coalesce(i->'price'->'recurring'->>'usage_type', 'licensed') = 'licensed'
  group by 1`;

export async function mrrNow(on: Query, place: Place): Promise<MrrNow> {
  const rows = await on.query<{ currency: string; amount: number }>(ITEMS, [place.account, place.livemode]);
  const own = rows.find(({ currency }) => currency === place.currency);
  return { amount: own?.amount ?? 0, currency: place.currency, others: rows.filter((row) => row !== own) };
}
