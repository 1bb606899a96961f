import { type Ids, SYSTEM, worldKey } from '../engine/index.ts';
import type { MemoryStore } from '../store/memory.ts';
import type { Clock, ClockSetting } from './clock.ts';

/** Where the clock was put is kept beside the data: objects of a moved clock would lie in the future after a restart. */
const KIND = 'annex.clock';

export function saveClock(store: MemoryStore, clock: Clock): void {
  const value = { id: 'clock', object: KIND, ...clock.setting };
  store.commit({
    writes: [{ world: worldKey(SYSTEM), object: KIND, id: 'clock', created: 0, text: JSON.stringify(value), deleted: false }],
  });
}

/** Puts the clock where the store says; to real time where it says nothing. */
export function loadClock(store: MemoryStore, clock: Clock): void {
  const row = store.row(SYSTEM, KIND, 'clock');
  if (row === undefined) clock.set(Date.now(), 1);
  else clock.resume(JSON.parse(row.text) as ClockSetting);
}

const SECRET = 'annex.time_secret';

/** What the ids of time's work are derived from: made once, kept with the data, drawn anew for other data. */
export function timeSecret(store: MemoryStore, ids: Ids): () => string {
  let known: string | undefined;
  store.onReplaced(() => {
    known = undefined;
  });
  return () => {
    known ??= keptSecret(store) ?? newSecret(store, ids.random(32));
    return known;
  };
}

function keptSecret(store: MemoryStore): string | undefined {
  const row = store.row(SYSTEM, SECRET, 'secret');
  return row === undefined ? undefined : (JSON.parse(row.text) as { secret: string }).secret;
}

function newSecret(store: MemoryStore, secret: string): string {
  const text = JSON.stringify({ id: 'secret', object: SECRET, secret });
  store.commit({ writes: [{ world: worldKey(SYSTEM), object: SECRET, id: 'secret', created: 0, text, deleted: false }] });
  return secret;
}
