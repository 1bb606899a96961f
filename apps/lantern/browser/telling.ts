import type { Answer } from '@annex/testkit';
import { historyEffects, historyTogether } from '../src/history/record.ts';
import type { RunningLantern } from '../src/index.ts';

/* Lantern's books from nothing but what a test tells: the same door as that of the inbox, without HTTP. */

export interface ApiEvent {
  readonly id: string;
  readonly type: string;
  /** Seconds. */
  readonly created: number;
  readonly api_version: string | null;
  readonly data: { readonly object: Answer; readonly previous_attributes?: Answer };
}

type Telling = Pick<RunningLantern, 'kit'>;

/** An account that is connected, and of which nothing is known yet. */
export async function connectedAccount({ kit }: Telling, account: string): Promise<string> {
  await kit.query(
    `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'oauth', 'connected', 'read_only', 0)`,
    [account],
  );
  return account;
}

/** Tells an account's events in this order, as one transaction. */
export async function tell({ kit }: Telling, account: string, events: readonly ApiEvent[]): Promise<void> {
  const told = events.map(({ id, type, created, api_version, data: { object, previous_attributes: previous } }) => ({
    ...{ id, type, account, livemode: false, created, api_version, object: object.object as string, object_id: object.id as string },
    ...{ data: JSON.stringify(object), previous: previous === undefined ? null : JSON.stringify(previous) },
    ...{ received_ms: 0, attempts: 0 },
  }));
  await kit.database.transaction(async (tx) => {
    for (const event of told) await historyEffects[event.type]?.(event, tx);
    const together = told.filter(({ type }) => historyTogether.types.includes(type));
    if (together.length > 0) await historyTogether.run(together, tx);
  });
}

/** Puts objects of an account into the mirror, as its import would that read them `at` (seconds). */
export async function mirror(
  { kit }: Telling,
  account: string,
  { table, objects, at = 0 }: { table: string; objects: readonly Answer[]; at?: number },
): Promise<void> {
  await kit.query(
    `insert into mirror.${table} (account, livemode, id, created, lo, hi, changed_ms, data)
     select $1, false, o->>'id', (o->>'created')::bigint, $3::bigint, $3::bigint, 1, o from jsonb_array_elements($2::jsonb) o`,
    [account, JSON.stringify(objects), at * 1000],
  );
}
