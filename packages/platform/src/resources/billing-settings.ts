import { type Draft, invalid, type StripeObject, SYSTEM } from '../engine/index.ts';

/** What an account sets in its dashboard about its subscriptions; the API has no words for it. */
export interface BillingSettings {
  /** Days between the tries after a failed payment, up to eight. */
  readonly retry_days: readonly number[];
  /** What becomes of a subscription when the last try has failed. */
  readonly after_retries: 'cancel' | 'unpaid' | 'past_due';
  /** How many days before a renewal `invoice.upcoming` is told; 0 for never. */
  readonly upcoming_days: number;
}

const KIND = 'annex.billing_settings';
export const AFTER_RETRIES = ['cancel', 'unpaid', 'past_due'] as const;
export const MOST_RETRIES = 8;
export const LONGEST_WAIT = 60;
/** Days before a renewal. */
export const EARLIEST_TOLD = 45;

/** Four retries in two weeks, then canceled; told of renewals a week before. */
export const DEFAULT_SETTINGS: BillingSettings = { retry_days: [1, 3, 5, 7], after_retries: 'cancel', upcoming_days: 7 };

export function billingSettings(draft: Draft): BillingSettings {
  const kept = draft.in(SYSTEM).get(KIND, draft.world.account);
  return kept === undefined ? DEFAULT_SETTINGS : (kept as StripeObject & BillingSettings);
}

const badDays = (days: readonly number[]) =>
  invalid(
    `'retry_days' must be up to ${MOST_RETRIES} whole numbers of days from 1 to ${LONGEST_WAIT}, but it is [${days.join(', ')}].`,
    'retry_days',
  );
const badBehavior = (given: string) =>
  invalid(`'after_retries' must be one of ${AFTER_RETRIES.join(', ')}, but it is '${given}'.`, 'after_retries');
const badUpcoming = (given: number) =>
  invalid(`'upcoming_days' must be a whole number from 0 to ${EARLIEST_TOLD}, but it is ${given}.`, 'upcoming_days');

const isWhole = (value: number, from: number, to: number): boolean => Number.isInteger(value) && value >= from && value <= to;

/** Lays what is given over what an account has set. */
export function changeSettings(draft: Draft, account: string, given: Partial<BillingSettings>): BillingSettings {
  const { retry_days: days, after_retries: behavior, upcoming_days: upcoming } = given;
  if (days !== undefined && (days.length > MOST_RETRIES || !days.every((day) => isWhole(day, 1, LONGEST_WAIT)))) throw badDays(days);
  if (behavior !== undefined && !AFTER_RETRIES.includes(behavior)) throw badBehavior(behavior);
  if (upcoming !== undefined && !isWhole(upcoming, 0, EARLIEST_TOLD)) throw badUpcoming(upcoming);
  const system = draft.in(SYSTEM);
  const known = system.get(KIND, account);
  const fields = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  if (known !== undefined) return system.set(known, fields, { event: null }) as StripeObject & BillingSettings;
  return system.insert({ id: account, object: KIND, created: draft.now, ...DEFAULT_SETTINGS, ...fields }, { event: null }) as StripeObject &
    BillingSettings;
}
