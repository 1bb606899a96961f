import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { itemMrr, netOf, netShare, sumTaxes, taxOf, untaxed } from './index.ts';

const rate = (percentage: number, inclusive: boolean, id = `txr_${percentage}`) => ({ id, percentage, inclusive });
const sum = (values: readonly number[]): number => values.reduce((all, value) => all + value, 0);

const rates = fc
  .array(fc.record({ percentage: fc.integer({ min: 0, max: 400_000 }).map((part) => part / 10_000), inclusive: fc.boolean() }), {
    maxLength: 5,
  })
  .map((list) => list.map((each, index) => ({ id: `txr_${index}`, ...each })));
const price = fc.integer({ min: -99_999_999, max: 99_999_999 });

describe('worked examples', () => {
  test.each([
    ['600 with 10 % within stays 600', 60_000, [rate(10, true)], [5455], 60_000],
    ['600 with 10 % on top is 660', 60_000, [rate(10, false)], [6000], 66_000],
    ['a line of 0.43 with 15 %', 43, [rate(15, false)], [6], 49],
    ['a line of 4.84 with 15 %', 484, [rate(15, false)], [73], 557],
    ['GST 5 % and QST 9.975 % on 100, neither taxing the other', 10_000, [rate(5, false), rate(9.975, false)], [500, 998], 11_498],
    ['two rates within 100 split what is left of it by their percentages', 10_000, [rate(5, true), rate(10, true)], [434, 870], 10_000],
    [
      'one within and one on top: the second is taken of the price without the first',
      12_000,
      [rate(20, true), rate(10, false)],
      [2000, 1000],
      13_000,
    ],
    ['half a cent is rounded away from zero', 50, [rate(1, false)], [1], 51],
    ['a credit gives its tax back', -1000, [rate(20, false)], [-200], -1200],
  ] as const)('%s', (_name, given, applied, amounts, total) => {
    const taxed = taxOf(given, applied);
    expect(taxed.taxes.map((tax) => tax.amount)).toEqual(amounts);
    expect(given + taxed.exclusive).toBe(total);
  });
  test('an exempt customer owes none of the named rates', () => {
    expect(untaxed(1000, [rate(20, true), rate(5, false)])).toMatchObject({
      net: 1000,
      exclusive: 0,
      taxes: [{ amount: 0 }, { amount: 0 }],
    });
  });
});

describe('of any price at any rates', () => {
  test('net, inclusive and exclusive tax add up: nothing is lost or made', () => {
    fc.assert(
      fc.property(price, rates, (given, applied) => {
        const { taxes, net, exclusive } = taxOf(given, applied);
        expect(net + sum(taxes.filter((tax) => tax.inclusive).map((tax) => tax.amount))).toBe(given);
        expect(sum(taxes.filter((tax) => !tax.inclusive).map((tax) => tax.amount))).toBe(exclusive);
      }),
    );
  });
  test('a refund is taxed as the sale was, the other way round', () => {
    fc.assert(
      fc.property(price, rates, (given, applied) => {
        expect(taxOf(-given, applied).taxes.map((tax) => -tax.amount + 0)).toEqual(taxOf(given, applied).taxes.map((tax) => tax.amount));
      }),
    );
  });
  test('sums per rate are the sums of the lines', () => {
    fc.assert(
      fc.property(fc.array(price, { maxLength: 5 }), rates, (prices, applied) => {
        const taxes = prices.flatMap((given) => taxOf(given, applied).taxes);
        const summed = sumTaxes(taxes);
        expect(sum(summed.map((tax) => tax.amount))).toBe(sum(taxes.map((tax) => tax.amount)));
        expect(new Set(summed.map((tax) => tax.rate)).size).toBe(summed.length);
      }),
    );
  });
});

describe('what of a price is left without the tax in it', () => {
  test('comes out to the cent of every billed amount that it is read off, whatever the rates', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 99_999_999 }), rates, (gross, applied) => {
        const { net } = taxOf(gross, applied);
        fc.pre(net > 0);
        expect(netOf(gross, netShare(gross, net))).toBe(net);
      }),
    );
  });
  test.each([
    [1_000, 840, 19],
    [1_190, 1_000, 19],
    [10_000, 9_346, 7],
    [4_321_900, 3_758_991, 14.975],
  ])('of %d that come to %d is a rate of %f percent', (gross, net, percentage) => {
    const share = netShare(gross, net);
    expect((100 * (share.gross - share.net)) / share.net).toBeCloseTo(percentage, 10);
  });
  test('are the amounts themselves where no rate leads from one to the other', () => {
    expect(netShare(1_000_000_007, 999_999_937)).toEqual({ net: 999_999_937, gross: 1_000_000_007 });
  });
  test('that have none left is refused', () => {
    expect(() => netShare(1, 0)).toThrow('0 is no price without the tax in 1');
  });
  test('is taken after discounts, and rounded once: $20.00 less $5.00 with 20 % in it counts $12.50 a month', () => {
    const recurring = { interval: 'month', interval_count: 1 };
    const item = { price: { unit_amount_decimal: '2000', recurring }, quantity: 1, without_tax: { net: 100, gross: 120 } };
    const off = { duration: 'forever' as const, percent_off: null, amount_off: 500, end: null };
    expect(itemMrr([item], [off], { at: 0, counted: new Set(['forever']) })).toEqual([1_250]);
  });
});
