import { createHash } from 'node:crypto';
import { type Contract, loadContract } from '@annex/contract';
import type { Query } from '../postgres/database.ts';
import { type ColumnType, itemColumns, objectColumns, readField, type ViewColumn } from './columns.ts';
import type { MirroredObject } from './mirrored-object.ts';

/** Raised when the making of views changes. */
const LAYOUT = 1;

interface View {
  readonly name: string;
  readonly comment: string;
  readonly columns: readonly ViewColumn[];
  /** What follows `select …`. */
  readonly from: string;
  /** What a column that the contract no longer has is still read from. */
  readonly data: string;
}

/**
 * Makes the typed views of schema `stripe` follow the contract. A view only ever gains columns, at its end: a column that the contract
 * drops, or gives another type, stays as it was, so that no query written against it breaks. Skipped when nothing changed.
 */
export async function ensureViews(tx: Query, objects: readonly MirroredObject[]): Promise<void> {
  const contract = loadContract();
  const views = [...objects.flatMap((one) => viewsOf(contract, one)), eventsView];
  const fingerprint = createHash('sha256')
    .update(JSON.stringify([LAYOUT, contract.api, views]))
    .digest('hex');
  const known = await tx.query<{ fingerprint: string }>("select fingerprint from annex.shapes where name = 'views'");
  if (known[0]?.fingerprint === fingerprint) return;
  const existing = await existingColumns(tx);
  await tx.script(views.map((view) => viewSql(view, existing.get(view.name) ?? [])).join('\n'));
  await tx.query(
    "insert into annex.shapes (name, fingerprint) values ('views', $1) on conflict (name) do update set fingerprint = excluded.fingerprint",
    [fingerprint],
  );
}

export function viewsOf(contract: Contract, mirrored: MirroredObject): View[] {
  const about = `Stripe object ${mirrored.object}, as it is now. Begin every where with account and livemode.`;
  const own: View = {
    name: mirrored.table,
    comment: about,
    columns: objectColumns(contract, mirrored),
    from: `from mirror.${mirrored.table} t where not t.deleted`,
    data: 't.data',
  };
  const inner = (mirrored.lists ?? []).map(
    (list): View => ({
      name: list.view,
      comment: `One row per item of the list ${list.field} of each ${mirrored.object}`,
      columns: itemColumns(contract, mirrored, list),
      from: `from mirror.${mirrored.table} t cross join lateral jsonb_array_elements(t.data->'${list.field}'->'data') with ordinality as items(item, item_at) where not t.deleted`,
      data: 'item',
    }),
  );
  return [own, ...inner];
}

export const eventsView: View = {
  name: 'events',
  comment: 'The events that arrived, newest last; kept for as long as the setting keepEventDays says',
  columns: [
    { name: 'account', type: 'text', sql: 't.account' },
    { name: 'livemode', type: 'boolean', sql: 't.livemode' },
    { name: 'id', type: 'text', sql: 't.id' },
    { name: 'type', type: 'text', sql: 't.type' },
    { name: 'created', type: 'timestamp with time zone', sql: 'to_timestamp(t.created)' },
    { name: 'api_version', type: 'text', sql: 't.api_version' },
    { name: 'data', type: 'jsonb', sql: "t.body->'data'" },
    { name: 'request', type: 'jsonb', sql: "t.body->'request'" },
    { name: 'received', type: 'timestamp with time zone', sql: 'to_timestamp(t.received_ms / 1000.0)', comment: 'When it was stored here' },
    { name: 'state', type: 'text', sql: 't.state', comment: 'new, applied, or aside after several attempts' },
  ],
  from: 'from annex.inbox t',
  data: 't.body',
};

interface Existing {
  readonly name: string;
  readonly type: ColumnType;
}

async function existingColumns(tx: Query): Promise<Map<string, Existing[]>> {
  const rows = await tx.query<{ view: string; name: string; type: ColumnType }>(
    `select c.relname as view, a.attname as name, format_type(a.atttypid, a.atttypmod) as type
     from pg_attribute a join pg_class c on c.oid = a.attrelid
     where c.relnamespace = 'stripe'::regnamespace and c.relkind = 'v' and a.attnum > 0 and not a.attisdropped order by c.relname, a.attnum`,
  );
  const found = new Map<string, Existing[]>();
  for (const { view, name, type } of rows) found.set(view, [...(found.get(view) ?? []), { name, type }]);
  return found;
}

/** The columns a view gets: those it has, in their order and with their types, then the new ones. */
export function mergedColumns(wanted: readonly ViewColumn[], existing: readonly Existing[], data: string): ViewColumn[] {
  const kept = existing.map(({ name, type }): ViewColumn => {
    const same = wanted.find((one) => one.name === name);
    if (same?.type === type) return same;
    return { name, type, sql: readField(type, data, name), comment: same?.comment ?? 'No longer part of the API' };
  });
  return [...kept, ...wanted.filter(({ name }) => !existing.some((one) => one.name === name))];
}

function viewSql(view: View, existing: readonly Existing[]): string {
  const columns = mergedColumns(view.columns, existing, view.data);
  const list = columns.map(({ name, sql }) => `${sql} as "${name}"`).join(',\n  ');
  const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;
  return [
    `create or replace view stripe.${view.name} as select\n  ${list}\n${view.from};`,
    `comment on view stripe.${view.name} is ${quoted(view.comment)};`,
    ...columns
      .filter(({ comment }) => comment !== undefined)
      .map(({ name, comment }) => `comment on column stripe.${view.name}."${name}" is ${quoted(comment!)};`),
  ].join('\n');
}
