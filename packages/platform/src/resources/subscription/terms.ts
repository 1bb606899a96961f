import { anchorFrom, type Span, step } from '@annex/money';
import { type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { currencyOf, priceIn } from '../price.ts';
import { checkTogether, naturalPeriod, priceOf } from './items.ts';
import { notBackdated, notInFuture, notTogether, tooLateAnchor, tooLongTrial, wrongConfigInterval } from './refusals.ts';

const DAY = 86_400;
const LONGEST_TRIAL = 730 * DAY;

/** What a new subscription's parameters come to in time and money. */
export interface Terms {
  readonly prices: readonly StripeObject[];
  readonly currency: string;
  readonly mode: 'classic' | 'flexible';
  /** When it began: before now where it is backdated. */
  readonly start: number;
  readonly trialEnd: number | null;
  readonly anchor: number;
  readonly anchorConfig: StripeObject | null;
  /** A fixed end within the first period. */
  readonly cancelAt: number | null;
}

/** When a trial ends that was asked for in one of three ways; nothing where none was. `now` is no trial. */
export function trialEndOf(draft: Draft, params: Params, prices: readonly StripeObject[]): number | null | undefined {
  const { trial_end: end, trial_period_days: days, trial_from_plan: fromPlan } = params;
  if (end !== undefined && days !== undefined) throw notTogether('trial_end', 'trial_period_days');
  if (end !== undefined && fromPlan === true) throw notTogether('trial_end', 'trial_from_plan');
  if (end === 'now') return null;
  if (typeof end === 'number') {
    if (end <= draft.now) throw notInFuture('trial_end');
    if (end > draft.now + LONGEST_TRIAL) throw tooLongTrial('trial_end');
    return end;
  }
  if (typeof days === 'number') {
    if (days < 0 || days * DAY > LONGEST_TRIAL) throw tooLongTrial('trial_period_days');
    return days > 0 ? draft.now + days * DAY : null;
  }
  if (fromPlan !== true) return undefined;
  const longest = Math.max(0, ...prices.map((price) => price.recurring.trial_period_days ?? 0));
  return longest > 0 ? draft.now + longest * DAY : null;
}

/** The subscription's currency: asked for, else the customer's where every price is sold in it, else the prices' own. */
function currencyFor(draft: Draft, params: Params, prices: readonly StripeObject[]): string {
  if (typeof params.currency === 'string') return currencyOf(params.currency);
  const theirs = draft.get('customer', params.customer)?.currency;
  const sold = typeof theirs === 'string' && prices.every((price) => priceIn(price, theirs) !== undefined);
  return sold ? theirs : prices[0]!.currency;
}

function anchorOf(params: Params, at: { start: number; now: number; trialEnd: number | null }, prices: readonly StripeObject[]): number {
  const { billing_cycle_anchor: asked, billing_cycle_anchor_config: config } = params;
  if (asked !== undefined && config !== undefined) throw notTogether('billing_cycle_anchor', 'billing_cycle_anchor_config');
  const from = at.trialEnd ?? at.start;
  if (config !== undefined) {
    if (prices.some((price) => price.recurring.interval === 'day' || price.recurring.interval === 'week')) throw wrongConfigInterval();
    return anchorFrom(Math.max(from, at.now), config);
  }
  if (typeof asked !== 'number') return from;
  if (asked < from && asked <= at.now) throw notInFuture('billing_cycle_anchor');
  for (const price of prices) {
    const limit = step(Math.max(from, at.now), price.recurring, 1);
    if (asked > limit) throw tooLateAnchor(limit, price.id);
  }
  return asked;
}

const HELPERS = ['min_period_end', 'max_period_end', 'max_billed_until'];

/** A fixed end: an instant, or the end of the earliest or the latest period. */
export function cancelAtOf(draft: Draft, given: unknown, ends: readonly number[]): number | null {
  if (typeof given === 'number') {
    if (given <= draft.now) throw notInFuture('cancel_at');
    return given;
  }
  if (typeof given !== 'string') return null;
  if (!HELPERS.includes(given)) throw invalid(`Invalid cancel_at: must be a timestamp or one of ${HELPERS.join(', ')}.`, 'cancel_at');
  return given === 'min_period_end' ? Math.min(...ends) : Math.max(...ends);
}

export function termsOf(draft: Draft, params: Params): Terms {
  const items: Params[] = params.items ?? [];
  if (items.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  const prices = items.map((item, index) => {
    const price = priceOf(draft, item, `items[${index}]`);
    if (price === undefined)
      throw invalid(`Missing required param: items[${index}][price].`, `items[${index}][price]`, 'parameter_missing');
    return price;
  });
  const mode = params.billing_mode?.type === 'classic' ? 'classic' : 'flexible';
  const currency = currencyFor(draft, params, prices);
  checkTogether(prices, { currency, mode });
  const trialEnd = trialEndOf(draft, params, prices) ?? null;
  const start = typeof params.backdate_start_date === 'number' ? params.backdate_start_date : draft.now;
  if (start > draft.now) throw notBackdated();
  // A classic subscription that is backdated still cycles from its creation; a flexible one from its start (documented).
  const from = mode === 'flexible' ? start : draft.now;
  const anchor = anchorOf(params, { start: from, now: draft.now, trialEnd }, prices);
  const anchorConfig = params.billing_cycle_anchor_config ?? null;
  const whole = { billing_cycle_anchor: anchor, billing_cycle_anchor_config: anchorConfig };
  const ends = prices.map((price) => trialEnd ?? naturalPeriod(whole, price, draft.now).end);
  const cancelAt = cancelAtOf(draft, params.cancel_at, ends);
  return { prices, currency, mode, start, trialEnd, anchor, anchorConfig, cancelAt };
}

/** Whether an end within a period shortens it: always in classic mode, in flexible mode unless prorations are turned off (documented). */
export const shortens = (terms: Pick<Terms, 'mode'>, params: Params): boolean =>
  terms.mode === 'classic' || params.proration_behavior !== 'none';

/** The first period of an item: its trial, or what is left of the whole period around now. */
export function firstPeriod(draft: Draft, terms: Terms, price: StripeObject, params: Params): Span {
  if (terms.trialEnd !== null) return { start: draft.now, end: terms.trialEnd };
  const natural = naturalPeriod({ billing_cycle_anchor: terms.anchor, billing_cycle_anchor_config: terms.anchorConfig }, price, draft.now);
  const start = Math.max(natural.start, Math.min(terms.start, draft.now));
  const end = terms.cancelAt !== null && terms.cancelAt < natural.end && shortens(terms, params) ? terms.cancelAt : natural.end;
  return { start, end };
}
