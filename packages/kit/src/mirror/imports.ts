import { NOW_MS, type Query } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';
import { holdConnection } from './hold.ts';

export type ImportState = 'running' | 'paused' | 'cancelled' | 'done';

/** How far one object type has come. */
export interface ObjectProgress {
  readonly object: string;
  /** `refused`: it cannot be read; `reason` says why. `failing`: it is being tried again; `reason` says what happened last. */
  readonly state: 'waiting' | 'reading' | 'failing' | 'done' | 'refused';
  readonly rows: number;
  /** Rows expected in all; equals `rows` once done. Null while nothing is known. */
  readonly estimate: number | null;
  readonly requests: number;
  readonly reason?: string;
}

/** The truth about an import, from the rows that are stored and the parts that are still open. */
export interface Progress extends World {
  /** `partial`: everything that can be read is there, but some object types were refused. */
  readonly state: ImportState | 'partial';
  readonly reason?: string;
  readonly rows: number;
  readonly estimate: number | null;
  /** From 0 to 1; 1 only when nothing is open any more. It never goes back, even where more is found than was estimated. */
  readonly fraction: number;
  readonly requests: number;
  readonly started_ms: number;
  readonly finished_ms: number | null;
  /** Events lay unread for longer than Stripe keeps them; everything is being listed again because of it. */
  readonly gap: string | null;
  readonly objects: readonly ObjectProgress[];
}

/** Events are read again from so long before an import began: clocks differ, and the event list lags. */
const OVERLAP_SECONDS = 600;

/**
 * Begins the import of an account, or goes on with what was refused before. The moment from which events matter is taken now, before
 * the first page is read. Runs in the transaction that makes the connection.
 */
export async function startImport(tx: Query, setup: Setup, { account, livemode }: World): Promise<void> {
  await tx.query(
    `insert into annex.imports (account, livemode, state, started_ms, events_from, reconciled_ms, refreshed_ms, relisted_ms)
     values ($1, $2, 'running', ${NOW_MS}, ${NOW_MS} / 1000 - ${OVERLAP_SECONDS}, ${NOW_MS}, ${NOW_MS}, ${NOW_MS})
     on conflict (account, livemode) do update set state = 'running', reason = null, finished_ms = null, seen = 0`,
    [account, livemode],
  );
  const objects = [...setup.objects.values()];
  const names = objects.map(({ object }) => object);
  const priorities = objects.map(({ priority }) => priority);
  await tx.query(
    `insert into annex.streams (account, livemode, object, state, priority)
     select $1, $2, object, 'open', priority from unnest($3::text[], $4::int[]) as o(object, priority) on conflict do nothing`,
    [account, livemode, names, priorities],
  );
  await tx.query(
    `insert into annex.ranges (account, livemode, object, number, priority)
     select $1, $2, object, 0, priority from unnest($3::text[], $4::int[]) as o(object, priority) on conflict do nothing`,
    [account, livemode, names, priorities],
  );
  await tx.query(
    "update annex.ranges set state = 'open', error = null, due_ms = 0 where account = $1 and livemode = $2 and state = 'refused'",
    [account, livemode],
  );
}

/**
 * Everything is read again from the start; rows are compared and replaced by the same rule as ever. Nothing is deleted first: what the
 * lists do not show any more is fetched one by one afterwards (`finishImports`). Answers false when the account has left.
 */
export async function startAgain(tx: Query, setup: Setup, world: World): Promise<boolean> {
  if (!(await holdConnection(tx, world))) return false;
  const key = [world.account, world.livemode];
  await tx.query('delete from annex.ranges where account = $1 and livemode = $2', key);
  await startImport(tx, setup, world);
  await tx.query(`update annex.imports set sweep = true, started_ms = ${NOW_MS}, seen = 0 where account = $1 and livemode = $2`, key);
  return true;
}

/** Which move is allowed from which state. */
const MOVES = {
  pause: { from: ['running'], to: 'paused' },
  resume: { from: ['paused', 'cancelled'], to: 'running' },
  cancel: { from: ['running', 'paused'], to: 'cancelled' },
} as const satisfies Record<string, { from: readonly ImportState[]; to: ImportState }>;

export type ImportMove = keyof typeof MOVES;

/** Pauses, resumes or cancels an import. Answers false when its state does not allow that. */
export async function moveImport(on: Query, { account, livemode }: World, move: ImportMove): Promise<boolean> {
  const { from, to } = MOVES[move];
  const moved = await on.query(
    'update annex.imports set state = $3, reason = null where account = $1 and livemode = $2 and state = any($4::text[]) returning account',
    [account, livemode, to, from],
  );
  if (move === 'resume') {
    await on.query("update annex.ranges set due_ms = 0 where account = $1 and livemode = $2 and state = 'open'", [account, livemode]);
  }
  return moved.length > 0;
}

/**
 * Marks imports of which nothing is open any more, and has the events since their beginning read once: a list may have been old, and an
 * event may have come before there was a connection. Where everything was read again, has what was not seen looked at.
 * Answers them.
 */
