import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  allocate,
  amount,
  applicationFee,
  availableOn,
  discountLines,
  feeRefunded,
  format,
  itemMrr,
  periodAt,
  priceAmount,
  processingFee,
  prorate,
  remaining,
  share,
  step,
} from './index.ts';

const at = (text: string): number => Date.parse(`${text}Z`) / 1000;
const money = fc.integer({ min: 0, max: 99_999_999 });

describe('amounts', () => {
  test('only whole numbers are money', () => {
    expect(() => amount(1.5)).toThrow('not a whole number');
    expect(() => amount(Number.NaN)).toThrow();
  });
  test.each([
    [2000, 'usd', '$20.00'],
    [5, 'usd', '$0.05'],
    [-50, 'eur', '-€0.50'],
    [500, 'jpy', '¥500'],
    [1234, 'kwd', '1.234 kwd'],
  ])('%i %s is written %s', (value, currency, text) => {
    expect(format(value, currency)).toBe(text);
  });
  test('a share of all is all, of nothing nothing', () => {
    fc.assert(
      fc.property(
        money,
        fc.integer({ min: 1, max: 1e9 }),
        (value, under) => share(value, under, under) === value && share(value, 0, under) === 0,
      ),
    );
  });
});

describe('allocation', () => {
  test('parts add up to the whole, keep its sign and stay within it', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1e8, max: 1e8 }), fc.array(fc.integer({ min: 0, max: 1e7 }), { minLength: 1 }), (total, weights) => {
        fc.pre(weights.some((weight) => weight > 0));
        const parts = allocate(total, weights);
        expect(parts.reduce((sum, part) => sum + part, 0)).toBe(total);
        expect(parts.every((part, index) => (weights[index] === 0 ? part === 0 : part * total >= 0))).toBe(true);
      }),
    );
  });
  test('500 over 1000 and 2000 is 166 and 334 (documented)', () => {
    expect(allocate(500, [1000, 2000])).toEqual([166, 334]);
  });
});

describe('periods', () => {
  test.each([
    ['2026-01-31T12:00:00', 'month', 1, 1, '2026-02-28T12:00:00'],
    ['2026-01-31T12:00:00', 'month', 1, 2, '2026-03-31T12:00:00'],
    ['2024-02-29T00:00:00', 'year', 1, 1, '2025-02-28T00:00:00'],
    ['2024-02-29T00:00:00', 'year', 1, 4, '2028-02-29T00:00:00'],
    ['2026-11-30T23:59:59', 'month', 3, 1, '2027-02-28T23:59:59'],
    ['2026-03-05T10:00:00', 'week', 2, 1, '2026-03-19T10:00:00'],
    ['2026-03-05T10:00:00', 'month', 1, -1, '2026-02-05T10:00:00'],
  ] as const)('%s and %s × %i, %i steps on, is %s', (anchor, interval, interval_count, steps, expected) => {
    expect(step(at(anchor), { interval, interval_count }, steps)).toBe(at(expected));
  });
  test('agrees with the calendar of the platform it runs on', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: at('1990-01-01T00:00:00'), max: at('2090-01-01T00:00:00') }),
        fc.integer({ min: -60, max: 60 }),
        (anchor, months) => {
          const date = new Date(anchor * 1000);
          const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + months + 1, 0)).getUTCDate();
          const expected = Date.UTC(
            date.getUTCFullYear(),
            date.getUTCMonth() + months,
            Math.min(date.getUTCDate(), last),
            date.getUTCHours(),
            date.getUTCMinutes(),
            date.getUTCSeconds(),
          );
          expect(step(anchor, { interval: 'month', interval_count: 1 }, months)).toBe(expected / 1000);
        },
      ),
    );
  });
  test('the period at an instant contains it, and the next begins where it ends', () => {
    const every = fc.record({ interval: fc.constantFrom('day', 'week', 'month', 'year'), interval_count: fc.integer({ min: 1, max: 12 }) });
    const instant = fc.integer({ min: at('2000-01-01T00:00:00'), max: at('2060-01-01T00:00:00') });
    fc.assert(
      fc.property(instant, instant, every, (anchor, now, interval) => {
        const period = periodAt(anchor, interval as never, now);
        expect(period.start <= now && now < period.end).toBe(true);
        expect(periodAt(anchor, interval as never, period.end).start).toBe(period.end);
      }),
    );
  });
});

