import { areMultiples, type Interval, type Priced, periodAt, priceAmount, type Span } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { insertPrice, planOfPrice, priceIn } from '../price.ts';
import { taxRates } from '../tax-rate.ts';

const notRecurring = (id: string, at: string) =>
  invalid(
    `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\` (${id}).`,
    `${at}[price]`,
  );
const inactive = (id: string, at: string) =>
  invalid(`The price specified is inactive. This field only accepts active prices (${id}).`, `${at}[price]`);
const twice = (plan: string) =>
  invalid(`Cannot add multiple subscription items with the same plan: ${plan}. Update the quantity of the existing item instead.`, 'plan');
const mixedIntervals = () =>
  invalid('Currency and interval fields must match across all plans on this subscription. Found mismatch in interval field.', 'items');
const noMultiples = () => invalid('All prices on a subscription must recur in a multiple of the shortest interval among them.', 'items');
const outOfCurrency = (id: string, currency: string) =>
  invalid(`The price ${id} is not sold in ${currency}. All prices of a subscription must have its currency.`, 'items');
const tooMany = (count: number) => invalid(`A subscription can have at most 20 items, but it would have ${count}.`, 'items');
const noQuantity = (at: string) =>
  invalid('You cannot set the quantity of a metered price: usage is reported to its meter.', `${at}[quantity]`);

const MOST_ITEMS = 20;

export const isMetered = (price: StripeObject): boolean => price.recurring?.usage_type === 'metered';

/** The price that an item names: a price, an old plan, or data for a new one. */
export function priceOf(draft: Draft, item: Params, at: string): StripeObject | undefined {
  const id = item.price ?? item.plan;
  if (id === undefined && item.price_data === undefined) return undefined;
  const price =
    id === undefined
      ? insertPrice(draft, item.price_data)
      : draft.need('price', id, item.price === undefined ? `${at}[plan]` : `${at}[price]`);
  if (price.type !== 'recurring') throw notRecurring(price.id, at);
  if (!price.active) throw inactive(price.id, at);
  if (isMetered(price) && item.quantity !== undefined) throw noQuantity(at);
  return price;
}

export interface Together {
  readonly currency: string;
  readonly mode: 'classic' | 'flexible';
}

/** Refuses items that cannot be billed together (api-and-events 3.12, proration rules). */
export function checkTogether(prices: readonly StripeObject[], { currency, mode }: Together): void {
  if (prices.length > MOST_ITEMS) throw tooMany(prices.length);
  const seen = new Set<string>();
  for (const price of prices) {
    if (priceIn(price, currency) === undefined) throw outOfCurrency(price.id, currency);
    if (seen.has(price.id)) throw twice(price.id);
    seen.add(price.id);
    const [first] = prices;
    const same =
      price.recurring.interval === first!.recurring.interval && price.recurring.interval_count === first!.recurring.interval_count;
    if (mode === 'classic' && !same) throw mixedIntervals();
  }
  if (mode === 'flexible' && prices.length > 0 && !areMultiples(prices.map((price) => price.recurring))) throw noMultiples();
}

/** What a quantity of a price costs for one period, in a currency it is sold in. Metered prices cost by use alone. */
export function itemAmount(draft: Draft, price: StripeObject, of: { quantity: number; currency: string }): number {
  if (isMetered(price)) return 0;
  const whole = draft.get('price', price.id) ?? price;
  return priceAmount((priceIn(whole, of.currency) ?? whole) as Priced & StripeObject, of.quantity);
}

/** A price's interval, counted from the day of the month that a subscription's cycle is configured to. */
export function everyOf(subscription: Fields, price: StripeObject): Interval {
  const day = (subscription.billing_cycle_anchor_config as { day_of_month: number } | null | undefined)?.day_of_month;
  const { interval, interval_count } = price.recurring;
  return { interval, interval_count, ...(day !== undefined && { day_of_month: day }) };
}

/** The whole period of a price at an instant, counted from the subscription's anchor. */
export const naturalPeriod = (subscription: Fields, price: StripeObject, at: number): Span =>
  periodAt(subscription.billing_cycle_anchor as number, everyOf(subscription, price), at);

export interface NewSubscriptionItem {
  readonly subscription: StripeObject;
  readonly price: StripeObject;
  readonly given: Params;
  readonly period: Span;
  /** Where it stands in the request, for refusals. */
  readonly at: string;
}

/** Fields of an item that its parameters come to. Its discounts are its own. */
export function itemFields(draft: Draft, { subscription, price, given, period, at }: NewSubscriptionItem, id: string): Fields {
  const owner = { customer: subscription.customer, subscription: subscription.id, subscription_item: id };
  return {
    id,
    billing_thresholds: null,
    current_period_end: period.end,
    current_period_start: period.start,
    current_trial: null,
    discounts: redeemDiscounts(draft, given.discounts, { owner, param: `${at}[discounts]` }),
    metadata: mergedMetadata({}, given.metadata ?? {}),
    plan: planOfPrice(price),
    price,
    ...(!isMetered(price) && { quantity: given.quantity ?? 1 }),
    subscription: subscription.id,
    tax_rates: taxRates(draft, given.tax_rates, `${at}[tax_rates]`) ?? [],
  };
}

export const insertItem = (draft: Draft, item: NewSubscriptionItem): StripeObject =>
  draft.make('subscription_item', itemFields(draft, item, draft.id('subscription_item')), { event: null });

/** In order of creation, as the subscription embeds them. */
export const itemsOf = (draft: Draft, subscription: string): StripeObject[] =>
  draft.find('subscription_item', [['subscription', subscription]]).reverse();
