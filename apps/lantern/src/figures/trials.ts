import type { Query } from '@annex/kit';
import type { Desk } from './desk.ts';

/** Trials that ended in a month, and those of them after which the customer paid. */
export interface Trials {
  readonly ended: number;
  readonly converted: number;
}

/** Days after a trial's end within which MRR must begin. */
const WITHIN = 7;

/**
 * A trial ends at its time, or when the subscription is canceled before. It has converted where the subscription lived on and the
 * customer's MRR grew within the days after.
 */
const TRIALS = `
  with trials as (
    select customer, ended_at > trial_end as lived, to_char(to_timestamp(least(trial_end, ended_at)) at time zone $4, 'YYYY-MM-DD') as day
    from (
      select customer, (data->>'trial_end')::bigint as trial_end, coalesce((data->>'ended_at')::bigint, 9007199254740991) as ended_at
      from mirror.subscriptions
      where account = $1 and livemode = $2 and not deleted and data->>'trial_end' is not null and (data->>'trial_end')::bigint >= $6
    ) s where least(trial_end, ended_at) <= $5
  )
  select count(*)::int as ended, count(*) filter (where lived and exists (
    select 1 from lantern.counted_movements m
    where m.account = $1 and m.livemode = $2 and m.customer = t.customer and m.under & $7::smallint <> 0 and m.amount > 0
      and m.day between t.day and to_char(t.day::date + ${WITHIN}, 'YYYY-MM-DD')))::int as converted
  from trials t where substr(t.day, 1, 7) = $3`;

/** Of a month of the account's time zone, as far as `nowSeconds`. */
export async function readTrials(on: Query, desk: Desk, { month, nowSeconds }: { month: string; nowSeconds: number }): Promise<Trials> {
  // A day sooner than the month: time zones. A trial ends at its time or sooner, so that none with an earlier time matters.
  const from = Date.parse(`${month}-01T00:00:00Z`) / 1000 - 86_400;
  const [trials] = await on.query<Trials>(TRIALS, [...[desk.account, desk.livemode, month, desk.timeZone, nowSeconds, from, desk.shown]]);
  return trials!;
}
