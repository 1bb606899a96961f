import { type Database, NOW_MS } from '../postgres/database.ts';
import { storable } from './storable.ts';

/** An event on its way into the inbox. `body` is its JSON exactly as it came. */
export interface IncomingEvent {
  readonly account: string;
  readonly livemode: boolean;
  readonly id: string;
  readonly source: 'webhook' | 'reconcile';
  readonly body: string;
}

/**
 * Events of connected accounts are kept, each once; of anyone else nothing is kept at all. The connection is locked against
 * leaving until this commits, so that nothing slips in behind an erasure. Answers the ids that were new.
 */
const INSERT = `
  with given as materialized (
    select g->>'account' as account, (g->>'livemode')::boolean as livemode, g->>'source' as source, g->'body' as e
    from jsonb_array_elements($1::jsonb) as g
  ),
  allowed as materialized (
    select account, livemode from annex.connections
    where state = 'connected' and (account, livemode) in (select account, livemode from given)
    order by account, livemode for share
  )
  insert into annex.inbox
    (account, livemode, id, type, object, object_id, created, api_version, received_ms, source, due_ms, body)
  select account, livemode, e->>'id', e->>'type', e->'data'->'object'->>'object', e->'data'->'object'->>'id',
    (e->>'created')::bigint, e->>'api_version', ${NOW_MS}, source, ${NOW_MS}, e
  from given join allowed using (account, livemode)
  order by account, livemode, e->>'id'
  on conflict (account, livemode, id) do nothing
  returning account, livemode, id`;

export type Stored = { account: string; livemode: boolean; id: string };

export async function insertEvents(database: Database, events: readonly IncomingEvent[]): Promise<Stored[]> {
  const text = `[${events
    .map(
      ({ account, livemode, source, body }) =>
        `{"account":${JSON.stringify(account)},"livemode":${livemode},"source":"${source}","body":${body}}`,
    )
    .join(',')}]`;
  return database.query<Stored>(INSERT, [storable(text)]);
}

interface Waiting {
  readonly event: IncomingEvent;
  done(isNew: boolean): void;
  failed(error: unknown): void;
}

/** Stores events that arrive at the same time with one statement. Each caller is answered after its event is committed. */
export function groupCommit(database: Database, most: number): (event: IncomingEvent) => Promise<boolean> {
  let waiting: Waiting[] = [];
  let flying = 0;

  const flush = async (): Promise<void> => {
    const batch = waiting.slice(0, most);
    waiting = waiting.slice(most);
    flying++;
    try {
      const stored = await insertEvents(
        database,
        batch.map(({ event }) => event),
      );
      const keys = new Set(stored.map(({ account, livemode, id }) => `${account}/${livemode}/${id}`));
      for (const { event, done } of batch) done(keys.has(`${event.account}/${event.livemode}/${event.id}`));
    } catch (error) {
      // One event the database cannot keep must not cost the others their answer.
      if (batch.length === 1) batch[0]?.failed(error);
      else
        await Promise.all(
          batch.map(({ event, done, failed }) => insertEvents(database, [event]).then((rows) => done(rows.length > 0), failed)),
        );
    } finally {
      flying--;
      if (waiting.length > 0 && flying < 2) void flush();
    }
  };
  return (event) =>
    new Promise((done, failed) => {
      waiting.push({ event, done, failed });
      // Whoever comes in this turn of the event loop goes along.
      if (flying < 2 && waiting.length === 1) setImmediate(() => void (waiting.length > 0 && flush()));
    });
}