describe('prices', () => {
  const tiers = [
    { up_to: 5, unit_amount_decimal: '700', flat_amount_decimal: null },
    { up_to: 10, unit_amount_decimal: '650', flat_amount_decimal: null },
    { up_to: null, unit_amount_decimal: '600', flat_amount_decimal: '1000' },
  ];
  test.each([
    ['per unit', { unit_amount_decimal: '2000' }, 3, 6000],
    ['a fraction of a cent, rounded once', { unit_amount_decimal: '0.5' }, 3, 2],
    ['in packages, rounded up', { unit_amount_decimal: '500', transform_quantity: { divide_by: 10, round: 'up' } }, 11, 1000],
    ['in packages, rounded down', { unit_amount_decimal: '500', transform_quantity: { divide_by: 10, round: 'down' } }, 19, 500],
    ['volume', { billing_scheme: 'tiered', tiers_mode: 'volume', tiers }, 6, 3900],
    ['volume at its last tier', { billing_scheme: 'tiered', tiers_mode: 'volume', tiers }, 20, 13_000],
    ['graduated', { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers }, 6, 4150],
    ['graduated through all tiers', { billing_scheme: 'tiered', tiers_mode: 'graduated', tiers }, 12, 8950],
  ])('%s', (_name, price, quantity, expected) => {
    expect(priceAmount(price, quantity)).toBe(expected);
  });
});

describe('prorations', () => {
  const span = fc
    .record({ start: fc.integer({ min: 0, max: 2e9 }), length: fc.integer({ min: 1, max: 4e7 }) })
    .map(({ start, length }) => ({ start, end: start + length }));
  test('a full period is the price, an empty one nothing', () => {
    fc.assert(
      fc.property(
        money,
        span,
        (price, period) => remaining(price, period, period.start) === price && remaining(price, period, period.end) === 0,
      ),
    );
  });
  test('a change and its opposite at the same instant come to nothing', () => {
    fc.assert(
      fc.property(money, money, span, fc.double({ min: 0, max: 1, noNaN: true }), (before, after, period, part) => {
        const now = Math.floor(period.start + part * (period.end - period.start));
        const there = prorate({ before, after }, period, now);
        const back = prorate({ before: after, after: before }, period, now);
        expect(there.credit + there.debit + back.credit + back.debit).toBe(0);
      }),
    );
  });
  test('from 10 to 20 a third before the end: −333 and +667 of 1000 and 2000 (documented figures)', () => {
    const month = { start: 0, end: 30 };
    expect(prorate({ before: 1000, after: 2000 }, month, 20)).toEqual({ credit: -333, debit: 667 });
  });
});

describe('discounts', () => {
  const discount = fc.oneof(
    fc.integer({ min: 1, max: 10_000 }).map((hundredths) => ({ percent_off: hundredths / 100, amount_off: null })),
    fc.integer({ min: 1, max: 1e6 }).map((off) => ({ percent_off: null, amount_off: off })),
  );
  test('line by line they add up to their totals and never exceed what is there', () => {
    const line = fc.record({ amount: fc.integer({ min: -1e6, max: 1e6 }), discountable: fc.boolean() });
    fc.assert(
      fc.property(fc.array(line, { maxLength: 6 }), fc.array(discount, { maxLength: 4 }), (lines, given) => {
        const result = discountLines(
          lines,
          given.map((each, index) => ({ id: `di_${index}`, ...each })),
        );
        const perDiscount = (id: string): number =>
          result.perLine
            .flat()
            .filter((each) => each.discount === id)
            .reduce((sum, each) => sum + each.amount, 0);
        for (const total of result.totals) expect(perDiscount(total.discount)).toBe(total.amount);
        lines.forEach((each, index) => {
          const off = result.perLine[index]!.reduce((sum, part) => sum + part.amount, 0);
          expect(off).toBeLessThanOrEqual(each.discountable ? Math.max(0, each.amount) : 0);
        });
      }),
    );
  });
});

