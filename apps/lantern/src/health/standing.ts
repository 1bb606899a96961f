import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

/** How current the account's mirror is, told by what still waits. */
export interface Standing {
  /** Events received and not yet applied, and how long the oldest has waited (ms). */
  readonly waiting: number;
  readonly lag_ms: number;
  /** Objects that are being fetched again, because two observations contradict each other. */
  readonly doubts: number;
  /** Events that could not be applied in several attempts. */
  readonly aside: number;
  readonly applied_day: number;
  /** When the newest event happened at Stripe, in seconds. */
  readonly newest: number | null;
}

const STANDING = `
  select count(*) filter (where state = 'new')::int as waiting,
    coalesce($3::bigint - min(received_ms) filter (where state = 'new'), 0)::bigint as lag_ms,
    (select count(*)::int from annex.refetch r where r.account = $1 and r.livemode = $2) as doubts,
    count(*) filter (where state = 'aside')::int as aside,
    count(*) filter (where state = 'applied' and received_ms > $3::bigint - 86400000)::int as applied_day,
    max(created)::bigint as newest
  from annex.inbox where account = $1 and livemode = $2`;

export async function standingOf(on: Query, { account, livemode }: Place, nowMs: number): Promise<Standing> {
  const [standing] = await on.query<Standing>(STANDING, [account, livemode, nowMs]);
  return { ...standing!, lag_ms: Math.max(0, standing!.lag_ms) };
}
