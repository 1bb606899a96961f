import { DerivedIds } from '../accounts/keys.ts';
import { type Change, type DueRow, type Ids, NOBODY, nextDue, parseWorldKey, type StripeObject, type WorldKey } from '../engine/index.ts';
import type { Part, Platform } from '../platform.ts';
import { arrive, failAt } from '../resources/test-clock.ts';
import { timeSecret } from './kept.ts';

const TEST_CLOCK = 'test_helpers.test_clock';
/** Objects that live on the platform's own clock. */
const PLATFORM = '';
/** Work is cut into slices of this many milliseconds, so that requests are answered in between. */
const SLICE_MS = 15;
const TICK_MS = 200;

interface Awaited {
  readonly key: string;
  readonly at: number;
  readonly world: WorldKey;
  readonly object: string;
  readonly id: string;
  /** Unix seconds. */
  readonly created: number;
  /** The place of its row in the table. */
  readonly rank: number;
}

/** What one clock awaits, soonest first. Entries that have been overtaken stay in the heap and are skipped. */
class Agenda {
  private readonly heap: Awaited[] = [];

  push(entry: Awaited): void {
    const { heap } = this;
    let at = heap.push(entry) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!sooner(entry, heap[parent]!)) break;
      heap[at] = heap[parent]!;
      at = parent;
    }
    heap[at] = entry;
  }

  peek(): Awaited | undefined {
    return this.heap[0];
  }

  pop(): void {
    const { heap } = this;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && sooner(heap[child + 1]!, heap[child]!)) child += 1;
      if (!sooner(heap[child]!, last)) break;
      heap[at] = heap[child]!;
      at = child;
    }
    heap[at] = last;
  }
}

/**
 * At the same instant the rows go in the order of their table, and the older object first: nothing that a restart forgets (the order
 * in which things came to be awaited) decides.
 */
function sooner(a: Awaited, b: Awaited): boolean {
  if (a.at !== b.at) return a.at < b.at;
  if (a.rank !== b.rank) return a.rank < b.rank;
  if (a.created !== b.created) return a.created < b.created;
  return a.key < b.key;
}

/** What time needs of a platform. */
interface Lived extends Pick<Platform, 'engine' | 'store' | 'commit' | 'defect'> {
  /** The ids of what time brings about: the same each time for the same thing, so that a run that was killed ends as a calm one. */
  idsFor(about: string): Ids;
}

/** Everything that is awaited, by clock; derived from the store, kept by its commits, rebuilt when it is replaced. */
export class Dues {
  private readonly platform: Lived;
  private readonly rows = new Map<string, DueRow[]>();
  private readonly ranks: ReadonlyMap<DueRow, number>;
  private agendas = new Map<string, Agenda>();
  private current = new Map<string, Awaited>();
  /** Stays awaited while it is done, so that the clock stands at its instant. */
  private running: Awaited | undefined;

  constructor(platform: Lived) {
    const { due } = platform.engine.resources;
    this.platform = platform;
    this.ranks = new Map(due.map((row, rank) => [row, rank]));
    for (const row of due) this.rows.set(row.object, [...(this.rows.get(row.object) ?? []), row]);
  }

  rebuild(): void {
    this.agendas = new Map();
    this.current = new Map();
    for (const { world, row } of this.platform.store.snapshot().rows) {
      if (!row.deleted && this.rows.has(row.object)) this.await(world, JSON.parse(row.text) as StripeObject);
    }
  }

  note(change: Change): void {
    for (const write of change.writes) {
      if (!this.rows.has(write.object)) continue;
      if (write.text === null || write.deleted) this.current.delete(`${write.world} ${write.object} ${write.id}`);
      else this.await(write.world, write.value ?? (JSON.parse(write.text) as StripeObject));
    }
  }

  /** The soonest thing on a clock up to an instant. */
  next(clock: string, until: number): Awaited | undefined {
    const agenda = this.agendas.get(clock);
    for (let top = agenda?.peek(); top !== undefined; top = agenda!.peek()) {
      if (this.current.get(top.key) === top) return top.at <= until ? top : undefined;
      agenda!.pop();
    }
    return undefined;
  }

