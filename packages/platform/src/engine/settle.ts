import type { Consequence } from './behaviour.ts';
import type { Draft } from './draft.ts';
import type { Transition } from './ground.ts';

/** More steps than this in one request mean a loop in the table of consequences. */
const MOST_STEPS = 10_000;

function entered(row: Consequence, transition: Transition): boolean {
  const field = row.field ?? 'status';
  const state = transition.after[field];
  return transition.before?.[field] !== state && row.enters.includes(String(state));
}

/** Runs what the changes of a draft mean for other objects, until nothing more follows. */
export function settle(draft: Draft, consequences: ReadonlyMap<string, readonly Consequence[]>): void {
  let steps = 0;
  for (let batch = draft.takeTransitions(); batch.length > 0; batch = draft.takeTransitions()) {
    for (const transition of batch) {
      const rows = consequences.get(transition.object);
      if (rows === undefined) continue;
      const here = draft.in(transition.world).at(transition.now);
      const object = here.get(transition.object, transition.id);
      if (object === undefined) continue;
      for (const row of rows) {
        if (!entered(row, transition)) continue;
        if (++steps > MOST_STEPS) throw new Error(`The consequences of ${transition.object} do not come to rest`);
        row.follows(here, object, transition.before);
      }
    }
  }
}

export function byObject(consequences: readonly Consequence[]): ReadonlyMap<string, readonly Consequence[]> {
  const rows = new Map<string, Consequence[]>();
  for (const row of consequences) rows.set(row.object, [...(rows.get(row.object) ?? []), row]);
  return rows;
}
