/** An instant that is only known to lie between `lo` and `hi`, in milliseconds on Stripe's clock. */
export interface Interval {
  readonly lo: number;
  readonly hi: number;
}

/** How far the clocks of Stripe's machines may disagree among themselves. Measured effect: docs/decisions. */
const MARGIN_MS = 2_000;

/** The whole second in which Stripe says the event was created: nothing finer is told. */
export const eventInterval = (created: number): Interval => ({ lo: created * 1_000, hi: created * 1_000 + 999 });

/**
 * When a fetched object or page was current: between the request and its answer, told on Stripe's clock. The `Date` header says
 * when the answer was made, to the second; how long the request took is measured here. Never the time at which it is written.
 */
export function fetchInterval(request: { startMs: number; endMs: number; date: string | undefined }): Interval {
  const took = Math.max(0, request.endMs - request.startMs);
  const answered = request.date === undefined ? Number.NaN : Date.parse(request.date);
  if (Number.isNaN(answered)) return { lo: request.startMs - MARGIN_MS, hi: request.endMs + MARGIN_MS };
  return { lo: answered - took - MARGIN_MS, hi: answered + 999 + MARGIN_MS };
}
