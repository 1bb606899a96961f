import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectedRest, splitRest } from './ranges.ts';

const page = fc
  .record({ first: fc.integer({ min: 1_400_000_000, max: 1_800_000_000 }), covers: fc.integer({ min: 0, max: 5_000_000 }) })
  .map(({ first, covers }) => ({ has_more: true, count: 100, first_created: first, last_created: first - covers }));

describe('splitting what is unread', () => {
  it('leaves no second out and puts none into two parts', () => {
    fc.assert(
      fc.property(
        page,
        fc.integer({ min: 2, max: 9 }),
        fc.option(fc.integer({ min: 1_300_000_000, max: 1_400_000_000 })),
        fc.boolean(),
        (one, parts, oldest, open) => {
          const span = { gte: open ? null : 1_390_000_000, lt: null };
          const split = splitRest(one, span, parts, oldest);
          if (split === undefined) return;
          expect(split.fresh.length).toBeLessThan(parts);
          expect(split.keep.lt).toBe(span.lt);
          // The cursor stands at the page's last object: whatever is older must be in the kept part down to its edge.
          expect(split.keep.gte!).toBeLessThanOrEqual(one.last_created!);
          let edge = split.keep.gte;
          for (const part of split.fresh) {
            expect(part.lt).toBe(edge);
            if (part.gte !== null) expect(part.gte).toBeLessThan(part.lt!);
            edge = part.gte;
          }
          expect(edge).toBe(span.gte);
        },
      ),
    );
  });

  it('does not split what fits on a few pages', () => {
    const dense = { has_more: true, count: 100, first_created: 2_000_000, last_created: 1_900_000 };
    expect(splitRest(dense, { gte: 1_750_000, lt: null }, 8, null)).toBeUndefined();
    expect(splitRest({ ...dense, has_more: false }, { gte: 0, lt: null }, 8, null)).toBeUndefined();
  });

  it('expects as many objects as the page was dense', () => {
    const one = { has_more: true, count: 100, first_created: 2_000, last_created: 1_900 };
    expect(expectedRest(one, { gte: 900, lt: null }, null)).toBe(1_000);
    expect(expectedRest({ ...one, has_more: false }, { gte: 900, lt: null }, null)).toBe(0);
    expect(expectedRest(one, { gte: null, lt: null }, null)).toBeUndefined();
  });
});
