import type { Calendar } from './calendar.ts';
import { differing, MINDS, mindsOf } from './minds.ts';
import { type Convert, type Movement, movementsOf, withoutShortLived } from './movements.ts';
import { type Observation, timelines } from './observation.ts';
import { DAY, type LedgerRow, rowsOf } from './rows.ts';
import type { Rules } from './rules.ts';

/** Rules under which books are kept, and the bit that stands for them. */
export interface Slot {
  readonly bit: number;
  readonly rules: Rules;
}

/** What a customer comes to under some of the rules: those whose bits are in `under`. */
export interface Variant {
  readonly under: number;
  /** All of them, those that lie ahead too. */
  readonly rows: readonly LedgerRow[];
  /** Until now. */
  readonly movements: readonly Movement[];
}

interface Options {
  readonly calendar: Calendar;
  readonly convert: Convert;
  /** Unix seconds: what lies after it has not happened yet. */
  readonly now: number;
}

export interface Variants {
  readonly variants: readonly Variant[];
  /** Which rules can make a difference here (`MINDS`). */
  readonly minds: number;
}

const ROWS = MINDS.forever | MINDS.repeating | MINDS.once | MINDS.pastDueDays | MINDS.cancellation | MINDS.paused | MINDS.metered;

/**
 * One customer under several sets of rules at once. Rules that see no difference in what was seen share the work and the result, so
 * a customer without discounts, pauses and failures costs what one set costs.
 */
export function variantsOf(observations: readonly Observation[], slots: readonly Slot[], options: Options): Variants {
  const minded = mindsOf(observations);
  const lines = [...timelines(observations).values()];
  const patient = (minded & MINDS.pastDueDays) === 0 ? slots : withoutUnreached(slots, longestPastDue(lines));
  const groups = sharing(patient, (a, b) => (differing(a, b) & ROWS & minded) === 0);
  let minds = minded;
  const variants = groups.flatMap((group) => {
    const all = rowsOf(lines, group[0]!.rules);
    const rows = all.filter(({ at }) => at <= options.now);
    const made = underMovements(rows, group, options);
    minds |= made.minds;
    return made.variants.map((one) => ({ ...one, rows: all }));
  });
  return { variants, minds };
}

/** For how long (seconds) the longest time past due lasted; without end while one lasts. */
function longestPastDue(lines: readonly (readonly Observation[])[]): number {
  let longest = 0;
  for (const line of lines)
    line.forEach(({ status, pastDueSince }, n) => {
      if (status !== 'past_due' || pastDueSince === null) return;
      longest = Math.max(longest, (line[n + 1]?.at ?? Number.POSITIVE_INFINITY) - pastDueSince);
    });
  return longest;
}

/** A patience that nobody ever tried to the end is as good as one without end. */
const withoutUnreached = (slots: readonly Slot[], longest: number): Slot[] =>
  slots.map(({ bit, rules }) => ({
    bit,
    rules: rules.pastDueDays !== null && rules.pastDueDays * DAY >= longest ? { ...rules, pastDueDays: null } : rules,
  }));

/** Slots in groups of those that come to the same. */
function sharing(slots: readonly Slot[], same: (a: Rules, b: Rules) => boolean): Slot[][] {
  const groups: Slot[][] = [];
  for (const slot of slots) {
    const group = groups.find(([first]) => same(first!.rules, slot.rules));
    if (group === undefined) groups.push([slot]);
    else group.push(slot);
  }
  return groups;
}

const bitsOf = (group: readonly Slot[]): number => group.reduce((bits, { bit }) => bits | bit, 0);

/** The movements of the same rows under rules that differ only in what counts as which. */
function underMovements(rows: readonly LedgerRow[], slots: readonly Slot[], options: Options) {
  let minds = rows.some(({ mrr, living }) => mrr === 0 && living) ? MINDS.free : 0;
  const groups = sharing(slots, (a, b) => (differing(a, b) & minds) === 0);
  const variants = groups.flatMap((group) => {
    const shown = movementsOf(rows, { ...options, rules: { ...group[0]!.rules, sameMonth: 'show' } });
    const hidden = withoutShortLived(shown);
    if (hidden.length === shown.length) return [{ under: bitsOf(group), movements: shown }];
    minds |= MINDS.sameMonth;
    return sharing(group, (a, b) => a.sameMonth === b.sameMonth).map((half) => ({
      under: bitsOf(half),
      movements: half[0]!.rules.sameMonth === 'hide' ? hidden : shown,
    }));
  });
  return { variants, minds };
}
