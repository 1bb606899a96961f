import { byIndex, NOW_MS, type Query } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { NO_ROW, storeFetched } from './door.ts';
import { holdConnection } from './hold.ts';
import type { Interval } from './interval.ts';
import type { MirroredObject } from './mirrored-object.ts';
import { stub } from './observation.ts';
import { actingFor, whenRefused } from './source.ts';
import { storable } from './storable.ts';

interface Asked extends World {
  readonly object: string;
  readonly id: string;
  readonly attempts: number;
}

const CLAIM = `
  update annex.refetch r set owner = $1, lease_until_ms = ${NOW_MS} + $3::bigint
  from (
    select account, livemode, object, id from annex.refetch
    where due_ms <= ${NOW_MS} and lease_until_ms < ${NOW_MS} order by due_ms limit $2 for update skip locked
  ) p
  where r.account = p.account and r.livemode = p.livemode and r.object = p.object and r.id = p.id
  returning r.account, r.livemode, r.object, r.id, r.attempts`;

/** Claims objects in doubt and starts fetching them. Answers the fetches, each of which ends without throwing. */
export async function claimRefetches(setup: Setup, owner: string, most: number): Promise<Promise<void>[]> {
  if (most <= 0) return [];
  const asked = await setup.database.transaction(async (tx) => {
    await byIndex(tx);
    return tx.query<Asked>(CLAIM, [owner, most, setup.settings.leaseMs]);
  });
  return asked.map((one) =>
    refetch(setup, one).catch(async (error: unknown) => {
      setup.log('error', 'An object could not be fetched again.', { object: one.object, id: one.id, error: (error as Error).message });
      await later(setup, one, (error as Error).message).catch(() => {});
    }),
  );
}

async function refetch(setup: Setup, asked: Asked): Promise<void> {
  const mirrored = setup.objects.get(asked.object);
  const key = [asked.account, asked.livemode, asked.id];
  const [row] = mirrored
    ? await setup.database.query<{ seen: number; dirty: boolean }>(
        `select seen, dirty from mirror.${mirrored.table} where account = $1 and livemode = $2 and id = $3`,
        key,
      )
    : [];
  if (mirrored === undefined) return forgetAsked(setup.database, asked);
  // Attempts of -1 ask for a fetch in any case.
  if (row !== undefined && !row.dirty && asked.attempts >= 0 && (await forgetSettled(setup, asked, mirrored))) return;
  try {
    const found = await fetchWhole(setup, asked, mirrored, asked.id);
    const stored = await storeFound(setup, mirrored, asked, found, row?.seen ?? NO_ROW);
    setup.counters.fetched++;
    if (stored) setup.feed.tell({ kind: 'objects', account: asked.account, livemode: asked.livemode, object: asked.object });
  } catch (error) {
    if (isRefusal(error, 'revoked', 'key')) await whenRefused(setup, asked, error);
    if (isRefusal(error, 'rate', 'lock')) return postpone(setup, asked, error.facts.retryAfterMs ?? setup.settings.retryMs);
    await later(setup, asked, (error as Error).message);
  }
}

/** Whoever would have to wait longer for the account's pace comes back later. */
const PATIENCE_MS = 2_000;

/** An object with everything in it, or the fact that it is gone. */
export interface Found {
  readonly deleted: boolean;
  readonly interval: Interval;
  readonly data: string;
}

/** Fetches one object with its lists complete. `data` is JSON text. A missing object is found deleted. Throws `Refusal`. */
export async function fetchWhole(setup: Setup, world: World, mirrored: MirroredObject, id: string): Promise<Found> {
  const expand = (mirrored.expand ?? []).map((field) => ['expand[]', field] as const);
  const path = mirrored.single ? mirrored.list : `${mirrored.list}/${encodeURIComponent(id)}`;
  try {
    const answer = await actingFor(setup, world, {
      path,
      query: expand,
      endpoint: mirrored.single ? path : `${mirrored.list}/{id}`,
      patienceMs: PATIENCE_MS,
    });
    const object = JSON.parse(answer.text) as Record<string, unknown>;
    if (object.deleted === true) return { deleted: true, interval: answer.interval, data: stub(mirrored.object, id) };
    let { interval } = answer;
    let cut = false;
    for (const { field, path } of mirrored.lists ?? []) {
      const list = object[field] as SubList | undefined;
      if (list?.has_more !== true) continue;
      interval = {
        lo: interval.lo,
        hi: await fetchRest(
          setup,
          world,
          { path: path.replace('{id}', encodeURIComponent(id)), endpoint: path.replace(/\?.*/, ''), expand: expandedIn(mirrored, field) },
          list,
        ),
      };
      cut = true;
    }
    // Written again only where something was added: the text as it came is exact to the last digit.
    return { deleted: false, interval, data: storable(cut ? JSON.stringify(object) : answer.text) };
  } catch (error) {
    if (!isRefusal(error, 'missing')) throw error;
    return { deleted: true, interval: { lo: Date.now() - 2_000, hi: Date.now() + 2_000 }, data: stub(mirrored.object, id) };
  }
}

