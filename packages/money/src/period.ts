const DAY = 86_400;

/** Days since 1970-01-01 of a civil date (proleptic Gregorian, UTC). Months from 1. */
export function daysFromCivil(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468;
}

export function civilFromDays(days: number): { year: number; month: number; day: number } {
  const z = days + 719_468;
  const era = Math.floor(z / 146_097);
  const dayOfEra = z - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const shifted = Math.floor((5 * dayOfYear + 2) / 153);
  const month = shifted < 10 ? shifted + 3 : shifted - 9;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day: dayOfYear - Math.floor((153 * shifted + 2) / 5) + 1 };
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
const daysInMonth = (year: number, month: number): number =>
  [31, isLeap(year) ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1]!;

export interface Interval {
  readonly interval: 'day' | 'week' | 'month' | 'year';
  readonly interval_count: number;
  /** The day that months are clamped from, where it is later than the anchor's own (an anchor of 28 February that stands for the 31st). */
  readonly day_of_month?: number | undefined;
}

/** The anchor moved by `steps` intervals; a month's end is clamped from the anchor's own day (Jan 31 → Feb 28 → Mar 31). */
export function step(anchor: number, every: Interval, steps: number): number {
  const count = every.interval_count * steps;
  if (every.interval === 'day') return anchor + count * DAY;
  if (every.interval === 'week') return anchor + count * 7 * DAY;
  const { year, month, day } = civilFromDays(Math.floor(anchor / DAY));
  const months = year * 12 + (month - 1) + count * (every.interval === 'year' ? 12 : 1);
  const [toYear, toMonth] = [Math.floor(months / 12), (((months % 12) + 12) % 12) + 1];
  const clamped = Math.min(every.day_of_month ?? day, daysInMonth(toYear, toMonth));
  return daysFromCivil(toYear, toMonth, clamped) * DAY + (anchor - Math.floor(anchor / DAY) * DAY);
}

/** The period that contains an instant, counted from the anchor. */
export function periodAt(anchor: number, every: Interval, at: number): { start: number; end: number } {
  const length = { day: DAY, week: 7 * DAY, month: 30.436875 * DAY, year: 365.2425 * DAY }[every.interval] * every.interval_count;
  let steps = Math.floor((at - anchor) / length);
  while (step(anchor, every, steps) > at) steps -= 1;
  while (step(anchor, every, steps + 1) <= at) steps += 1;
  return { start: step(anchor, every, steps), end: step(anchor, every, steps + 1) };
}

/** When in its month (and year) a billing cycle begins, UTC; what is left out is as at the instant it is counted from. */
export interface AnchorConfig {
  readonly day_of_month: number;
  readonly month?: number | null | undefined;
  readonly hour?: number | null | undefined;
  readonly minute?: number | null | undefined;
  readonly second?: number | null | undefined;
}

/** The first instant at or after `from` that a configured anchor names; a day that a month does not have is its last. */
export function anchorFrom(from: number, config: AnchorConfig): number {
  const { year, month } = civilFromDays(Math.floor(from / DAY));
  const clock = from - Math.floor(from / DAY) * DAY;
  const hour = config.hour ?? Math.floor(clock / 3600);
  const minute = config.minute ?? Math.floor(clock / 60) % 60;
  const time = hour * 3600 + minute * 60 + (config.second ?? clock % 60);
  for (let months = year * 12 + month - 1; ; months += 1) {
    const [inYear, inMonth] = [Math.floor(months / 12), (months % 12) + 1];
    if (typeof config.month === 'number' && config.month !== inMonth) continue;
    const at = daysFromCivil(inYear, inMonth, Math.min(config.day_of_month, daysInMonth(inYear, inMonth))) * DAY + time;
    if (at >= from) return at;
  }
}

const LENGTHS: Readonly<Record<Interval['interval'], readonly [unit: 'day' | 'month', count: number]>> = {
  day: ['day', 1],
  week: ['day', 7],
  month: ['month', 1],
  year: ['month', 12],
};

/** Whether every interval is a multiple of the shortest one: what one subscription can bill together. */
export function areMultiples(intervals: readonly Interval[]): boolean {
  const lengths = intervals.map(({ interval, interval_count: count }) => ({
    unit: LENGTHS[interval][0],
    count: LENGTHS[interval][1] * count,
  }));
  const shortest = Math.min(...lengths.map((each) => each.count));
  return lengths.every((each) => each.unit === lengths[0]!.unit && each.count % shortest === 0);
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** `24 Nov 2026`, as proration lines write it. */
export function dayText(at: number): string {
  const { year, month, day } = civilFromDays(Math.floor(at / DAY));
  return `${day} ${MONTHS[month - 1]} ${year}`;
}
