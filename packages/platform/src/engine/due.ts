import type { Draft } from './draft.ts';
import type { StripeObject } from './world.ts';

/**
 * One thing that becomes due by time alone. `at` reads it off the object, so what is due can always be derived from the
 * store: nothing is scheduled that a restart could forget. Doing it must make `at` answer later, or nothing.
 */
export interface DueRow {
  readonly object: string;
  /** What happens, as a person would say it: `renew`, `finalize`, `retry`. */
  readonly what: string;
  /** Unix seconds, or nothing while it is not awaited. */
  readonly at: (object: StripeObject) => number | null | undefined;
  /** Runs at the instant it was due (`draft.now`). */
  readonly act: (draft: Draft, object: StripeObject) => void;
}

/** The soonest thing that an object awaits. */
export function nextDue(rows: readonly DueRow[], object: StripeObject): { at: number; row: DueRow } | undefined {
  let soonest: { at: number; row: DueRow } | undefined;
  for (const row of rows) {
    const at = row.at(object);
    if (typeof at === 'number' && (soonest === undefined || at < soonest.at)) soonest = { at, row };
  }
  return soonest;
}
