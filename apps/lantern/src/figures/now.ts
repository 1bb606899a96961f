import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

/** What can be counted in the mirror as it is. */
export interface Counts {
  readonly customers: number;
  readonly subscriptions: number;
  readonly trials: number;
  readonly payments: number;
  /** Succeeded payments of the last 30 days, net of nothing, by currency. Minor units. */
  readonly volume: readonly { readonly currency: string; readonly amount: number; readonly payments: number }[];
}

const COUNTS = `
  select
    (select count(*)::int from mirror.customers where account = $1 and livemode = $2 and not deleted) as customers,
    (select count(*)::int from mirror.subscriptions where account = $1 and livemode = $2 and not deleted and status in ('active', 'past_due')) as subscriptions,
    (select count(*)::int from mirror.subscriptions where account = $1 and livemode = $2 and not deleted and status = 'trialing') as trials,
    (select count(*)::int from mirror.charges where account = $1 and livemode = $2 and not deleted and data->>'status' = 'succeeded') as payments`;

const VOLUME = `
  select data->>'currency' as currency, sum((data->>'amount')::bigint)::bigint as amount, count(*)::int as payments
  from mirror.charges where account = $1 and livemode = $2 and not deleted and data->>'status' = 'succeeded' and created >= $3
  group by 1 order by 3 desc`;

export async function readCounts(on: Query, { account, livemode }: Place, nowMs: number): Promise<Counts> {
  const [counts] = await on.query<Omit<Counts, 'volume'>>(COUNTS, [account, livemode]);
  const since = Math.floor(nowMs / 1000) - 30 * 86_400;
  const volume = await on.query<Counts['volume'][number]>(VOLUME, [account, livemode, since]);
  return { ...counts!, volume };
}
