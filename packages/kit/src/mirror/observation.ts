/** One object was in one state at an instant between `lo` and `hi` (ms). What an event or a fetch is, to the mirror. */
export interface Observation {
  readonly account: string;
  readonly livemode: boolean;
  readonly object: string;
  readonly id: string;
  readonly deleted: boolean;
  readonly lo: number;
  readonly hi: number;
  /** Within the same second: 0 for a creation, 1 for a change, 2 for a deletion. Decides what is shown while in doubt. */
  readonly rank: number;
  /** Not a whole snapshot in our version: it cannot replace one. */
  readonly cut: boolean;
  /** In doubt: to be fetched. */
  readonly dirty: boolean;
  /** JSON text in one spelling, so that equal text is equal content. */
  readonly data: string;
}

/** Each object once, in the order of arrival. */
export function foldAll<One extends Observation>(observations: Iterable<One>): One[] {
  const found = new Map<string, One>();
  for (const next of observations) {
    const key = `${next.object}/${next.account}/${next.livemode}/${next.id}`;
    const known = found.get(key);
    found.set(key, known === undefined ? next : fold(known, next));
  }
  return [...found.values()];
}

/**
 * Two observations of one object as one, by the rule of the door (`door.ts`), so that a batch holds each object once. `next` is
 * the one that arrived later.
 */
export function fold<One extends Observation>(known: One, next: One): One {
  if (next.hi < known.lo) return known;
  if (next.lo > known.hi) return next;
  const same = next.data === known.data && next.deleted === known.deleted;
  const shown = next.cut ? known : known.cut || next.lo > known.lo || (next.lo === known.lo && next.rank >= known.rank) ? next : known;
  return {
    ...shown,
    lo: Math.max(known.lo, next.lo),
    hi: Math.max(known.hi, next.hi),
    dirty: known.dirty || next.dirty || !same,
  };
}

/** What is kept of a deleted object, however its end was learned: so that every order of learning leaves the same row. */
export const stub = (object: string, id: string): string => `{"id": ${JSON.stringify(id)}, "object": "${object}", "deleted": true}`;

/** One JSON array out of observations, without parsing and writing their data again. */
export function observationsText(list: readonly Observation[]): string {
  return `[${list.map(({ data, ...rest }) => `${JSON.stringify(rest).slice(0, -1)},"data":${data}}`).join(',')}]`;
}
