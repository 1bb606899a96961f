import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';

const DAY_SECONDS = 86_400;
/** Once a day these lists are read so far back: a balance transaction changes until it is available, an invoice item until it is billed. */
const FAR_BACK_SECONDS = 30 * DAY_SECONDS;
/** Each time the newest are read again, from so long before the last time. */
const OVERLAP_SECONDS = 3_600;

interface Due extends World {
  readonly last: number;
  readonly now: number;
  readonly far: boolean;
}

/**
 * Has the lists of quiet object types read again, for the one account that has waited longest: every time what is new, once a day
 * further back, and lists that cannot be narrowed as a whole. The import reads them, at the account's pace. Answers true when there was one.
 */
export async function refreshStep(setup: Setup): Promise<boolean> {
  const minutes = setup.settings.refreshMinutes;
  if (minutes <= 0) return false;
  const quiet = [...setup.objects.values()].filter((one) => one.quiet);
  return setup.database.transaction(async (tx) => {
    const [due] = await tx.query<Due>(
      `select i.account, i.livemode, i.refreshed_ms / 1000 as last, ${NOW_MS} / 1000 as now, i.relisted_ms < ${NOW_MS} - ${DAY_SECONDS * 1_000} as far
       from annex.imports i join annex.connections c using (account, livemode)
       where i.state = 'done' and c.state = 'connected' and i.refreshed_ms < ${NOW_MS} - $1::bigint
       order by i.refreshed_ms limit 1 for update of i for share of c skip locked`,
      [minutes * 60_000],
    );
    if (due === undefined) return false;
    const key = [due.account, due.livemode];
    await tx.query("delete from annex.ranges where account = $1 and livemode = $2 and kind = 'refresh' and state <> 'open'", key);
    const from = due.far ? due.now - FAR_BACK_SECONDS : due.last - OVERLAP_SECONDS;
    const wanted = quiet.filter((one) => due.far || one.by_created !== false);
    await tx.query(
      `insert into annex.ranges (account, livemode, object, number, kind, priority, created_gte)
       select $1, $2, o.object, coalesce((select max(number) from annex.ranges r where r.account = $1 and r.livemode = $2 and r.object = o.object), -1) + 1,
         'refresh', 2, case when o.by_created then $5::bigint end
       from unnest($3::text[], $4::boolean[]) as o(object, by_created)
       where not exists (select 1 from annex.ranges r where r.account = $1 and r.livemode = $2 and r.object = o.object and r.state in ('open', 'refused'))
       order by o.object`,
      [...key, wanted.map(({ object }) => object), wanted.map((one) => one.by_created !== false), from],
    );
    await tx.query(
      `update annex.imports set refreshed_ms = ${NOW_MS}, relisted_ms = case when $3::boolean then ${NOW_MS} else relisted_ms end
       where account = $1 and livemode = $2`,
      [...key, due.far],
    );
    setup.wake('import');
    return true;
  });
}
