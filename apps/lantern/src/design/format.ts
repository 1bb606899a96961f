/** How figures, money and times read. English, with a thin gap between thousands' groups made by `Intl`. */
const LOCALE = 'en';

const counts = new Intl.NumberFormat(LOCALE);
export const countText = (n: number): string => counts.format(n);

const percents = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 1, maximumFractionDigits: 1 });

/** `0.0214` -> `2.1 %`; what is undefined is a dash. */
export function percentText(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return '–';
  return `${percents.format(share * 100)} %`;
}

const cached = new Map<string, Intl.DateTimeFormat>();

function formatter(name: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  let found = cached.get(name);
  if (found === undefined) {
    found = new Intl.DateTimeFormat('en-GB', options);
    cached.set(name, found);
  }
  return found;
}

const DAY: Intl.DateTimeFormatOptions = { day: 'numeric', month: 'short', year: 'numeric' };
const MINUTE: Intl.DateTimeFormatOptions = { hour: '2-digit', minute: '2-digit' };

/** British English writes one month with four letters. */
const shortMonth = (text: string): string => text.replace('Sept', 'Sep');

/** `3 Mar 2026, 10:02`. */
export const dateTimeText = (ms: number, zone: string): string =>
  shortMonth(formatter(`dt ${zone}`, { timeZone: zone, ...DAY, ...MINUTE }).format(ms));

/** `10:02:13`. */
export const clockText = (ms: number, zone: string): string =>
  formatter(`t ${zone}`, { timeZone: zone, ...MINUTE, second: '2-digit' }).format(ms);

export const dateText = (ms: number, zone: string): string => shortMonth(formatter(`d ${zone}`, { timeZone: zone, ...DAY }).format(ms));

/** How long, in the largest unit that says something. */
export function durationText(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  if (seconds < 90) return `${seconds} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

/** Stripe writes one name in one word. */
const wordsOf = (object: string): string => (object === 'invoiceitem' ? 'invoice item' : object.replace(/^.*\./, '').replaceAll('_', ' '));

const capital = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1);

/** `balance_transaction` -> `Balance transaction`. */
export const objectText = (object: string): string => capital(wordsOf(object));

/** `balance_transaction` -> `Balance transactions`. */
export function objectsText(object: string): string {
  const words = wordsOf(object);
  return capital(/(s|x|ch)$/.test(words) ? `${words}es` : /[^aeiou]y$/.test(words) ? `${words.slice(0, -1)}ies` : `${words}s`);
}
