import { decimalsOf } from '@annex/money';

const formats = new Map<string, Intl.NumberFormat>();

/** `€41,204.00`: the whole amount, never rounded. `minor` is in minor units. */
export function moneyText(minor: number, currency: string): string {
  const digits = decimalsOf(currency);
  let format = formats.get(currency);
  if (format === undefined) {
    const shown = { minimumFractionDigits: digits, maximumFractionDigits: digits };
    format = new Intl.NumberFormat('en', {
      style: 'currency',
      currency: currency.toUpperCase(),
      currencyDisplay: 'narrowSymbol',
      ...shown,
    });
    formats.set(currency, format);
  }
  return format.format(minor / 10 ** digits).replace(/^-/, '−');
}

/** With its sign: `+€29.00`, `−€5.00`; nothing changed is `€0.00`. */
export const signedText = (minor: number, currency: string): string => `${minor > 0 ? '+' : ''}${moneyText(minor, currency)}`;

/** For an axis: `€41k`, `€1.2m`. Rounded, and only there. */
export function shortMoneyText(minor: number, currency: string): string {
  const major = minor / 10 ** decimalsOf(currency);
  const symbol = new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase(), currencyDisplay: 'narrowSymbol' })
    .formatToParts(0)
    .find(({ type }) => type === 'currency')!.value;
  const [divisor, unit] = Math.abs(major) >= 1e6 ? [1e6, 'm'] : Math.abs(major) >= 1e3 ? [1e3, 'k'] : [1, ''];
  const number = (Math.abs(major) / divisor).toLocaleString('en', { maximumFractionDigits: 2 });
  return `${minor < 0 ? '−' : ''}${symbol}${number}${unit}`;
}
