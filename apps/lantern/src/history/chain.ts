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

/** Leads from one state to another, and says from which. */
const moves = ({ before, after }: Link): boolean => before !== null && before !== after;

/**
 * What replaced this state. A state may stand more than once in a second (a change is taken back); then the one is taken after which
 * all others still find the state that they replaced.
 */
function next<T extends Link>(now: string | undefined, rest: readonly T[]): T | undefined {
  const follow = rest.filter((link) => moves(link) && link.before === now);
  return follow.length < 2 ? follow[0] : (follow.find((one) => leavesNoneBehind(one, rest)) ?? follow[0]);
}

function leavesNoneBehind(taken: Link, rest: readonly Link[]): boolean {
  const left = new Set(rest.filter((link) => link !== taken && moves(link)));
  const reached = new Set([taken.after]);
  for (let before = -1; before !== left.size; ) {
    before = left.size;
    for (const link of left) if (reached.has(link.before!)) left.delete(link) && reached.add(link.after);
  }
  return left.size === 0;
}

/**
 * Events in the order in which they happened. Their times have one second's grain, so within a second each is put after the one whose
 * state it says it replaced. Where that does not tell, creations come first, ends last, and ids decide: the same order whatever the
 * order of arrival.
 */
export function inOrder<T extends Link>(links: readonly T[]): T[] {
  const seconds = new Map<number, T[]>();
  for (const link of links) {
    const within = seconds.get(link.at);
    if (within === undefined) seconds.set(link.at, [link]);
    else within.push(link);
  }
  const ordered: T[] = [];
  for (const at of [...seconds.keys()].sort((a, b) => a - b)) {
    const within = seconds.get(at)!;
    if (within.length === 1) {
      ordered.push(within[0]!);
      continue;
    }
    const rest = new Set(within.sort(earlier));
    while (rest.size > 0) {
      const now = ordered.at(-1)?.after;
      // An event that changes nothing tells the state of its instant: it comes while that state stands.
      const repeats = [...rest].find(({ before, after }) => after === now && (before === null || before === after));
      const follows = repeats ?? next(now, [...rest]);
      const isFirst = (link: T): boolean =>
        ![...rest].some((other) => other !== link && other.after === link.before && other.after !== other.before);
      const first = follows ?? [...rest].find(isFirst) ?? [...rest][0]!;
      rest.delete(first);
      ordered.push(first);
    }
  }
  return ordered;
}

/** The events of which it matters what was before them: those that share their second with others, and a subscription's first. */
export function needBefore(events: readonly (Pick<Link, 'event' | 'type' | 'at'> & { readonly subscription: string })[]): string[] {
  const lines = new Map<string, { first: (typeof events)[number]; readonly seconds: Map<number, string> }>();
  const needed = new Set<string>();
  for (const one of events) {
    const line = lines.get(one.subscription);
    if (line === undefined) {
      lines.set(one.subscription, { first: one, seconds: new Map([[one.at, one.event]]) });
      continue;
    }
    if (one.at < line.first.at) line.first = one;
    const same = line.seconds.get(one.at);
    if (same === undefined) line.seconds.set(one.at, one.event);
    else needed.add(same).add(one.event);
  }
  for (const { first } of lines.values()) if (!BEGINS.test(first.type)) needed.add(first.event);
  return [...needed];
}
