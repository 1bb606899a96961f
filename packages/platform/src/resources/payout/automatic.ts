import { civilFromDays, daysFromCivil } from '@annex/money';
import { type Draft, type DueRow, type StripeObject, SYSTEM } from '../../engine/index.ts';
import { purses } from '../balance/purse.ts';
import { rememberSpan } from './contents.ts';
import { makePayout } from './make.ts';

const DAY = 86_400;
/** Payouts are made an hour after midnight (UTC), when what the day brought is there. */
const HOUR = 3600;
const NEXT = 'annex.next_payout';
const MINIMUM = 'annex.minimum_balance';

const WEEKDAYS = ['sunday', 'monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday'];

export interface Schedule {
  readonly interval: string;
  readonly weekly_anchor?: string;
  readonly monthly_anchor?: number;
}

const lastOfMonth = (year: number, month: number): number =>
  daysFromCivil(month === 12 ? year + 1 : year, month === 12 ? 1 : month + 1, 1) - daysFromCivil(year, month, 1);

function isPayoutDay(schedule: Schedule, day: number): boolean {
  if (schedule.interval === 'daily') return true;
  // 1970-01-01 was a Thursday.
  if (schedule.interval === 'weekly') return WEEKDAYS[(day + 4) % 7] === (schedule.weekly_anchor ?? 'monday');
  const { year, month, day: ofMonth } = civilFromDays(day);
  return ofMonth === Math.min(schedule.monthly_anchor ?? 1, lastOfMonth(year, month));
}

/** The next instant of an account's schedule after this one. */
export function nextPayout(schedule: Schedule, now: number): number {
  for (let day = Math.floor((now - HOUR) / DAY) + 1; ; day++) if (isPayoutDay(schedule, day)) return day * DAY + HOUR;
}

const scheduleOf = (draft: Draft): Schedule | undefined =>
  draft.in(SYSTEM).get('account', draft.world.account)?.settings?.payouts?.schedule;

/**
 * Automatic payouts begin with the first external account, as money can only be sent where there is one, and follow the
 * account's schedule; called again whenever either changes.
 */
export function planPayouts(draft: Draft): void {
  const known = draft.get(NEXT, 'next');
  const schedule = scheduleOf(draft);
  if (schedule === undefined || schedule.interval === 'manual') {
    if (known !== undefined) draft.remove(known, 'gone', { event: null });
    return;
  }
  const at = nextPayout(schedule, draft.now);
  if (known === undefined) draft.insert({ id: 'next', object: NEXT, at, since: 0, created: draft.now }, { event: null });
  else draft.set(known, { at }, { event: null });
}

const defaultFor = (draft: Draft, currency: string): StripeObject | undefined =>
  ['bank_account', 'card']
    .flatMap((kind) => draft.find(kind, [['account', draft.world.account]]))
    .find((row) => row.currency === currency && row.default_for_currency === true && row.status !== 'errored');

/** What stays in the balance whatever the schedule pays out, by currency. */
export const minimumBalance = (draft: Draft): Record<string, number> => draft.get(MINIMUM, 'minimum')?.by_currency ?? {};

export function setMinimumBalance(draft: Draft, byCurrency: Record<string, number>): void {
  const known = draft.get(MINIMUM, 'minimum');
  if (known === undefined) draft.insert({ id: 'minimum', object: MINIMUM, by_currency: byCurrency, created: draft.now }, { event: null });
  else draft.set(known, { by_currency: byCurrency }, { event: null });
}

export const payOut: DueRow = {
  object: NEXT,
  what: 'pay out what is available',
  at: (row) => row.at,
  act: (draft, row) => {
    const kept = minimumBalance(draft);
    for (const [currency, available] of [...purses(draft).available].sort()) {
      const amount = available - (kept[currency] ?? 0);
      const destination = defaultFor(draft, currency);
      if (amount <= 0 || destination === undefined) continue;
      rememberSpan(draft, makePayout(draft, { amount, currency, destination, automatic: true, method: 'standard' }), row.since);
    }
    draft.set(draft.get(NEXT, row.id)!, { since: draft.now }, { event: null });
    planPayouts(draft);
  },
};
