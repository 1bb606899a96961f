import { NOW_MS, type Query } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { storePage } from './door.ts';
import { holdConnection } from './hold.ts';
import { listInterval } from './interval.ts';
import type { MirroredObject } from './mirrored-object.ts';
import { expectedRest, type PageFacts, splitRest } from './ranges.ts';
import { actingFor, whenRefused } from './source.ts';
import { storable } from './storable.ts';

/** A part of one list, claimed by this worker until its lease ends. */
export interface Range extends World {
  readonly object: string;
  readonly number: number;
  readonly kind: 'import' | 'refresh';
  readonly priority: number;
  readonly created_gte: number | null;
  readonly created_lt: number | null;
  readonly cursor: string | null;
  readonly pages: number;
  readonly attempts: number;
  /** How the import stood when the last page was stored. */
  readonly standing?: string;
}

/** Another worker has taken the range, or the account has left: what was fetched is not ours to store. */
class Lost extends Error {
  override readonly name = 'Lost';
}

const COLUMNS = 'r.account, r.livemode, r.object, r.number, r.kind, r.priority, r.created_gte, r.created_lt, r.cursor, r.pages, r.attempts';

/** Page one of everything comes before page two of anything; then by priority, then the newest part of history. */
const CLAIM = `
  update annex.ranges r set owner = $1, lease_until_ms = ${NOW_MS} + $4::bigint
  from (
    select part.*, row_number() over (partition by part.account, part.livemode) as turn
    from (select distinct account, livemode from annex.ranges where state = 'open') w
    join annex.imports i using (account, livemode) join annex.connections c using (account, livemode)
    cross join lateral (
      select account, livemode, object, number from annex.ranges o
      where o.account = i.account and o.livemode = i.livemode and o.state = 'open'
        and (i.state = 'running' or o.kind = 'refresh') and o.due_ms <= ${NOW_MS} and o.lease_until_ms < ${NOW_MS}
      order by o.kind, (o.pages > 0 or o.number > 0), o.priority, o.created_lt desc nulls first, o.number
      limit $3 for update skip locked
    ) part
    where i.state in ('running', 'done') and c.state = 'connected'
    order by turn limit $2
  ) p
  where r.account = p.account and r.livemode = p.livemode and r.object = p.object and r.number = p.number
  returning ${COLUMNS}`;

/** Claims up to `most` ranges, at most `each` of one account, so that no account keeps the others waiting. */
export function claimRanges(setup: Setup, owner: string, most: number, each: number): Promise<Range[]> {
  return setup.database.query<Range>(CLAIM, [owner, most, each, setup.settings.leaseMs]);
}

/** Whoever would have to wait longer for the account's pace gives the range back meanwhile, so that a worker can stop. */
const PATIENCE_MS = 2_000;

/** After so many pages a range is given back, so that what is more urgent, or another account, gets its turn. */
const PAGES_AT_A_TIME = 20;

/** Reads a claimed range page by page until its turn or the list ends, or until `stopping`. Never throws: what went wrong is kept. */
export async function readRange(setup: Setup, owner: string, claimed: Range, stopping: () => boolean): Promise<void> {
  let range: Range | undefined = claimed;
  try {
    const firstPage = claimed.pages === 0 && claimed.number === 0;
    for (let left = firstPage ? 1 : PAGES_AT_A_TIME; range !== undefined && left > 0; left--) {
      const last = left === 1 || stopping();
      range = await readPage(setup, owner, range, last ? 0 : setup.settings.leaseMs);
      if (last) break;
      // Paused or cancelled meanwhile: given back at this page, and not only when its turn ends.
      if (range?.kind === 'import' && range.standing !== 'running') {
        await release(setup, owner, range, { wait: 0 });
        break;
      }
    }
    if (range !== undefined) setup.wake('import');
  } catch (error) {
    if (error instanceof Lost) return;
    await keepError(setup, owner, range ?? claimed, error).catch((failed: Error) => setup.log('error', failed.message));
  }
}

async function readPage(setup: Setup, owner: string, range: Range, leaseMs: number): Promise<Range | undefined> {
  const mirrored = setup.objects.get(range.object);
  if (mirrored === undefined) throw new Error(`This worker does not mirror ${range.object}; another one asked for it.`);
  const answer = await actingFor(setup, range, { path: mirrored.list, query: listQuery(mirrored, range), patienceMs: PATIENCE_MS });
  const interval = mirrored.single ? answer.interval : listInterval(answer.interval);
  const next = await setup.database.transaction(async (tx) => {
    if (!(await holdConnection(tx, range))) throw new Lost();
    const [page] = await tx.query<PageFacts & { last_id: string | null }>(storePage(mirrored), [
      range.account,
      range.livemode,
      storable(answer.text),
      interval.lo,
      interval.hi,
      setup.settings.settleMs,
    ]);
    return checkpoint(setup, tx, { owner, range, page: page!, mirrored, leaseMs });
  });
  setup.counters.pages++;
  const { account, livemode, object } = range;
  setup.feed.tell({ kind: 'objects', account, livemode, object });
  setup.feed.tell({ kind: 'import', account, livemode });
  return next;
}

function listQuery(mirrored: MirroredObject, range: Range): [string, string][] {
  if (mirrored.single) return [];
  const query: [string, string][] = [['limit', '100'], ...Object.entries(mirrored.query ?? {})];
  for (const field of mirrored.expand ?? []) query.push(['expand[]', `data.${field}`]);
  if (range.created_gte !== null) query.push(['created[gte]', String(range.created_gte)]);
  if (range.created_lt !== null) query.push(['created[lt]', String(range.created_lt)]);
  if (range.cursor !== null) query.push(['starting_after', range.cursor]);
  return query;
}

