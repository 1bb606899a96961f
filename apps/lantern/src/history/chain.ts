/** An event's state of a subscription, with what it replaced. */
export interface Link {
  readonly event: string;
  readonly type: string;
  /** Seconds. */
  readonly at: number;
  /** The state as text, and the state before as text; null where the event does not tell. */
  readonly after: string;
  readonly before: string | null;
}

const ENDS = /\.deleted$/;
const BEGINS = /\.created$/;
const rank = ({ type }: Link): number => (BEGINS.test(type) ? 0 : ENDS.test(type) ? 2 : 1);
const earlier = (a: Link, b: Link): number => rank(a) - rank(b) || (a.event < b.event ? -1 : 1);

/**
 * Events in the order in which they happened. Their times have one second's grain, so within a second each is put after the one whose
 * state it says it replaced. Where that does not tell, creations come first, ends last, and ids decide: the same order whatever the
 * order of arrival.
 */
export function inOrder<T extends Link>(links: readonly T[]): T[] {
  const seconds = new Map<number, T[]>();
  for (const link of links) seconds.set(link.at, [...(seconds.get(link.at) ?? []), link]);
  const ordered: T[] = [];
  for (const at of [...seconds.keys()].sort((a, b) => a - b)) {
    const rest = new Set(seconds.get(at)!.sort(earlier));
    while (rest.size > 0) {
      const now = ordered.at(-1)?.after;
      // An event that changes nothing tells the state of its instant: it comes while that state stands.
      const repeats = [...rest].find(({ before, after }) => after === now && (before === null || before === after));
      const follows = repeats ?? [...rest].find(({ before, after }) => before !== null && before === now && after !== before);
      const isFirst = (link: T): boolean =>
        ![...rest].some((other) => other !== link && other.after === link.before && other.after !== other.before);
      const next = follows ?? [...rest].find(isFirst) ?? [...rest][0]!;
      rest.delete(next);
      ordered.push(next);
    }
  }
  return ordered;
}
