import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { sumTaxes, taxOf, untaxed } from './index.ts';

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
