import { DerivedIds } from '../accounts/keys.ts';
import { type Change, type Ids, NOBODY, parseWorldKey, type StripeObject, type WorldKey } from '../engine/index.ts';
import type { Part, Platform } from '../platform.ts';
import { arrive, failAt } from '../resources/test-clock/index.ts';
import { Dues, PLATFORM } from './due.ts';
import { timeSecret } from './kept.ts';

const TEST_CLOCK = 'test_helpers.test_clock';
/** Work is cut into slices of this many milliseconds, so that requests are answered in between. */
const SLICE_MS = 15;
const TICK_MS = 200;

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
  /** The clocks that are advancing, the one whose turn it is first. */
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

  /** One step of an advance; false when the clock has arrived, or is gone. */
  const stepOf = ({ world, id }: Advance): boolean => {
    const ids = idsFor(`${world} ${id} ${store.row(parseWorldKey(world), TEST_CLOCK, id)?.text}`);
    const draft = engine.draft(parseWorldKey(world), platform.clock.now(), NOBODY, { ids });
    const clock = draft.get(TEST_CLOCK, id);
    const target = clock?.status_details?.advancing?.target_frozen_time;
    if (clock === undefined || typeof target !== 'number') {
      platform.reached.delete(id);
      return false;
    }
    const next = dues.next(id, target);
    if (next !== undefined) platform.reached.set(id, next.at);
    if (next !== undefined && dues.run(next)) return true;
    platform.reached.delete(id);
    if (next === undefined) arrive(draft, clock, target);
    else failAt(draft, clock, next.at);
    commit(draft);
    return false;
  };

  /** One thing on the test clock whose turn it is, and one on the platform's; false where there is nothing to do. */
  const turn = (): boolean => {
    const [first] = advances;
    if (first !== undefined) {
      const [key, advance] = first;
      advances.delete(key);
      if (stepOf(advance)) advances.set(key, advance);
    }
    const { clock } = platform;
    const next = clock.behind ? dues.next(PLATFORM, clock.now()) : undefined;
    if (next !== undefined) dues.run(next);
    return first !== undefined || next !== undefined;
  };

  const slice = (): void => {
    scheduled = false;
    if (stopped) return;
    const end = performance.now() + SLICE_MS;
    let more = true;
    while (more && performance.now() < end) more = turn();
    platform.clock.release();
    if (more) schedule();
  };

  const schedule = (): void => {
    if (scheduled || stopped) return;
    scheduled = true;
    setImmediate(slice);
  };

  const begin = (): void => {
    dues.rebuild();
    advances.clear();
    for (const { world, row } of store.snapshot().rows) {
      if (row.object === TEST_CLOCK && !row.deleted && row.text.includes('"advancing"'))
        advances.set(`${world} ${row.id}`, { world, id: row.id });
    }
    schedule();
  };

  store.onCommit((change) => {
    dues.note(change);
    noteClocks(change);
    if (advances.size > 0 || platform.clock.behind) schedule();
  });
  store.onReplaced(begin);
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
