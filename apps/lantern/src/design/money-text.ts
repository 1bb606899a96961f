/** Currencies that Stripe counts otherwise than in hundredths. The rest are in hundredths, whatever ISO 4217 says. */
const ZERO = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf ugx vnd vuv xaf xof xpf'.split(' '));
const THREE = new Set('bhd jod kwd omr tnd'.split(' '));

export const decimalsOf = (currency: string): number => (ZERO.has(currency) ? 0 : THREE.has(currency) ? 3 : 2);

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
