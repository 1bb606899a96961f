import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { eventInterval, fetchInterval, listInterval } from './interval.ts';

const second = (ms: number): string => new Date(Math.floor(ms / 1_000) * 1_000).toUTCString();

describe('when a fetched state was current', () => {
  it('is inside the interval, on the clock of the events, whichever of the two clocks is wrong', () => {
    const skew = fc.integer({ min: -90_000, max: 90_000 });
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 5_000 }),
        fc.integer({ min: 0, max: 5_000 }),
        fc.boolean(),
        skew,
        (before, after, oursIsWrong, wrong) => {
          const read = 1_700_000_000_000;
          const [ours, theirs] = oursIsWrong ? [wrong, 0] : [0, wrong];
          const interval = fetchInterval({
            startMs: read - before + ours,
            endMs: read + after + ours,
            date: second(read + after + theirs),
          });
          expect(interval.lo).toBeLessThanOrEqual(read);
          expect(interval.hi).toBeGreaterThanOrEqual(read);
        },
      ),
    );
  });

  it('is some two seconds wide on either side when the clocks agree', () => {
    const interval = fetchInterval({ startMs: 10_000, endMs: 10_200, date: second(10_200) });
    expect(interval).toEqual({ lo: 7_800, hi: 12_999 });
    expect(fetchInterval({ startMs: 10_000, endMs: 10_200, date: undefined })).toEqual({ lo: 8_000, hi: 12_200 });
  });

  it('reaches a minute further back for a list, which may be answered from a copy that lags', () => {
    expect(listInterval({ lo: 100_000, hi: 101_000 })).toEqual({ lo: 40_000, hi: 101_000 });
    expect(eventInterval(7)).toEqual({ lo: 7_000, hi: 7_999 });
  });
});