const CHECKPOINT = `
  update annex.ranges r set cursor = $6, pages = pages + 1, rows = rows + $7::int, estimate = $8::int, created_gte = $9::bigint,
    state = case when $10::boolean then 'open' else 'done' end, attempts = 0, error = null, lease_until_ms = ${NOW_MS} + $11::bigint
  where account = $1 and livemode = $2 and object = $3 and number = $4 and owner = $5 and state = 'open'
    and cursor is not distinct from $12
  returning ${COLUMNS}, (select i.state from annex.imports i where i.account = r.account and i.livemode = r.livemode) as standing`;

async function checkpoint(
  setup: Setup,
  tx: Query,
  done: { owner: string; range: Range; page: PageFacts & { last_id: string | null }; mirrored: MirroredObject; leaseMs: number },
): Promise<Range | undefined> {
  const { owner, range, page, mirrored, leaseMs } = done;
  // A page that says there is more but holds nothing would be asked for for ever.
  const more = page.has_more && page.last_id !== null;
  const oldest = await beginning(tx, range);
  const span = { gte: range.created_gte, lt: range.created_lt };
  const split = more && mirrored.by_created !== false ? splitRest(page, span, await roomForParts(setup, tx, range), oldest) : undefined;
  const keep = split?.keep ?? span;
  const rest = expectedRest({ ...page, has_more: more }, keep, oldest);
  const [next] = await tx.query<Range>(CHECKPOINT, [
    range.account,
    range.livemode,
    range.object,
    range.number,
    owner,
    page.last_id ?? range.cursor,
    page.count,
    more ? (rest ?? null) : 0,
    keep.gte,
    more,
    leaseMs,
    range.cursor,
  ]);
  if (next === undefined) throw new Lost();
  // Also the lock under which parts of this list get their numbers.
  await tx.query(
    `update annex.streams set version = version + 1, moved_ms = ${NOW_MS} where account = $1 and livemode = $2 and object = $3`,
    [range.account, range.livemode, range.object],
  );
  if (split !== undefined) await addParts(tx, range, split.fresh, rest);
  if (split !== undefined) setup.wake('import');
  return more ? next : undefined;
}

/** Parts beyond what may be in flight would only be more requests, not more speed. */
async function roomForParts(setup: Setup, tx: Query, { account, livemode, object }: Range): Promise<number> {
  const [open] = await tx.query<{ all: number; same: number }>(
    `select count(*)::int as "all", count(*) filter (where object = $3)::int as same from annex.ranges
      where account = $1 and livemode = $2 and state = 'open'`,
    [account, livemode, object],
  );
  return Math.min(setup.settings.partsInFlight - (open?.all ?? 0) + 1, setup.settings.partsInFlight - (open?.same ?? 0) + 1);
}

async function addParts(
  tx: Query,
  range: Range,
  parts: readonly { gte: number | null; lt: number | null }[],
  each: number | undefined,
): Promise<void> {
  await tx.query(
    `insert into annex.ranges (account, livemode, object, number, kind, priority, created_gte, created_lt, estimate)
     select $1, $2, $3, last.number + part.n::int, $8, $4, part.gte, part.lt, $7::int
     from unnest($5::bigint[], $6::bigint[]) with ordinality as part(gte, lt, n),
       (select max(number) as number from annex.ranges where account = $1 and livemode = $2 and object = $3) last`,
    [
      range.account,
      range.livemode,
      range.object,
      range.priority,
      parts.map(({ gte }) => gte),
      parts.map(({ lt }) => lt),
      each ?? null,
      range.kind,
    ],
  );
}

/** When the account began (seconds), once its own object is mirrored. */
async function beginning(tx: Query, { account, livemode }: World): Promise<number | null> {
  const [row] = await tx.query<{ created: number | null }>(
    'select created from mirror.accounts where account = $1 and livemode = $2 and id = $1',
    [account, livemode],
  );
  return row?.created ?? null;
}

async function release(
  setup: Setup,
  owner: string,
  range: Range,
  next: { wait: number; state?: string; error?: string; counts?: boolean },
): Promise<void> {
  await setup.database.query(
    `update annex.ranges set lease_until_ms = 0, owner = null, due_ms = ${NOW_MS} + $6::bigint, state = coalesce($7, state),
       error = $8, attempts = attempts + $9::int
     where account = $1 and livemode = $2 and object = $3 and number = $4 and owner = $5 and state = 'open'`,
    [
      range.account,
      range.livemode,
      range.object,
      range.number,
      owner,
      next.wait,
      next.state ?? null,
      next.error ?? null,
      next.counts ? 1 : 0,
    ],
  );
}

/** What cannot be had is refused with its reason; everything else is tried again, ever more slowly, and shown meanwhile. */
async function keepError(setup: Setup, owner: string, range: Range, error: unknown): Promise<void> {
  const sentence = (error as Error).message.slice(0, 500);
  if (isRefusal(error, 'revoked', 'key')) {
    await whenRefused(setup, range, error);
    return release(setup, owner, range, { wait: 5_000, error: sentence, counts: true });
  }
  if (isRefusal(error, 'forbidden', 'request', 'missing')) {
    setup.log('warn', 'An object type cannot be read and is left out.', { account: range.account, object: range.object, reason: sentence });
    return release(setup, owner, range, { wait: 0, state: 'refused', error: sentence });
  }
  if (isRefusal(error, 'rate')) return release(setup, owner, range, { wait: error.facts.retryAfterMs ?? 1_000, error: sentence });
  if (isRefusal(error, 'lock')) return release(setup, owner, range, { wait: 1_000, error: sentence });
  const wait = Math.min(setup.settings.retryMs * 2 ** Math.min(range.attempts, 8), 60_000);
  return release(setup, owner, range, { wait, error: sentence, counts: true });
}
