/**
 * What time it is where the subscriptions live. Stripe's clock is the real one; a local platform's can be moved, and what people were
 * promised in days (a trial, a grace period, data that is kept) must end there when it does.
 */
export interface SourceClock {
  /** Milliseconds. */
  now(): number;
  /** Whether nothing was heard for so long that the source should be asked. Never for Stripe itself. */
  isStale(): boolean;
  /** An answer from `url` to a request that began at `startMs`, with the `Date` header it carried; none where no answer came. */
  hear(url: string, startMs: number, date: string | undefined): void;
}

/** Nearer than this the clocks count as the same: both are set by hand or by network, and a header is cut to whole seconds. */
const SAME_MS = 60_000;
const STALE_MS = 5_000;

/** Only a source that is not Stripe is believed: a wrong header of the real one, or of a proxy before it, must lock and extend nothing. */
const isStripe = (url: string): boolean => /(^|\.)stripe\.com$/.test(new URL(url).hostname);

/** `given`: whoever brings a clock is asked, and nobody else. */
export function sourceClock(apiBase: string, given?: () => number): SourceClock {
  if (given !== undefined || isStripe(apiBase)) return { now: given ?? Date.now, isStale: () => false, hear: () => {} };
  const { origin } = new URL(apiBase);
  let aheadMs = 0;
  let heardMs = 0;
  return {
    now: () => Date.now() + aheadMs,
    isStale: () => Date.now() - heardMs > STALE_MS,
    hear(url, startMs, date) {
      // An answer that was long under way says nothing about a clock that was moved meanwhile.
      if (startMs < heardMs || new URL(url).origin !== origin) return;
      heardMs = startMs;
      const toldMs = Date.parse(date ?? '');
      if (Number.isNaN(toldMs)) return;
      const ahead = toldMs - Date.now();
      aheadMs = Math.abs(ahead) < SAME_MS ? 0 : ahead;
    },
  };
}
