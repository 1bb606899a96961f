/** Days and months of an account's time zone. The offset is asked for, so that the ledger itself knows no time zones. */
export interface Calendar {
  /** `2026-01-31` */
  day(at: number): string;
}

/** Most instants of a ledger share few days: each is written once. */
const isoDays = new Map<number, string>();
const MOST_DAYS = 50_000;

function isoDay(at: number): string {
  const number = Math.floor(at / 86_400);
  let day = isoDays.get(number);
  if (day === undefined) {
    day = new Date(number * 86_400_000).toISOString().slice(0, 10);
    if (isoDays.size >= MOST_DAYS) isoDays.clear();
    isoDays.set(number, day);
  }
  return day;
}

export const UTC: Calendar = { day: isoDay };

/** Days as clocks on the wall there show them, daylight saving included. Throws for an unknown zone. */
export function calendarOf(timeZone: string): Calendar {
  if (timeZone === 'Etc/UTC' || timeZone === 'UTC') return UTC;
  const format = new Intl.DateTimeFormat('en-CA', { timeZone, year: 'numeric', month: '2-digit', day: '2-digit' });
  // An hour has one date in zones of whole and half hours alike; most instants of a ledger share few hours.
  const known = new Map<number, string>();
  return {
    day: (at) => {
      const quarter = Math.floor(at / 900);
      let day = known.get(quarter);
      if (day === undefined) {
        day = format.format(new Date(quarter * 900_000));
        known.set(quarter, day);
      }
      return day;
    },
  };
}

export const monthOf = (day: string): string => day.slice(0, 7);

/** `2026-02` → `2026-02-28`. */
export function lastDay(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return `${month}-${String(new Date(Date.UTC(year, number, 0)).getUTCDate()).padStart(2, '0')}`;
}

/** The month after: `2026-12` → `2027-01`. */
export function nextMonth(month: string): string {
  const [year, number] = month.split('-').map(Number) as [number, number];
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
