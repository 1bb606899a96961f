/** When a delivery is tried again, and when an endpoint is given up: data, because Stripe publishes only its outline. */

const MINUTE = 60;
const HOUR = 3600;
const DAY = 86_400;

/**
 * Seconds from one automatic attempt to the next. Live events are tried for up to three days with growing pauses, test
 * events three times over a few hours (api-and-events 2.6).
 */
export const RETRY_AFTER: { readonly live: readonly number[]; readonly test: readonly number[] } = {
  live: [
    5 * MINUTE,
    10 * MINUTE,
    20 * MINUTE,
    40 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    5 * HOUR,
    8 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
    12 * HOUR,
  ],
  test: [10 * MINUTE, 2 * HOUR],
};

/** An endpoint that did nothing but fail for this long is disabled. */
export const DISABLE_AFTER = 5 * DAY;

/** A rolled secret goes on signing for at most this long. */
export const LONGEST_OVERLAP = DAY;

/** The pause after this many automatic attempts, or nothing where the schedule has ended. */
export const retryAfter = (livemode: boolean, tries: number): number | undefined => RETRY_AFTER[livemode ? 'live' : 'test'][tries - 1];
