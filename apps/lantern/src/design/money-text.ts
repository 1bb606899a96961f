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

const symbols = new Map<string, string>();

function symbolOf(currency: string): string {
  let symbol = symbols.get(currency);
  if (symbol === undefined) {
    const format = new Intl.NumberFormat('en', { style: 'currency', currency: currency.toUpperCase(), currencyDisplay: 'narrowSymbol' });
    symbol = format.formatToParts(0).find(({ type }) => type === 'currency')!.value;
    symbols.set(currency, symbol);
  }
  return symbol;
}

const short = new Intl.NumberFormat('en', { maximumFractionDigits: 2 });

/** For an axis: `€41k`, `€1.2m`. Rounded, and only there. */
export function shortMoneyText(minor: number, currency: string): string {
  const major = Math.abs(minor) / 10 ** decimalsOf(currency);
  const [divisor, unit] = major >= 1e6 ? [1e6, 'm'] : major >= 1e3 ? [1e3, 'k'] : [1, ''];
  return `${minor < 0 ? '−' : ''}${symbolOf(currency)}${short.format(major / divisor)}${unit}`;
}
