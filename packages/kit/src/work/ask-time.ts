import { isLiveKey } from '../settings.ts';
import type { Setup } from '../setup.ts';

/** Whether something is promised until an instant: a trial, a grace period, an account that is kept. */
const PROMISED = `
  select 1 from annex.subscribers where due_ms is not null
  union all select 1 from annex.connections where state = 'kept' limit 1`;

/**
 * Asks a local platform what time it is when it has said nothing for a while: its clock may have been moved, and where nothing else
 * happens no answer would tell. Stripe itself is never asked.
 */
export async function askTime({ clock, settings, database, api }: Setup): Promise<void> {
  const [app] = settings.apps;
  if (app === undefined || !clock.isStale() || (await database.query(PROMISED)).length === 0) return;
  // Whatever is wrong is told by those who need the answer itself; also a refusal carries the time.
  await api.get('/v1/account', [], { livemode: isLiveKey(app) }).catch(() => {});
}
