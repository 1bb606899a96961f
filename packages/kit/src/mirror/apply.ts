import { byIndex, NOW_MS, type Query } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';
import { storeObservations } from './door.ts';
import type { Effects } from './effects.ts';
import { eventInterval } from './interval.ts';
import { foldAll, type Observation, observationsText, stub } from './observation.ts';

/** An event as it lies in the inbox. `data` is its object as JSON text, in the database's own spelling. */
export interface InboxEvent extends World {
  readonly id: string;
  readonly type: string;
  readonly object: string | null;
  readonly object_id: string | null;
  readonly created: number;
  readonly api_version: string | null;
  readonly received_ms: number;
  readonly attempts: number;
  readonly data: string | null;
  /** What the event says its object was before (`previous_attributes`), as JSON text too. */
  readonly previous: string | null;
}

const COLUMNS = `account, livemode, id, type, object, object_id, created, api_version, received_ms, attempts, (body->'data'->'object')::text as data,
  (body->'data'->'previous_attributes')::text as previous`;

const CLAIM = `
  select ${COLUMNS} from annex.inbox
  where state = 'new' and due_ms <= ${NOW_MS} order by due_ms limit $1 for update skip locked`;

const CLAIM_ONE = `select ${COLUMNS} from annex.inbox where account = $1 and livemode = $2 and id = $3 and state = 'new' for update skip locked`;

/** Last of all, because everybody who changes the same table waits for its stream. */
const DONE = `
  with done as (
    update annex.inbox i set state = 'applied', settled_ms = ${NOW_MS}, error = null, times = times + 1
    from unnest($1::text[], $2::boolean[], $3::text[]) as e(account, livemode, id)
    where i.account = e.account and i.livemode = e.livemode and i.id = e.id
  )
  update annex.streams s set version = version + 1, moved_ms = ${NOW_MS}
  from (select * from unnest($4::text[], $5::boolean[], $6::text[]) as c(account, livemode, object) order by 1, 2, 3) c
  where s.account = c.account and s.livemode = c.livemode and s.object = c.object`;

const GATE = `
  select account, livemode from annex.connections
  where state = 'connected' and (account, livemode) in (select * from unnest($1::text[], $2::boolean[]))
  order by account, livemode for share`;

/**
 * Applies what lies in the inbox, oldest first, up to `batch` events in one transaction; several workers may do so at once, and the
 * order in which they finish does not matter (see `door.ts`). Answers how many events it looked at.
 */
export async function applyBatch(setup: Setup, effects: Effects, batch: number): Promise<number> {
  let claimed: InboxEvent[] = [];
  try {
    const changed = await setup.database.transaction(async (tx) => {
      await byIndex(tx);
      claimed = await tx.query<InboxEvent>(CLAIM, [batch]);
      return claimed.length === 0 ? [] : applyAll(setup, tx, claimed, effects);
    });
    setup.counters.applied += claimed.length;
    tellChanged(setup, changed);
  } catch (error) {
    if (claimed.length === 0) throw error;
    // Something in the batch cannot be applied: each event alone, so that the others are not held up.
    for (const event of claimed) await applyAlone(setup, effects, event);
  }
  return claimed.length;
}

async function applyAlone(setup: Setup, effects: Effects, event: InboxEvent): Promise<void> {
  const key = [event.account, event.livemode, event.id];
  try {
    const changed = await setup.database.transaction(async (tx) => {
      const mine = await tx.query<InboxEvent>(CLAIM_ONE, key);
      return mine.length === 0 ? [] : applyAll(setup, tx, mine, effects);
    });
    setup.counters.applied++;
    tellChanged(setup, changed);
  } catch (error) {
    setup.counters.failed++;
    const last = event.attempts + 1 >= setup.settings.eventAttempts;
    const sentence = (error as Error).message.slice(0, 500);
    await setup.database.query(
      `update annex.inbox set attempts = attempts + 1, error = $4, state = $5, due_ms = ${NOW_MS} + $6::bigint
       where account = $1 and livemode = $2 and id = $3 and state = 'new'`,
      [...key, sentence, last ? 'aside' : 'new', setup.settings.retryMs * 2 ** event.attempts],
    );
    if (last) setup.log('error', 'An event was set aside after several attempts.', { event: event.id, type: event.type, error: sentence });
  }
}

/** A table that changed, and whether something in it is in doubt. */
export type Touched = World & { object: string; dirty: boolean };

async function applyAll(setup: Setup, tx: Query, events: InboxEvent[], effects: Effects): Promise<Touched[]> {
  const accounts = events.map(({ account }) => account);
  const modes = events.map(({ livemode }) => livemode);
  const open = await tx.query<World>(GATE, [accounts, modes]);
  const connected = new Set(open.map(({ account, livemode }) => `${account}/${livemode}`));
  const wanted = events.filter(({ account, livemode }) => connected.has(`${account}/${livemode}`));
  const observations = foldAll(wanted.flatMap((event) => observationIn(setup, event) ?? []));
  const objects = [...new Set(observations.map(({ object }) => object))].sort().map((object) => setup.objects.get(object)!);
  const stored = [observationsText(observations), setup.settings.settleMs];
  const touched = objects.length === 0 ? [] : await tx.query<Touched>(storeObservations(objects), stored);
  await effects.run(wanted, tx);
  await tx.query(DONE, [
    ...[accounts, modes, events.map(({ id }) => id)],
    ...[touched.map(({ account }) => account), touched.map(({ livemode }) => livemode), touched.map(({ object }) => object)],
  ]);
  return touched;
}

/** What an event says of its object; undefined where the mirror does not keep such objects. Changes of one object are folded by the caller. */
export function observationIn(setup: Setup, event: Omit<InboxEvent, 'id' | 'attempts' | 'previous'>): Observation | undefined {
  const mirrored = setup.objects.get(event.object ?? '');
  if (mirrored === undefined || event.object_id === null || event.data === null) return undefined;
  const deleted = mirrored.deleted_by?.includes(event.type) ?? false;
  // A time that lies ahead of its own arrival is not the real clock's (a test clock's, perhaps): it decides nothing.
  const ahead = event.created * 1_000 > event.received_ms + 5_000;
  const foreign = event.api_version !== null && event.api_version !== setup.settings.apiVersion;
  return {
    account: event.account,
    livemode: event.livemode,
    object: mirrored.object,
    id: event.object_id,
    deleted,
    ...(ahead ? { lo: 0, hi: event.received_ms + 5_000 } : eventInterval(event.created)),
    rank: deleted ? 2 : event.type.endsWith('.created') ? 0 : 1,
    cut: foreign && !deleted,
    dirty: ahead,
    data: deleted ? stub(mirrored.object, event.object_id) : event.data,
  };
}

export function tellChanged(setup: Setup, touched: readonly Touched[]): void {
  for (const { account, livemode, object } of touched) setup.feed.tell({ kind: 'objects', account, livemode, object });
  if (touched.some(({ dirty }) => dirty)) setup.wake('refetch');
}
