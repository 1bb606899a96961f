/** A part of one list, by the `created` of its objects (seconds): from `gte` up to but without `lt`; null means open. */
export interface Span {
  readonly gte: number | null;
  readonly lt: number | null;
}

/** What a page told about the rest of its part. Lists run from the newest object to the oldest. */
export interface PageFacts {
  readonly has_more: boolean;
  readonly count: number;
  readonly first_created: number | null;
  readonly last_created: number | null;
}

/** Below this a part is not worth a request of its own. */
const SHORTEST_SECONDS = 60;
const FEWEST_PAGES = 3;

/** More than this is not told: a page of one second says nothing about the years before it, and the number is kept in 4 bytes. */
const MOST_EXPECTED = 100_000_000;

/** How many objects are still expected behind this page, as dense as the page itself; undefined when nothing can be said. */
export function expectedRest(page: PageFacts, span: Span, oldest: number | null): number | undefined {
  if (!page.has_more) return 0;
  const { first_created: first, last_created: last } = page;
  const from = span.gte ?? oldest;
  if (first === null || last === null || from === null || from > last) return undefined;
  return Math.min(MOST_EXPECTED, Math.max(page.count, Math.round((page.count * (last - from)) / Math.max(1, first - last))));
}

/**
 * Splits what is unread behind a page into at most `parts` parts of equal time, newest first. The first keeps the cursor; the others
 * begin afresh. No second is in two parts and none is left out: each part's `lt` is the next newer one's `gte`. `oldest` is when the
 * account began, where known; else a guess from the page: the oldest part stays open below, so a wrong guess loses nothing.
 */
export function splitRest(page: PageFacts, span: Span, parts: number, oldest: number | null): { keep: Span; fresh: Span[] } | undefined {
  const { first_created: first, last_created: last } = page;
  if (!page.has_more || parts < 2 || first === null || last === null) return undefined;
  const pageSeconds = Math.max(1, first - last);
  const from = span.gte ?? (oldest !== null && oldest < last ? oldest : last - pageSeconds * FEWEST_PAGES * parts * 4);
  const seconds = last - from;
  if (seconds < SHORTEST_SECONDS * 2 || seconds / pageSeconds < FEWEST_PAGES) return undefined;
  const most = Math.min(parts, Math.floor(seconds / SHORTEST_SECONDS), Math.floor(seconds / pageSeconds / (FEWEST_PAGES - 1)));
  if (most < 2) return undefined;
  const edges = Array.from({ length: most - 1 }, (_, n) => Math.floor(last - (seconds * (n + 1)) / most));
  const fresh = edges.map((lt, n) => ({ gte: edges[n + 1] ?? span.gte, lt }));
  return { keep: { gte: edges[0]!, lt: span.lt }, fresh };
}