describe('fees', () => {
  test.each([
    [1000, 59],
    [2000, 88],
    [50, 31],
  ])('of %i is %i (captured)', (charged, fee) => {
    expect(processingFee(charged)).toBe(fee);
  });
  test('of an application: 12.5 % of 2000 is 250, capped at what is charged', () => {
    expect([applicationFee(2000, 12.5, 2000), applicationFee(2000, 100, 1500)]).toEqual([250, 1500]);
  });
  test('go back in proportion and whole at the end', () => {
    expect([feeRefunded(123, 500, 1000), feeRefunded(123, 1000, 1000)]).toEqual([62, 123]);
  });
  test('money of a Friday is available on Tuesday', () => {
    expect(availableOn(at('2026-11-20T15:00:00'), 2)).toBe(at('2026-11-24T00:00:00'));
  });
});

describe('MRR of an item', () => {
  const item = (unit: number, interval: string, interval_count: number, quantity = 1) => ({
    price: { unit_amount_decimal: String(unit), recurring: { interval, interval_count } },
    quantity,
  });
  const all = new Set(['forever', 'repeating'] as const);
  test.each([
    [1000, 'week', 1, 4333],
    [100, 'day', 1, 3042],
    [9000, 'month', 3, 3000],
    [7470, 'month', 6, 1245],
    [240_000, 'year', 2, 10_000],
    [2500, 'week', 2, 5417],
    [50_000, 'year', 1, 4167],
  ])('%i per %s × %i is %i a month', (unit, interval, count, expected) => {
    expect(itemMrr([item(unit, interval, count)], [], { at: 0, counted: all })).toEqual([expected]);
  });
  test('10 % for ever of 120 a year is 9 a month; 24 off each invoice is 8', () => {
    const discount = { duration: 'forever' as const, end: null, percent_off: null, amount_off: null };
    expect(itemMrr([item(12_000, 'year', 1)], [{ ...discount, percent_off: 10 }], { at: 0, counted: all })).toEqual([900]);
    expect(itemMrr([item(12_000, 'year', 1)], [{ ...discount, amount_off: 2400 }], { at: 0, counted: all })).toEqual([800]);
  });
  test('is rounded once: half a cent a week is 2 a month, half of 100.5 is 50', () => {
    expect(itemMrr([item(0.5, 'week', 1)], [], { at: 0, counted: all })).toEqual([2]);
    expect(
      itemMrr([item(100.5, 'month', 1)], [{ duration: 'forever', end: null, percent_off: 50, amount_off: null }], { at: 0, counted: all }),
    ).toEqual([50]);
  });
  test('a fixed discount over a monthly and a yearly item comes off every month, by what each is a month', () => {
    const off = { duration: 'forever' as const, end: null, percent_off: null, amount_off: 1000 };
    expect(itemMrr([item(1000, 'month', 1), item(12_000, 'year', 1)], [off], { at: 0, counted: all })).toEqual([500, 500]);
  });
  test('a discount that is over, or that does not count, changes nothing', () => {
    const half = { percent_off: 50, amount_off: null };
    expect(itemMrr([item(4000, 'month', 1)], [{ ...half, duration: 'repeating', end: 100 }], { at: 100, counted: all })).toEqual([4000]);
    expect(itemMrr([item(4000, 'month', 1)], [{ ...half, duration: 'once', end: null }], { at: 0, counted: all })).toEqual([4000]);
  });
  test('is never below zero, whatever is taken off', () => {
    fc.assert(
      fc.property(money, money, (unit, off) => {
        const [value] = itemMrr([item(unit, 'month', 1)], [{ duration: 'forever', end: null, percent_off: null, amount_off: off }], {
          at: 0,
          counted: all,
        });
        expect(value).toBe(Math.max(0, unit - off));
      }),
    );
  });
});
