import { type Database, NOW_MS } from '../postgres/database.ts';
import { storable } from './storable.ts';

/** What is read of an event before the database does. */
export interface EventShape {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly livemode: boolean;
  readonly account?: string | null;
  readonly api_version?: string | null;
  readonly data?: { readonly object?: { readonly object?: string; readonly id?: string } };
}

/** An event on its way into the inbox. `body` is its JSON exactly as it came. */
export interface IncomingEvent {
  readonly account: string;
  readonly livemode: boolean;
  readonly source: 'webhook' | 'reconcile';
  readonly event: EventShape;
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