/** What of the things in a list inside the object is to be expanded, as their own list is asked for it. */
const expandedIn = ({ expand = [] }: MirroredObject, list: string): string[] =>
  expand.flatMap((field) => (field.startsWith(`${list}.data.`) ? [field.slice(list.length + 1)] : []));

interface SubList {
  data: { id: string }[];
  has_more: boolean;
}

/**
 * Fetches a list inside an object whole, and answers when that was so. From its beginning: the object may show its first items in
 * another order than their own list has, and then what follows the tenth would be other items.
 */
async function fetchRest(
  setup: Setup,
  world: World,
  { path, endpoint, expand }: { path: string; endpoint: string; expand: readonly string[] },
  list: SubList,
): Promise<number> {
  const shown = list.data;
  const whole: { id: string }[] = [];
  for (let last: string | undefined; ; last = whole.at(-1)?.id) {
    const query: [string, string][] = [['limit', '100'], ...expand.map((field): [string, string] => ['expand[]', field])];
    if (last !== undefined) query.push(['starting_after', last]);
    const answer = await actingFor(setup, world, { path, query, endpoint, patienceMs: PATIENCE_MS });
    const page = JSON.parse(answer.text) as SubList;
    whole.push(...page.data);
    if (page.has_more && page.data.length > 0) continue;
    // What the object shows and its list does not (yet) is not lost.
    const ids = new Set(whole.map(({ id }) => id));
    list.data = [...shown.filter(({ id }) => !ids.has(id)), ...whole];
    list.has_more = false;
    return answer.interval.hi;
  }
}

/** Stores what was found and takes the object off the list of doubts, unless it was observed again meanwhile. */
export async function storeFound(
  setup: Setup,
  mirrored: MirroredObject,
  asked: World & { id: string },
  found: Found,
  seen: number,
): Promise<boolean> {
  const key = [asked.account, asked.livemode, asked.id];
  return setup.database.transaction(async (tx) => {
    if (!(await holdConnection(tx, asked))) return false;
    const created = found.deleted ? null : ((JSON.parse(found.data) as { created?: number }).created ?? null);
    const stored = await tx.query(storeFetched(mirrored), [
      ...key,
      created,
      found.deleted,
      found.interval.lo,
      found.interval.hi,
      found.data,
      seen,
    ]);
    if (stored.length === 0) {
      await tx.query(
        `update annex.refetch set due_ms = ${NOW_MS} + $5::bigint, lease_until_ms = 0 where account = $1 and livemode = $2 and id = $3 and object = $4`,
        [...key, mirrored.object, setup.settings.settleMs],
      );
      return false;
    }
    await forgetAsked(tx, { ...asked, object: mirrored.object });
    await tx.query(
      `update annex.streams set version = version + 1, moved_ms = ${NOW_MS} where account = $1 and livemode = $2 and object = $3`,
      [asked.account, asked.livemode, mirrored.object],
    );
    return true;
  });
}

async function forgetAsked(on: Query, { account, livemode, object, id }: World & { object: string; id: string }): Promise<void> {
  await on.query('delete from annex.refetch where account = $1 and livemode = $2 and object = $3 and id = $4', [
    account,
    livemode,
    object,
    id,
  ]);
}

/**
 * Settled meanwhile, by an observation that was newer than everything in doubt. Looked at once more under the row's lock: an
 * observation that puts the object in doubt again finds it queued and leaves it at that, so it must not be taken off behind its back.
 */
function forgetSettled(setup: Setup, asked: Asked, { table }: MirroredObject): Promise<boolean> {
  return setup.database.transaction(async (tx) => {
    const [row] = await tx.query<{ dirty: boolean }>(
      `select dirty from mirror.${table} where account = $1 and livemode = $2 and id = $3 for update`,
      [asked.account, asked.livemode, asked.id],
    );
    if (row === undefined || row.dirty) return false;
    await forgetAsked(tx, asked);
    return true;
  });
}

/** Not our fault and not its: the same attempt, a little later. */
async function postpone(setup: Setup, asked: Asked, waitMs: number): Promise<void> {
  await setup.database.query(
    `update annex.refetch set lease_until_ms = 0, due_ms = ${NOW_MS} + $5::bigint where account = $1 and livemode = $2 and object = $3 and id = $4`,
    [asked.account, asked.livemode, asked.object, asked.id, waitMs],
  );
}

/** Tries again later, ever more slowly; never gives up, and says why meanwhile. */
async function later(setup: Setup, asked: Asked, error: string): Promise<void> {
  const wait = Math.min(setup.settings.retryMs * 2 ** Math.min(Math.max(asked.attempts, 0), 8), 300_000);
  await setup.database.query(
    `update annex.refetch set attempts = greatest(attempts, 0) + 1, error = $5, lease_until_ms = 0, due_ms = ${NOW_MS} + $6::bigint
     where account = $1 and livemode = $2 and object = $3 and id = $4`,
    [asked.account, asked.livemode, asked.object, asked.id, error.slice(0, 500), wait],
  );
}
