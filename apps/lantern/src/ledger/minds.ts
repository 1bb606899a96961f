import { allDiscounts, type Observation } from './observation.ts';
import { isPaused } from './rows.ts';
import type { Rules } from './rules.ts';

/** Which rules can make a difference to a customer, one bit each. */
export const MINDS = {
  forever: 1,
  repeating: 2,
  once: 4,
  pastDueDays: 8,
  cancellation: 16,
  paused: 32,
  free: 64,
  sameMonth: 128,
  metered: 256,
} as const;

/** What of the rules can change the rows of a ledger. The rest is about movements, and is seen on the rows. */
export function mindsOf(observations: readonly Observation[]): number {
  let minds = 0;
  for (const seen of observations) {
    for (const { duration } of allDiscounts(seen)) minds |= MINDS[duration];
    if (seen.status === 'past_due') minds |= MINDS.pastDueDays;
    if (seen.ending) minds |= MINDS.cancellation;
    if (isPaused(seen)) minds |= MINDS.paused;
    if (seen.items.some(({ invoiced }) => invoiced !== undefined)) minds |= MINDS.metered;
  }
  return minds;
}

const DURATIONS = ['forever', 'repeating', 'once'] as const;

/** What two sets of rules see differently. */
export function differing(a: Rules, b: Rules): number {
  let bits = 0;
  for (const duration of DURATIONS) if (a.discounts.has(duration) !== b.discounts.has(duration)) bits |= MINDS[duration];
  for (const rule of ['pastDueDays', 'cancellation', 'paused', 'metered', 'free', 'sameMonth'] as const)
    if (a[rule] !== b[rule]) bits |= MINDS[rule];
  return bits;
}
