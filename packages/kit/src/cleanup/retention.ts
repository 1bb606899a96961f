import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';

const CHUNK = 5_000;

/**
 * What has served its purpose goes: bodies of applied events after `keepEventDays` (their ids stay for twice as long, so that a late
 * duplicate is still known). Answers true while there is more to do.
 */
export async function retainStep(setup: Setup): Promise<boolean> {
  const age = setup.settings.keepEventDays * 86_400_000;
  const blanked = await setup.database.query(
    `update annex.inbox set body = null where ctid = any(array(
       select ctid from annex.inbox where state = 'applied' and body is not null and received_ms < ${NOW_MS} - $1::bigint limit ${CHUNK}))
     returning 1`,
    [age],
  );
  const gone = await setup.database.query(
    `delete from annex.inbox where ctid = any(array(
       select ctid from annex.inbox where state = 'applied' and received_ms < ${NOW_MS} - $1::bigint limit ${CHUNK}))
     returning 1`,
    [age * 2],
  );
  return blanked.length === CHUNK || gone.length === CHUNK;
}
