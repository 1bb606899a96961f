import { type Priced, priceAmount } from '@annex/money';
import type { Draft, Params, StripeObject } from '../../engine/index.ts';
import { periodAmount } from '../subscription/lines.ts';
import { firstPeriod, termsOf as subscriptionTerms } from '../subscription/terms.ts';
import type { Terms } from './terms.ts';

export const hasTrial = ({ subscription_data: data }: { subscription_data: Params }): boolean =>
  (data.trial_period_days ?? 0) > 0 || typeof data.trial_end === 'number';

/** Whether what recurs is billed up to an anchor, so that the amount depends on the moment. */
export const hasAnchor = ({ subscription_data: data }: { subscription_data: Params }): boolean =>
  data.billing_cycle_anchor !== undefined || data.billing_cycle_anchor_config !== undefined;

const recurs = (item: StripeObject): boolean => item.price.type === 'recurring';

/**
 * What each item costs today, in minor units: nothing of what recurs while a trial runs, the part of a period up to a later
 * anchor, and metered use is billed later. The same rules as a new subscription's first invoice follows.
 */
export function firstAmounts(draft: Draft, session: StripeObject, given: { items: readonly StripeObject[]; terms: Terms }): number[] {
  const { items, terms } = given;
  const data = terms.subscription_data;
  const whole = (item: StripeObject): number => priceAmount(item.price as Priced & StripeObject, item.quantity ?? 1);
  const recurring = items.filter(recurs);
  const parts = recurring.length === 0 ? undefined : partOf(draft, session, { data, recurring, anchored: hasAnchor(terms) });
  return items.map((item) => {
    if (!recurs(item)) return whole(item);
    if (hasTrial(terms) || item.price.recurring.usage_type === 'metered') return 0;
    return parts?.(item) ?? whole(item);
  });
}

/** Up to a later anchor only a part of the period is billed, or nothing at all. */
function partOf(
  draft: Draft,
  session: StripeObject,
  given: { data: Params; recurring: readonly StripeObject[]; anchored: boolean },
): ((item: StripeObject) => number) | undefined {
  const { data, recurring, anchored } = given;
  const params = { ...data, customer: session.customer, items: recurring.map((item) => ({ price: item.price.id })) };
  // Also where nothing is prorated: what could not become a subscription is refused when the session is made.
  const terms = subscriptionTerms(draft, params);
  if (!anchored) return undefined;
  if (data.proration_behavior === 'none') return () => 0;
  const shape = { billing_cycle_anchor: terms.anchor, billing_cycle_anchor_config: terms.anchorConfig, currency: session.currency };
  return (item) => periodAmount(draft, shape as unknown as StripeObject, item, firstPeriod(draft, terms, item.price, params));
}
