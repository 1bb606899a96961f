import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { placer, scaleOf } from './scale.ts';

describe('a scale', () => {
  it('has round steps', () => {
    expect(scaleOf([0, 41_204]).ticks).toEqual([0, 20_000, 40_000, 60_000]);
    expect(scaleOf([-700, 1_200]).ticks).toEqual([-1_000, -500, 0, 500, 1_000, 1_500]);
    expect(scaleOf([])).toEqual({ ticks: [0, 1], low: 0, high: 1 });
  });

  it('covers every value, includes zero, and has few ticks', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: -1e12, max: 1e12 }), { maxLength: 40 }), (values) => {
        const { ticks, low, high } = scaleOf(values);
        expect(ticks.some((tick) => tick === 0)).toBe(true);
        expect(ticks.length).toBeLessThan(9);
        for (const value of values) expect(value >= low && value <= high).toBe(true);
      }),
    );
  });

  it('puts the highest at the top and the lowest at the bottom', () => {
    const at = placer({ ticks: [], low: -10, high: 30 }, 20, 220);
    expect([at(30), at(-10), at(10)]).toEqual([20, 220, 120]);
  });
});
