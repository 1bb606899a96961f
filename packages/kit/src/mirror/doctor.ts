import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { comparePage, type MonthSum, mirroredIds, mirrorMonths } from './compare.ts';
import { NO_ROW } from './door.ts';
import { type FieldDiff, fieldDiffs } from './field-diff.ts';
import { holdConnection } from './hold.ts';
import type { MirroredObject } from './mirrored-object.ts';
import { fetchWhole, storeFound } from './refetch.ts';
import { insisting, untilAnswered, whenRefused } from './source.ts';
import { storable } from './storable.ts';

/** One object that the mirror has wrong. */
export interface Drift {
  readonly id: string;
  /** `missing`: the mirror does not have it. `extra`: the source does not. `differs`: `fields` says where. */
  readonly kind: 'missing' | 'extra' | 'differs';
  readonly fields: readonly FieldDiff[];
  readonly repaired: boolean;
}

/** A month (`2026-10`, or `undated`) as the source and the mirror have it. Equal hashes mean equal content, in whatever order. */
export interface Month {
  readonly month: string;
  readonly source: number;
  readonly mirror: number;
  readonly equal: boolean;
}

export interface ObjectReport {
  readonly object: string;
  readonly source: number;
  readonly mirror: number;
  readonly months: readonly Month[];
  readonly drift: readonly Drift[];
  /** More differences than were looked at one by one; a repair has them fetched by the workers. */
  readonly more: number;
  /** Why this type could not be compared, or not wholly. */
  readonly note?: string;
  /** Nothing is known of it: there was no answer. A type that may not be read is not mirrored, and so not in question. */
  readonly unanswered?: boolean;
}

export interface DoctorReport extends World {
  /** Everything was compared, and nothing differs. */
  readonly clean: boolean;
  readonly requests: number;
  readonly objects: readonly ObjectReport[];
}

export interface DoctorOptions {
  /** Only these object types. */
  readonly objects?: readonly string[];
  /** Only so many pages of each list, newest first; all of them without it. */
  readonly pages?: number;
  readonly repair?: boolean;
  /** Differences of one object type that are looked at one by one. Default 200. */
  readonly looks?: number;
  readonly onObject?: (report: ObjectReport) => void;
}

const LOOKS = 200;
/** How long a difference is looked at again, while the object is in doubt or events about it wait, at least (ms). */
const PATIENCE_MS = 10_000;
/** And at least so often. */
const PATIENCE = 5;

/**
 * Compares the mirror with the source, object for object and field for field. A difference counts only when it is still there on a
 * second look, because the account goes on living meanwhile. With `repair`, what was found is put right by the same door as ever.
 */
export async function doctor(setup: Setup, world: World, options: DoctorOptions = {}): Promise<DoctorReport> {
  const chosen = [...setup.objects.values()].filter(({ object }) => options.objects === undefined || options.objects.includes(object));
  const counted = { requests: 0 };
  const reports: ObjectReport[] = [];
  const queue = [...chosen];
  const next = async (): Promise<void> => {
    for (let mirrored = queue.shift(); mirrored !== undefined; mirrored = queue.shift()) {
      const report = await examine(setup, world, mirrored, options, counted);
      reports.push(report);
      options.onObject?.(report);
    }
  };
  await Promise.all(Array.from({ length: Math.min(4, setup.settings.concurrency) }, next));
  reports.sort((a, b) => chosen.findIndex((one) => one.object === a.object) - chosen.findIndex((one) => one.object === b.object));
  return {
    ...world,
    clean: reports.every(({ drift, more, unanswered }) => drift.length === 0 && more === 0 && unanswered !== true),
    requests: counted.requests,
    objects: reports,
  };
}

async function examine(
  setup: Setup,
  world: World,
  mirrored: MirroredObject,
  options: DoctorOptions,
  counted: { requests: number },
): Promise<ObjectReport> {
  const read = { suspects: new Set<string>(), seen: new Set<string>(), sums: new Map<string, MonthSum>(), whole: true };
  try {
    await readSource(setup, world, mirrored, options, read, counted);
  } catch (error) {
    if (isRefusal(error, 'revoked', 'key')) await whenRefused(setup, world, error);
    if (!isRefusal(error)) throw error;
    const unanswered = !isRefusal(error, 'forbidden', 'request', 'missing');
    const nothing = { object: mirrored.object, source: 0, mirror: 0, months: [], drift: [], more: 0 };
    return { ...nothing, note: `cannot be read: ${error.message}`, ...(unanswered && { unanswered }) };
  }
  const own = read.whole ? await mirrorMonths(setup.database, world, mirrored) : new Map<string, MonthSum>();
  if (read.whole) for await (const id of mirroredIds(setup.database, world, mirrored)) if (!read.seen.has(id)) read.suspects.add(id);
  const suspects = [...read.suspects];
  const drift: Drift[] = [];
  const looks = options.looks ?? LOOKS;
  for (const id of suspects.slice(0, looks)) {
    counted.requests++;
    const found = await secondLook(setup, world, mirrored, id, options.repair ?? false);
    if (found !== undefined) drift.push(found);
  }
  const rest = suspects.slice(looks);
  if (options.repair && rest.length > 0) await askFor(setup, world, mirrored, rest);
  const sum = (of: Iterable<MonthSum>): number => [...of].reduce((total, { count }) => total + count, 0);
  return {
    object: mirrored.object,
    source: sum(read.sums.values()),
    mirror: read.whole ? sum(own.values()) : read.seen.size - drift.filter(({ kind }) => kind === 'missing').length,
    months: read.whole ? monthsOf(read.sums, own) : [],
    drift,
    more: rest.length,
    ...(read.whole ? {} : { note: `only the newest ${read.seen.size} were compared` }),
  };
}

