import { hot, NOW_MS } from '../postgres/database.ts';
import type { MirroredObject } from './mirrored-object.ts';

/*
 * The one door into the mirror. Whatever is learned about an object, from a page, an event or a fetch, is an observation: the
 * object was in this state at some instant between lo and hi. One rule decides, in the database and under the row's lock:
 *
 *   begins after everything known has ended   newer: it replaces the row, and settles any doubt
 *   ends before something known has begun     older: dropped
 *   overlaps, same content                    nothing to decide
 *   overlaps, different content               in doubt: the row is dirty, and is fetched again
 *
 * A row's lo and hi are the latest beginning and the latest end of what it knows. While a row is in doubt it shows the
 * likelier state: the one that begins later, then the higher rank (a creation is the least a second can hold). An incomplete
 * observation (a list inside it was cut) never replaces a complete row: it only puts it in doubt.
 */

const NEWER = 'excluded.lo > t.hi';
const SAME = '(excluded.data = t.data and excluded.deleted = t.deleted)';
const CUT = 'excluded.seen < 0';
const SHOWN = `not (${CUT}) and (${NEWER} or (excluded.lo, excluded.rank) >= (t.lo, t.rank))`;

/** The rule. `seen = -1` in a proposed row marks an incomplete observation. */
const RULE = `
  on conflict (account, livemode, id) do update set
    data = case when ${SHOWN} then excluded.data else t.data end,
    deleted = case when ${SHOWN} then excluded.deleted else t.deleted end,
    created = case when ${SHOWN} then excluded.created else t.created end,
    rank = case when ${SHOWN} then excluded.rank else t.rank end,
    changed_ms = case when ${SHOWN} and not ${SAME} then excluded.changed_ms else t.changed_ms end,
    lo = greatest(t.lo, excluded.lo),
    hi = case when ${NEWER} then excluded.hi else greatest(t.hi, excluded.hi) end,
    dirty = case when ${NEWER} then excluded.dirty when ${SAME} then t.dirty or excluded.dirty else true end,
    seen = t.seen + 1
  where excluded.hi >= t.lo`;

const COLUMNS = '(account, livemode, id, created, deleted, lo, hi, rank, dirty, seen, changed_ms, data)';

/** Objects in doubt are queued; one that is queued already keeps its turn, so that a burst costs one fetch. */
const ask = (account: string, livemode: string, object: string, delay: string): string => `
  asked as (
    insert into annex.refetch (account, livemode, object, id, due_ms)
    select ${account}, ${livemode}, ${object}, id, ${NOW_MS} + ${delay} from put where dirty
    on conflict (account, livemode, object, id) do nothing
  )`;

/** An id, or a list of ids, where objects were asked for: events have them so. Lists on the way are looked into, each thing of them. */
const isUnexpanded = (field: string): string => `jsonb_path_exists(o, '$.${field}[*] ? (@.type() == "string")')`;

const isAbsent = (field: string, needed: string): string[] => (field.includes('.') ? [] : [`(o->'${field}' is null and (${needed}))`]);

/** Is this observation, named `o`, incomplete: is a list inside it cut, or a field missing that must be asked for? */
export function isCut({ lists = [], expand = [], needed = {} }: MirroredObject): string {
  const cut = lists.map(({ field }) => `coalesce((o->'${field}'->>'has_more')::boolean, false)`);
  const missing = expand.flatMap((field) => [...isAbsent(field, needed[field] ?? 'true'), isUnexpanded(field)]);
  return [...cut, ...missing.map((test) => `coalesce(${test}, false)`)].join(' or ') || 'false';
}

/**
 * A page, exactly as Stripe sent it: the database splits it. `$1` account, `$2` livemode, `$3` page text, `$4` lo, `$5` hi,
 * `$6` delay of a fetch (ms). Answers one row: has_more, count, and id and created of the first and last object.
 */
export const storePage = (object: MirroredObject): string =>
  cached(pages, object, () =>
    hot(`
  with page as materialized (select ${object.single ? "jsonb_build_object('data', jsonb_build_array($3::jsonb), 'has_more', false)" : '$3::jsonb'} as p),
  items as materialized (select o, (${isCut(object)}) as cut from page, jsonb_array_elements(p->'data') as o),
  put as (
    insert into mirror.${object.table} as t ${COLUMNS}
    select $1::text, $2::boolean, o->>'id', (o->>'created')::bigint, false, $4::bigint, $5::bigint, 1, cut,
      case when cut then -1 else 0 end, ${NOW_MS}, o
    from items order by o->>'id'
    ${RULE}
    returning id, dirty
  ), ${ask('$1::text', '$2::boolean', `'${object.object}'`, '$6::bigint')}
  select coalesce((p->>'has_more')::boolean, false) as has_more, jsonb_array_length(p->'data') as count,
    p->'data'->-1->>'id' as last_id, (p->'data'->-1->>'created')::bigint as last_created,
    (p->'data'->0->>'created')::bigint as first_created
  from page`),
  );

