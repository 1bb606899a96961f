import { expect, it } from 'vitest';
import { minorRatio, ratesFrom } from './rates.ts';

const eur = (day: string, rate: string) => ({ currency: 'usd', day, ratio: minorRatio(rate, 'usd', 'eur') });

it('a day is counted at the last rate before it, and before the first at the first', () => {
  const { convert } = ratesFrom([eur('2026-03-10', '0.9'), eur('2026-01-05', '0.95')], 'eur');
  expect([convert(1000, 'usd', '2026-01-01'), convert(1000, 'usd', '2026-01-05'), convert(1000, 'usd', '2026-01-06')]).toEqual([
    950, 950, 950,
  ]);
  expect([convert(1000, 'usd', '2026-03-10'), convert(1000, 'usd', '2026-03-11'), convert(1000, 'usd', '2026-03-31')]).toEqual([
    950, 900, 900,
  ]);
});

it('the reporting currency is never converted, an unknown one counts nothing', () => {
  const { convert, knows } = ratesFrom([eur('2026-01-05', '0.95')], 'eur');
  expect([convert(7, 'eur', '2026-01-01'), convert(7, 'gbp', '2026-01-01')]).toEqual([7, 0]);
  expect([knows('eur'), knows('usd'), knows('gbp')]).toEqual([true, true, false]);
});

it('currencies without minor units are converted by their own count of decimals', () => {
  const { convert } = ratesFrom([{ currency: 'jpy', day: '2026-01-01', ratio: minorRatio('0.0065', 'jpy', 'usd') }], 'usd');
  expect(convert(1000, 'jpy', '2026-02-01')).toBe(650);
});
