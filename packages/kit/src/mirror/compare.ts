import type { Database } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';
import { isCut } from './door.ts';
import type { MirroredObject } from './mirrored-object.ts';

/** How many objects, and a sum of their hashes: equal for equal content in whatever order it is read. */
export interface MonthSum {
  readonly count: number;
  readonly hash: bigint;
}

const MONTH = "coalesce(to_char(to_timestamp(created) at time zone 'UTC', 'YYYY-MM'), 'undated')";
/** 60 bits of a hash of the database's own spelling of the object; summed as numeric, so that nothing overflows. */
const HASH = (data: string): string => `sum(('x' || substr(md5((${data})::text), 1, 15))::bit(60)::bigint)::text`;

interface Sums {
  month: string;
  count: number;
  hash: string;
}

/** The mirror's side of the comparison: what is there and not deleted, per month of its creation (UTC). */
export async function mirrorMonths(
  database: Database,
  { account, livemode }: World,
  { table }: MirroredObject,
): Promise<Map<string, MonthSum>> {
  const rows = await database.query<Sums>(
    `select ${MONTH} as month, count(*)::int as count, ${HASH('data')} as hash
     from mirror.${table} where account = $1 and livemode = $2 and not deleted group by 1`,
    [account, livemode],
  );
  return new Map(rows.map(({ month, count, hash }) => [month, { count, hash: BigInt(hash) }]));
}

export interface ComparedPage {
  readonly has_more: boolean;
  readonly ids: readonly string[];
  /** Ids of this page that the mirror does not have, or has differently, or whose lists the page does not show whole. */
  readonly suspects: readonly string[];
  readonly months: ReadonlyMap<string, MonthSum>;
}

/** Compares one page of the source, as it came, with the mirror: in the database, so that only what differs leaves it. */
export async function comparePage(
  database: Database,
  { account, livemode }: World,
  mirrored: MirroredObject,
  text: string,
): Promise<ComparedPage> {
  const page = mirrored.single ? "jsonb_build_object('data', jsonb_build_array($3::jsonb), 'has_more', false)" : '$3::jsonb';
  // Where the page shows a list cut, the mirror's whole object stands for it in the sum: it is looked at by itself.
  const [row] = await database.query<{ has_more: boolean; ids: string[] | null; suspects: string[] | null; months: Sums[] | null }>(
    `with page as materialized (select ${page} as p),
     items as materialized (
       select o, o->>'id' as id, (o->>'created')::bigint as created, at, (${isCut(mirrored)}) as cut
       from page, jsonb_array_elements(p->'data') with ordinality as x(o, at)
     ),
     looked as materialized (
       select i.id, i.created, i.at, case when i.cut and t.id is not null then t.data else i.o end as data,
         i.cut or t.id is null or t.deleted or t.data <> i.o as suspect
       from items i left join mirror.${mirrored.table} t on t.account = $1 and t.livemode = $2 and t.id = i.id
     ),
     sums as (select ${MONTH} as month, count(*)::int as count, ${HASH('data')} as hash from looked group by 1)
     select coalesce((p->>'has_more')::boolean, false) as has_more,
       (select jsonb_agg(id order by at) from looked) as ids,
       (select jsonb_agg(id order by at) from looked where suspect) as suspects,
       (select jsonb_agg(to_jsonb(sums)) from sums) as months
     from page`,
    [account, livemode, text],
  );
  const months = new Map((row?.months ?? []).map(({ month, count, hash }) => [month, { count, hash: BigInt(hash) }]));
  return { has_more: row?.has_more ?? false, ids: row?.ids ?? [], suspects: row?.suspects ?? [], months };
}

/** The ids of everything in the mirror that is not deleted, in portions. */
export async function* mirroredIds(database: Database, { account, livemode }: World, { table }: MirroredObject): AsyncGenerator<string> {
  let after = '';
  for (;;) {
    const rows = await database.query<{ id: string }>(
      `select id from mirror.${table} where account = $1 and livemode = $2 and id > $3 and not deleted order by id limit 10000`,
      [account, livemode, after],
    );
    for (const { id } of rows) yield id;
    const last = rows.at(-1)?.id;
    if (last === undefined) return;
    after = last;
  }
}
