/** An instant that is only known to lie between `lo` and `hi`, in milliseconds on Stripe's clock. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** How far the clocks of Stripe's machines may disagree among themselves. Simulated: reference in docs/decisions. */
const MARGIN_MS = 2_000;

/** How old a list may be when it is answered. A single object is answered as it is; a list may come from a copy that lags. */
const LIST_LAG_MS = 60_000;

/** The whole second in which Stripe says the event was created: nothing finer is told. */
export const eventInterval = (created: number): Interval => ({ lo: created * 1_000, hi: created * 1_000 + 999 });

/**
 * When a fetched object was current: between the request and its answer, told on Stripe's clock. The `Date` header says when the
 * answer was made, to the second; our own clock says it too. Where they disagree nobody knows which is right, so the interval holds
 * both: a wrong clock, ours or theirs, costs fetches and never a newer state. Never the time at which it is written.
 */
export function fetchInterval(request: { startMs: number; endMs: number; date: string | undefined }): Interval {
  const ours = { lo: request.startMs - MARGIN_MS, hi: request.endMs + MARGIN_MS };
  const answered = request.date === undefined ? Number.NaN : Date.parse(request.date);
  if (Number.isNaN(answered)) return ours;
  const took = Math.max(0, request.endMs - request.startMs);
  return { lo: Math.min(ours.lo, answered - took - MARGIN_MS), hi: Math.max(ours.hi, answered + 999 + MARGIN_MS) };
}

/** The same for a page of a list, which may already have been old when it was answered. */
export const listInterval = ({ lo, hi }: Interval): Interval => ({ lo: lo - LIST_LAG_MS, hi });
