import { expect, it } from 'vitest';
import { moneyText, shortMoneyText, signedText } from './money-text.ts';

it('amounts are whole, with the decimals of their currency, and their sign is a real minus', () => {
  expect(moneyText(4_120_400, 'eur')).toBe('€41,204.00');
  expect(moneyText(-500, 'usd')).toBe('−$5.00');
  expect(moneyText(500, 'jpy')).toBe('¥500');
  expect(moneyText(12_345, 'kwd')).toMatch(/12\.345$/);
  expect([signedText(2_900, 'eur'), signedText(0, 'eur'), signedText(-1, 'eur')]).toEqual(['+€29.00', '€0.00', '−€0.01']);
});

it('on an axis they are short', () => {
  expect([0, 99_900, 4_120_400, -250_000_000].map((minor) => shortMoneyText(minor, 'eur'))).toEqual(['€0', '€999', '€41.2k', '−€2.5m']);
});
