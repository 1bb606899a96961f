/**
 * An amount of money: a whole number of a currency's minor units (cents; yen for zero-decimal currencies). Only this
 * package makes one, so that no fraction and no other kind of number passes for money.
 */
export type Amount = number & { readonly __minorUnits: unique symbol };

/** A whole number as an amount. Throws for what is none: money that is not whole is a defect, never rounded in passing. */
export function amount(minorUnits: number): Amount {
  if (!Number.isSafeInteger(minorUnits)) throw new RangeError(`${minorUnits} is not a whole number of minor units`);
  return minorUnits as Amount;
}

/** Currencies without minor units: 500 is 500 yen (api-and-events 1.18). */
export const ZERO_DECIMAL: ReadonlySet<string> = new Set('bif clp djf gnf jpy kmf krw mga pyg rwf vnd vuv xaf xof xpf'.split(' '));
/** Thousandths, of which the last digit must be 0. */
export const THREE_DECIMAL: ReadonlySet<string> = new Set('bhd jod kwd omr tnd'.split(' '));

/** Digits behind the point when an amount is written. */
export const decimalsOf = (currency: string): number => (ZERO_DECIMAL.has(currency) ? 0 : THREE_DECIMAL.has(currency) ? 3 : 2);

/** The least that can be charged, in minor units; 1 where nothing is published. */
const MINIMUM: Readonly<Record<string, number>> = {
  aed: 200,
  aud: 50,
  bgn: 100,
  brl: 50,
  cad: 50,
  chf: 50,
  czk: 1500,
  dkk: 250,
  eur: 50,
  gbp: 30,
  hkd: 400,
  huf: 17_500,
  inr: 50,
  jpy: 50,
  mxn: 1000,
  myr: 200,
  nok: 300,
  nzd: 50,
  pln: 200,
  ron: 200,
  sek: 300,
  sgd: 50,
  thb: 1000,
  usd: 50,
};

export const minimumCharge = (currency: string): Amount => amount(MINIMUM[currency] ?? 1);

const SIGNS: Readonly<Record<string, string>> = { usd: '$', eur: '€', gbp: '£', jpy: '¥', inr: '₹', brl: 'R$', cad: 'CA$', aud: 'A$' };

/** `$20.00`, `-€0.50`, `¥500`, `12.00 sek`: as Stripe writes amounts into messages. */
export function format(value: number, currency: string): string {
  const decimals = decimalsOf(currency);
  const digits = String(Math.abs(value)).padStart(decimals + 1, '0');
  const text = decimals === 0 ? digits : `${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
  const sign = SIGNS[currency];
  return `${value < 0 ? '-' : ''}${sign ?? ''}${text}${sign === undefined ? ` ${currency}` : ''}`;
}

/** A fraction of whole numbers, kept exact until one place rounds it. */
export interface Ratio {
  readonly over: bigint;
  readonly under: bigint;
}

/** `"12.5"` as 125/10: `unit_amount_decimal` has up to twelve decimals. Throws for what is no decimal number. */
export function ratio(decimal: string): Ratio {
  const match = /^(-?)(\d+)(?:\.(\d{1,12}))?$/.exec(decimal);
  if (match === null) throw new RangeError(`${decimal} is not a decimal number with up to twelve decimals`);
  const fraction = match[3] ?? '';
  return { over: BigInt(`${match[1]}${match[2]}${fraction}`), under: 10n ** BigInt(fraction.length) };
}

export const times = (a: Ratio, b: Ratio): Ratio => ({ over: a.over * b.over, under: a.under * b.under });
export const plus = (a: Ratio, b: Ratio): Ratio =>
  a.under === b.under ? { over: a.over + b.over, under: a.under } : { over: a.over * b.under + b.over * a.under, under: a.under * b.under };
export const whole = (value: number): Ratio => ({ over: BigInt(value), under: 1n });

/** Rounded half away from zero: the rounding of every price and proration. */
export function rounded({ over, under }: Ratio): Amount {
  const negative = over < 0n !== under < 0n;
  const [top, bottom] = [over < 0n ? -over : over, under < 0n ? -under : under];
  const result = Number((2n * top + bottom) / (2n * bottom));
  return amount(negative && result !== 0 ? -result : result);
}

/** `value × over / under`, rounded half away from zero; exact inside. */
export const share = (value: number, over: number, under: number): Amount =>
  rounded({ over: BigInt(value) * BigInt(over), under: BigInt(under) });
