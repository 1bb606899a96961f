import type { ObjectReport, Query } from '@annex/kit';
import type { Lantern } from '../lantern.ts';
import type { Place } from '../web/place.ts';

export interface Check {
  readonly started_ms: number;
  readonly seen_ms: number;
  readonly finished_ms: number | null;
  readonly repair: boolean;
  readonly by_actor: string;
  readonly reports: readonly ObjectReport[];
  readonly error: string | null;
}

export const CHECKS_TABLE = 'lantern.checks';

/** A check that has shown no sign of life for so long was interrupted by a restart. */
const SILENCE_MS = 5 * 60_000;

export const isRunning = (check: Check, nowMs: number): boolean => check.finished_ms === null && nowMs - check.seen_ms < SILENCE_MS;

export async function latestCheck(on: Query, { account, livemode }: Place): Promise<Check | undefined> {
  const [check] = await on.query<Check>(
    `select started_ms, seen_ms, finished_ms, repair, by_actor, reports, error from lantern.checks
     where account = $1 and livemode = $2 order by started_ms desc limit 1`,
    [account, livemode],
  );
  return check;
}

/** Begins a check in the background, unless one is running. Answers whether it was begun. */
export async function beginCheck(lantern: Lantern, place: Place, about: { repair: boolean; actor: string }): Promise<boolean> {
  const nowMs = lantern.now();
  const key = [place.account, place.livemode, nowMs];
  const begun = await lantern.kit.database.transaction(async (tx) => {
    // Whoever asks at the same instant waits here, and then sees that a check is running.
    await tx.query('select 1 from annex.connections where account = $1 and livemode = $2 for update', [place.account, place.livemode]);
    const latest = await latestCheck(tx, place);
    if (latest !== undefined && isRunning(latest, nowMs)) return false;
    await tx.query(
      'delete from lantern.checks where account = $1 and livemode = $2 and started_ms < $3::bigint - 90 * 86400000::bigint',
      key,
    );
    const made = await tx.query(
      `insert into lantern.checks (account, livemode, started_ms, seen_ms, repair, by_actor) values ($1, $2, $3, $3, $4, $5)
       on conflict do nothing returning started_ms`,
      [...key, about.repair, about.actor],
    );
    return made.length > 0;
  });
  if (begun) void run(lantern, place, { repair: about.repair, key });
  return begun;
}

async function run(lantern: Lantern, place: Place, { repair, key }: { repair: boolean; key: readonly unknown[] }): Promise<void> {
  const { kit, hub, log } = lantern;
  let writing: Promise<void> = Promise.resolve();
  const write = (sets: string, params: readonly unknown[] = []): void => {
    const statement = `update lantern.checks set seen_ms = $4, ${sets} where account = $1 and livemode = $2 and started_ms = $3`;
    writing = writing
      .then(async () => {
        await kit.database.query(statement, [...key, lantern.now(), ...params]);
        hub.tell(place.account, place.livemode);
      })
      .catch((error: unknown) => log('warn', 'A check could not be written down.', { error: String(error) }));
  };
  try {
    const onObject = (report: ObjectReport): void => write('reports = reports || $5::jsonb', [JSON.stringify([report])]);
    const found = await kit.doctor({ account: place.account, livemode: place.livemode }, { repair, onObject });
    write('finished_ms = $4, reports = $5::jsonb', [JSON.stringify(found.objects)]);
  } catch (error) {
    log('warn', 'A check could not be finished.', { account: place.account, error: (error as Error).message });
    write('finished_ms = $4, error = $5', [(error as Error).message.slice(0, 300)]);
  }
  await writing;
}