export async function finishImports(setup: Setup): Promise<World[]> {
  return setup.database.transaction(async (tx) => {
    const finished = await tx.query<World & { sweep: boolean; started_ms: number }>(
      `update annex.imports i set state = 'done', finished_ms = ${NOW_MS}, gap = null, reconciled_ms = 0
       where i.state = 'running' and not exists
         (select 1 from annex.ranges r where r.account = i.account and r.livemode = i.livemode and r.state = 'open' and r.kind = 'import')
       returning account, livemode, sweep, started_ms`,
    );
    for (const { account, livemode, started_ms } of finished.filter(({ sweep }) => sweep)) {
      if (!(await holdConnection(tx, { account, livemode }))) continue;
      for (const { object, table } of setup.objects.values()) await sweep(tx, { account, livemode }, { object, table, started_ms });
      await tx.query('update annex.imports set sweep = false where account = $1 and livemode = $2', [account, livemode]);
    }
    return finished.map(({ account, livemode }) => ({ account, livemode }));
  });
}

/** What was last seen before the lists were read again may be gone: it is fetched, and a 404 is a deletion. */
async function sweep(tx: Query, { account, livemode }: World, about: { object: string; table: string; started_ms: number }): Promise<void> {
  await tx.query(
    `insert into annex.refetch (account, livemode, object, id, due_ms, attempts)
     select t.account, t.livemode, $3, t.id, 0, -1 from mirror.${about.table} t
     where t.account = $1 and t.livemode = $2 and not t.deleted and t.hi < $4::bigint
       and not exists (select 1 from annex.ranges r where r.account = $1 and r.livemode = $2 and r.object = $3 and r.state = 'refused')
     order by t.id on conflict (account, livemode, object, id) do nothing`,
    [account, livemode, about.object, about.started_ms],
  );
}

interface StreamRow {
  object: string;
  open: number;
  refused: number;
  rows: number;
  rest: number;
  guessed: number;
  requests: number;
  attempts: number;
  error: string | null;
}

/** Undefined when there is no import: the account is not connected. */
export async function readProgress(on: Query, { account, livemode }: World): Promise<Progress | undefined> {
  const [found] = await on.query<{
    state: ImportState;
    reason: string | null;
    started_ms: number;
    finished_ms: number | null;
    gap: string | null;
    seen: number;
  }>('select state, reason, started_ms, finished_ms, gap, seen from annex.imports where account = $1 and livemode = $2', [
    account,
    livemode,
  ]);
  if (found === undefined) return undefined;
  const streams = await on.query<StreamRow>(
    `select r.object, count(*) filter (where r.state = 'open')::int as open, count(*) filter (where r.state = 'refused')::int as refused,
       sum(r.rows)::bigint as rows, sum(case when r.state = 'open' then coalesce(r.estimate, 0) else 0 end)::bigint as rest,
       count(*) filter (where r.state = 'open' and r.estimate is null)::int as guessed,
       sum(r.pages)::int as requests, max(r.attempts)::int as attempts, max(r.error) as error
     from annex.ranges r where r.account = $1 and r.livemode = $2 and r.kind = 'import' group by r.object, r.priority order by r.priority, r.object`,
    [account, livemode],
  );
  const progress = summed({ account, livemode }, found, streams.map(objectProgress));
  if (progress.fraction > found.seen)
    await on.query('update annex.imports set seen = greatest(seen, $3) where account = $1 and livemode = $2', [
      account,
      livemode,
      progress.fraction,
    ]);
  return progress;
}

/** The steps of a bar. What was shown is kept, and whoever looks often shall not write often. */
const STEPS = 200;

function objectProgress(row: StreamRow): ObjectProgress {
  const { object, rows, requests } = row;
  const about = { object, rows, requests };
  if (row.open === 0 && row.refused > 0) return { ...about, state: 'refused', estimate: rows, reason: row.error ?? 'refused' };
  if (row.open === 0) return { ...about, state: 'done', estimate: rows };
  const estimate = row.guessed > 0 ? null : rows + row.rest;
  if (row.attempts > 1) return { ...about, state: 'failing', estimate, reason: row.error ?? 'unknown' };
  return { ...about, state: requests === 0 ? 'waiting' : 'reading', estimate };
}

/** Found out about an object type of which not one page is read, for the bar only: most accounts have less than a page of most. */
const GUESS_ROWS = 10;

function summed(
  world: World,
  found: { state: ImportState; reason: string | null; started_ms: number; finished_ms: number | null; gap: string | null; seen: number },
  objects: readonly ObjectProgress[],
): Progress {
  const rows = objects.reduce((sum, one) => sum + one.rows, 0);
  const requests = objects.reduce((sum, one) => sum + one.requests, 0);
  const done = objects.every(({ state }) => state === 'done' || state === 'refused');
  const known = objects.every(({ estimate }) => estimate !== null);
  const weight = (one: ObjectProgress): number => Math.max(one.estimate ?? one.rows + 200, one.rows, GUESS_ROWS);
  const all = objects.reduce((sum, one) => sum + weight(one), 0);
  const have = objects.reduce((sum, one) => sum + (one.state === 'done' || one.state === 'refused' ? weight(one) : one.rows), 0);
  const refused = objects.some(({ state }) => state === 'refused');
  return {
    ...world,
    state: found.state === 'done' && refused ? 'partial' : found.state,
    ...(found.reason === null ? {} : { reason: found.reason }),
    rows,
    estimate: known ? objects.reduce((sum, one) => sum + (one.estimate ?? 0), 0) : null,
    fraction: done ? 1 : Math.max(found.seen, Math.min(0.99, all === 0 ? 0 : Math.floor((STEPS * have) / all) / STEPS)),
    requests,
    started_ms: found.started_ms,
    finished_ms: found.finished_ms,
    gap: found.gap,
    objects,
  };
}