const NOTHING = "select '' as account, false as livemode, '' as object, '' as id, false as dirty where false";

/**
 * Puts the rows of `items` (account, livemode, object, id, deleted, lo, hi, rank, cut, dirty, o: each object at most once) where they
 * belong, and asks for what is in doubt, as parts of one statement. They leave `touched`: the tables that changed, per account and mode.
 * Tables in the order of their names and rows in the order of their keys, so that no two statements wait for each other.
 */
export const putItems = (objects: readonly MirroredObject[], delay: string): string => `
  ${objects
    .map(
      (object, n) => `put_${n} as (
    insert into mirror.${object.table} as t ${COLUMNS}
    select account, livemode, id, (o->>'created')::bigint, deleted, lo, hi, rank, dirty or cut, case when cut then -1 else 0 end, ${NOW_MS}, o
    from (select account, livemode, id, deleted, lo, hi, rank, dirty, cut or (not deleted and (${isCut(object)})) as cut, o
      from items where object = '${object.object}') as i
    order by account, livemode, id
    ${RULE}
    returning account, livemode, id, dirty
  ), `,
    )
    .join('')}
  put as materialized (
    ${objects.map(({ object }, n) => `select account, livemode, '${object}' as object, id, dirty from put_${n}`).join(' union all ') || NOTHING}
  ), ${ask('account', 'livemode', 'object', delay)},
  touched as materialized (
    select account, livemode, object, bool_or(dirty) as dirty from put group by account, livemode, object order by account, livemode, object
  )`;

/**
 * Observations of any accounts, each object at most once: `$1` is a JSON array of
 * `{account, livemode, object, id, deleted, lo, hi, rank, cut, dirty, data}`, `$2` the delay of a fetch (ms). Answers which tables changed, and
 * whether something in them is in doubt.
 */
export const storeObservations = (objects: readonly MirroredObject[]): string => `
  with items as materialized (
    select account, livemode, object, id, deleted, lo, hi, rank, cut, dirty, data as o from jsonb_to_recordset($1::jsonb) as given
      (account text, livemode boolean, object text, id text, deleted boolean, lo bigint, hi bigint, rank smallint, cut boolean, dirty boolean, data jsonb)
  ), ${putItems(objects, '$2::bigint')}
  select account, livemode, object, dirty from touched`;

/**
 * What a fetch of one object found, when everything known before the request was already in the database: then it is newer than
 * all of it, whatever the clocks say, unless another observation arrived meanwhile (`seen` moved). `$1` account, `$2` livemode, `$3` id,
 * `$4` created, `$5` deleted, `$6` lo, `$7` hi, `$8` data, `$9` seen before the request (`NO_ROW`: there was none). Answers a row when it was stored.
 */
export const storeFetched = (object: MirroredObject): string =>
  cached(fetched, object, () =>
    hot(`
  insert into mirror.${object.table} as t ${COLUMNS}
  values ($1::text, $2::boolean, $3::text, $4::bigint, $5::boolean, $6::bigint, $7::bigint, 1, false, 0, ${NOW_MS}, $8::jsonb)
  on conflict (account, livemode, id) do update set
    data = excluded.data, deleted = excluded.deleted, created = excluded.created, rank = 1,
    changed_ms = case when ${SAME} then t.changed_ms else excluded.changed_ms end,
    lo = greatest(t.lo, excluded.lo), hi = greatest(t.lo, excluded.hi), dirty = false, seen = t.seen + 1
  where t.seen = $9::integer
  returning id`),
  );

/** What `seen` is called when there was no row before the request. */
export const NO_ROW = -2;

type Cache = Map<string, string>;
const pages: Cache = new Map();
const fetched: Cache = new Map();

function cached(cache: Cache, { table }: MirroredObject, make: () => string): string {
  let text = cache.get(table);
  if (text === undefined) {
    text = make();
    cache.set(table, text);
  }
  return text;
}