interface Read {
  readonly suspects: Set<string>;
  readonly seen: Set<string>;
  readonly sums: Map<string, MonthSum>;
  whole: boolean;
}

async function readSource(
  setup: Setup,
  world: World,
  mirrored: MirroredObject,
  { pages = Number.POSITIVE_INFINITY }: DoctorOptions,
  read: Read,
  counted: { requests: number },
): Promise<void> {
  const fixed: [string, string][] = mirrored.single
    ? []
    : [
        ['limit', '100'],
        ...Object.entries(mirrored.query ?? {}),
        ...(mirrored.expand ?? []).map((field): [string, string] => ['expand[]', `data.${field}`]),
      ];
  let after: string | undefined;
  for (let page = 1; ; page++) {
    counted.requests++;
    const query = after === undefined ? fixed : [...fixed, ['starting_after', after] as [string, string]];
    const answer = await insisting(setup, world, { path: mirrored.list, query });
    const compared = await comparePage(setup.database, world, mirrored, storable(answer.text));
    for (const id of compared.ids) read.seen.add(id);
    for (const id of compared.suspects) read.suspects.add(id);
    for (const [month, { count, hash }] of compared.months) {
      const before = read.sums.get(month) ?? { count: 0, hash: 0n };
      read.sums.set(month, { count: before.count + count, hash: before.hash + hash });
    }
    after = compared.ids.at(-1);
    if (!compared.has_more || after === undefined) return;
    if (page >= pages) {
      read.whole = false;
      return;
    }
  }
}

function monthsOf(source: ReadonlyMap<string, MonthSum>, mirror: ReadonlyMap<string, MonthSum>): Month[] {
  const names = [...new Set([...source.keys(), ...mirror.keys()])].sort().reverse();
  return names.map((month) => {
    const [theirs, ours] = [source.get(month), mirror.get(month)];
    return {
      month,
      source: theirs?.count ?? 0,
      mirror: ours?.count ?? 0,
      equal: theirs?.count === ours?.count && theirs?.hash === ours?.hash,
    };
  });
}

/** Fetches the object and compares again, until the two are equal, or stay different while nothing about it is on its way. */
async function secondLook(setup: Setup, world: World, mirrored: MirroredObject, id: string, repair: boolean): Promise<Drift | undefined> {
  const began = performance.now();
  for (let look = 1; ; look++) {
    const before = await rowOf(setup, world, mirrored, id);
    const found = await untilAnswered(setup, () => fetchWhole(setup, world, mirrored, id));
    const row = await rowOf(setup, world, mirrored, id);
    const [equal] = await setup.database.query<{ same: boolean }>('select $1::jsonb = $2::jsonb as same', [
      row?.data ?? 'null',
      found.data,
    ]);
    if (found.deleted ? row === undefined || row.deleted : row !== undefined && !row.deleted && equal?.same) return undefined;
    const moving = row?.dirty || row?.seen !== before?.seen || (await eventsWaiting(setup, world, mirrored, id));
    if (moving && (look < PATIENCE || performance.now() - began < PATIENCE_MS)) {
      await new Promise((done) => setTimeout(done, setup.settings.settleMs));
      continue;
    }
    const repaired = repair && (await storeFound(setup, mirrored, { ...world, id }, found, row?.seen ?? NO_ROW));
    if (repaired) setup.feed.tell({ kind: 'objects', ...world, object: mirrored.object });
    if (found.deleted) return { id, kind: 'extra', fields: [], repaired };
    if (row === undefined || row.deleted) return { id, kind: 'missing', fields: [], repaired };
    return { id, kind: 'differs', fields: fieldDiffs(JSON.parse(row.data), JSON.parse(found.data)), repaired };
  }
}

interface LookedAt {
  data: string;
  deleted: boolean;
  dirty: boolean;
  seen: number;
}

async function rowOf(setup: Setup, { account, livemode }: World, { table }: MirroredObject, id: string): Promise<LookedAt | undefined> {
  const [row] = await setup.database.query<LookedAt>(
    `select data::text as data, deleted, dirty, seen from mirror.${table} where account = $1 and livemode = $2 and id = $3`,
    [account, livemode, id],
  );
  return row;
}

async function eventsWaiting(setup: Setup, { account, livemode }: World, { object }: MirroredObject, id: string): Promise<boolean> {
  const waiting = await setup.database.query(
    "select 1 from annex.inbox where account = $1 and livemode = $2 and object = $3 and object_id = $4 and state = 'new' limit 1",
    [account, livemode, object, id],
  );
  return waiting.length > 0;
}

/** Has objects fetched by the workers, whether they are in doubt or not. */
export async function askFor(setup: Setup, world: World, { object }: MirroredObject, ids: readonly string[]): Promise<void> {
  await setup.database.transaction(async (tx) => {
    if (!(await holdConnection(tx, world))) return;
    await tx.query(
      `insert into annex.refetch (account, livemode, object, id, due_ms, attempts)
       select $1, $2, $3, id, 0, -1 from unnest($4::text[]) as id order by id on conflict (account, livemode, object, id) do update set attempts = -1`,
      [world.account, world.livemode, object, ids],
    );
  });
  setup.wake('refetch');
}