  /**
   * Does it, as a commit of its own. What cannot be done is told as a defect, answered with false, and not tried again until the
   * object changes.
   */
  run(awaited: Awaited): boolean {
    const { engine } = this.platform;
    this.running = awaited;
    try {
      const row = engine.store.row(parseWorldKey(awaited.world), awaited.object, awaited.id);
      // Without the address, so that the same life at another port is the same.
      const ids = this.platform.idsFor(`${awaited.key} ${awaited.at} ${row?.text.replaceAll(engine.origin, '')}`);
      const draft = engine.draft(parseWorldKey(awaited.world), awaited.at, NOBODY, { ids });
      const object = draft.get(awaited.object, awaited.id);
      const due = object === undefined ? undefined : nextDue(this.rows.get(awaited.object)!, object);
      if (object === undefined || due === undefined || due.at !== awaited.at) return true;
      due.row.act(draft, object);
      engine.settle(draft);
      this.platform.commit(draft);
      return true;
    } catch (error) {
      this.platform.defect(error);
      return false;
    } finally {
      this.running = undefined;
      // Unless doing it has brought what comes next.
      if (this.current.get(awaited.key) === awaited) this.current.delete(awaited.key);
    }
  }

  private await(world: WorldKey, object: StripeObject): void {
    const key = `${world} ${object.object} ${object.id}`;
    const due = nextDue(this.rows.get(object.object)!, object);
    const known = this.current.get(key);
    if (due === undefined) {
      this.current.delete(key);
      return;
    }
    const rank = this.ranks.get(due.row)!;
    if (known !== undefined && known !== this.running && known.at === due.at && known.rank === rank) return;
    const { id, created = 0 } = object;
    const entry: Awaited = { key, at: due.at, world, object: object.object, id, created, rank };
    this.current.set(key, entry);
    const clock = typeof object.test_clock === 'string' ? object.test_clock : PLATFORM;
    let agenda = this.agendas.get(clock);
    if (agenda === undefined) {
      agenda = new Agenda();
      this.agendas.set(clock, agenda);
    }
    agenda.push(entry);
  }
}

interface Advance {
  readonly world: WorldKey;
  readonly id: string;
}

/** Runs the table of what becomes due: on the platform's clock by a tick, on a test clock while it is advancing. */
export function timePart(platform: Platform): Part {
  const secret = timeSecret(platform.store, platform.ids);
  const idsFor = (about: string): Ids => new DerivedIds(secret(), about);
  const { engine, store, commit, defect } = platform;
  const dues = new Dues({ engine, store, commit, defect, idsFor });
  platform.clock.holdFor(() => {
    const first = dues.next(PLATFORM, Number.POSITIVE_INFINITY);
    return first === undefined ? undefined : first.at * 1000;
  });
  const advances = new Map<string, Advance>();
  let stopped = false;
  let scheduled = false;

  const noteClocks = (change: Change): void => {
    for (const { object, world, id, value, text } of change.writes) {
      if (object !== TEST_CLOCK || text === null) continue;
      const clock = value ?? (JSON.parse(text) as StripeObject);
      if (clock.status === 'advancing') advances.set(`${world} ${id}`, { world, id });
    }
  };

  /** One step of an advance; false when the clock has arrived. */
  const stepOf = (key: string, advance: Advance): boolean => {
    const ids = idsFor(`${key} ${platform.store.row(parseWorldKey(advance.world), TEST_CLOCK, advance.id)?.text}`);
    const draft = platform.engine.draft(parseWorldKey(advance.world), platform.clock.now(), NOBODY, { ids });
    const clock = draft.get(TEST_CLOCK, advance.id);
    const target = clock?.status_details?.advancing?.target_frozen_time;
    if (clock === undefined || typeof target !== 'number') {
      advances.delete(key);
      return false;
    }
    const next = dues.next(advance.id, target);
    if (next !== undefined && dues.run(next)) return true;
    advances.delete(key);
    if (next === undefined) arrive(draft, clock, target);
    else failAt(draft, clock, next.at);
    platform.commit(draft);
    return false;
  };

  const slice = (): void => {
    scheduled = false;
    if (stopped) return;
    const end = performance.now() + SLICE_MS;
    for (const [key, advance] of [...advances]) while (performance.now() < end && stepOf(key, advance));
    const { clock } = platform;
    while (clock.behind && performance.now() < end) dues.run(dues.next(PLATFORM, clock.now())!);
    clock.release();
    if (advances.size > 0 || clock.behind) schedule();
  };

  const schedule = (): void => {
    if (scheduled || stopped) return;
    scheduled = true;
    setImmediate(slice);
  };

  const begin = (): void => {
    dues.rebuild();
    advances.clear();
    for (const { world, row } of platform.store.snapshot().rows) {
      if (row.object === TEST_CLOCK && !row.deleted && row.text.includes('"advancing"'))
        advances.set(`${world} ${row.id}`, { world, id: row.id });
    }
    schedule();
  };

  platform.store.onCommit((change) => {
    dues.note(change);
    noteClocks(change);
    if (advances.size > 0 || platform.clock.behind) schedule();
  });
  platform.store.onReplaced(begin);
  begin();
  const tick = setInterval(schedule, TICK_MS);
  tick.unref();
  return {
    close: () => {
      stopped = true;
      clearInterval(tick);
    },
  };
}
