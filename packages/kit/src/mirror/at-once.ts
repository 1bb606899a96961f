import { hot, NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import { observationIn, type Touched, tellChanged } from './apply.ts';
import { putItems } from './door.ts';
import { type IncomingEvent, insertEvents } from './inbox.ts';
import type { MirroredObject } from './mirrored-object.ts';
import { foldAll, type Observation } from './observation.ts';
import { storable } from './storable.ts';

/** Somebody else's transaction may hold a row for as long as an extension's own handler takes: an answer to Stripe does not wait for it. */
const LONGEST_WAIT = '500ms';

/**
 * Stores events and applies those that need nothing else, in one statement and one commit: what was acknowledged is in the mirror. Each
 * element of `$1` is an event; one with `lo` carries the observation of its object, folded with the others of this batch. `$2` is the delay
 * of a fetch. An event whose time lies ahead of its arrival decides nothing, as in `observationIn`; here the database's clock judges that.
 */
const receiveStatement = (objects: readonly MirroredObject[]): string => `
  with calm as materialized (select set_config('lock_timeout', '${LONGEST_WAIT}', true)),
  given as materialized (
    select g.* from calm, jsonb_to_recordset($1::jsonb) as g
      (account text, livemode boolean, state text, object text, id text, deleted boolean, lo bigint, hi bigint, rank smallint, cut boolean, dirty boolean, e jsonb)
  ),
  allowed as materialized (
    select account, livemode from annex.connections
    where state = 'connected' and (account, livemode) in (select account, livemode from given)
    order by account, livemode for share
  ),
  kept as (
    insert into annex.inbox
      (account, livemode, id, type, object, object_id, created, api_version, received_ms, source, due_ms, state, settled_ms, times, body)
    select account, livemode, e->>'id', e->>'type', e->'data'->'object'->>'object', e->'data'->'object'->>'id', (e->>'created')::bigint,
      e->>'api_version', ${NOW_MS}, 'webhook', ${NOW_MS}, state, case when state = 'applied' then ${NOW_MS} end,
      case when state = 'applied' then 1 else 0 end, e
    from given join allowed using (account, livemode)
    order by account, livemode, e->>'id'
    on conflict (account, livemode, id) do nothing
    returning state
  ),
  items as materialized (
    select account, livemode, object, id, deleted, case when ahead then 0 else lo end as lo, case when ahead then latest else hi end as hi, rank, cut, dirty or ahead as dirty,
      case when deleted then jsonb_build_object('id', id, 'object', object, 'deleted', true) else e->'data'->'object' end as o
    from given join allowed using (account, livemode)
    cross join lateral (select ${NOW_MS} + 5000 as latest) as clock cross join lateral (select lo > latest as ahead) as told
    where lo is not null
  ), ${putItems(objects, '$2::bigint')},
  moved as (
    update annex.streams s set version = version + 1, moved_ms = ${NOW_MS} from touched c
    where s.account = c.account and s.livemode = c.livemode and s.object = c.object
  )
  select (select count(*) from kept where state = 'applied')::int as applied, (select count(*) from kept where state = 'new')::int as waiting,
    coalesce((select jsonb_agg(to_jsonb(touched)) from touched), '[]') as touched`;

/** Plans are kept for the sets of tables that come again and again, and not for every one that can be. */
const NAMED = 16;
const texts = new Map<string, { text: string; uses: number }>();
let named = 0;

function statementFor(objects: readonly MirroredObject[]): string {
  const key = objects.map(({ table }) => table).join();
  const known = texts.get(key) ?? { text: receiveStatement(objects), uses: 0 };
  if (texts.size < 1_000) texts.set(key, known);
  if (++known.uses === 3 && named < NAMED) {
    named++;
    hot(known.text);
  }
  return known.text;
}

/** An observation of a batch, and which of its events shows it. */
type Placed = Observation & { readonly at: number };

/**
 * Keeps a batch of events that arrived. Those of types that `atOnce` allows are applied in the same breath; the others, and the whole batch
 * when it cannot be applied as it is, wait in the inbox for a worker, which tries each for itself.
 */
export async function storeAndApply(setup: Setup, events: readonly IncomingEvent[], atOnce: (type: string) => boolean): Promise<void> {
  const now = events.map(({ event }) => atOnce(event.type));
  if (now.includes(true)) {
    try {
      return await applyNow(setup, events, now);
    } catch (error) {
      setup.log('info', 'Events wait for a worker: they could not be applied as they arrived.', { error: (error as Error).message });
    }
  }
  if ((await insertEvents(setup.database, events)).length > 0) setup.wake('apply');
}

async function applyNow(setup: Setup, events: readonly IncomingEvent[], now: readonly boolean[]): Promise<void> {
  const observations = new Map(foldAll(observed(setup, events, now)).map((one) => [one.at, one]));
  const present = new Set([...observations.values()].map(({ object }) => object));
  const objects = [...present].sort().map((object) => setup.objects.get(object)!);
  const elements = events.map(({ account, livemode, body }, at) => {
    const { data: _kept, at: _known, ...seen } = observations.get(at) ?? ({} as Placed);
    const head = JSON.stringify({ ...seen, account, livemode, state: now[at] ? 'applied' : 'new' });
    return `${head.slice(0, -1)},"e":${body}}`;
  });
  const [done] = await setup.database.query<{ applied: number; waiting: number; touched: Touched[] }>(statementFor(objects), [
    storable(`[${elements.join(',')}]`),
    setup.settings.settleMs,
  ]);
  setup.counters.applied += done!.applied;
  tellChanged(setup, done!.touched);
  if (done!.waiting > 0) setup.wake('apply');
}

/** What the events say that are applied now. Content is only compared where a batch tells of one object twice. */
function observed(setup: Setup, events: readonly IncomingEvent[], now: readonly boolean[]): Placed[] {
  const times = new Map<string, number>();
  const keyOf = ({ account, object, id }: { account: string; object: string; id: string }): string => `${account}/${object}/${id}`;
  const found = events.flatMap(({ account, livemode, event }, at) => {
    const { object, id } = event.data?.object ?? {};
    const one = now[at]
      ? observationIn(setup, {
          ...{ account, livemode, type: event.type, created: event.created, api_version: event.api_version ?? null },
          ...{ object: object ?? null, object_id: id ?? null, data: '', received_ms: Number.POSITIVE_INFINITY },
        })
      : undefined;
    if (one === undefined) return [];
    times.set(keyOf(one), (times.get(keyOf(one)) ?? 0) + 1);
    return [{ ...one, at }];
  });
  return found.map((one) =>
    one.deleted || times.get(keyOf(one)) === 1 ? one : { ...one, data: JSON.stringify(events[one.at]!.event.data?.object) },
  );
}
