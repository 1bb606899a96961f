import { type Priced, priceAmount } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { insertPrice, planOfPrice } from '../price.ts';

const notRecurring = (id: string) =>
  invalid(
    `The price specified is set to \`type=one_time\` but this field only accepts prices with \`type=recurring\` (${id}).`,
    'items[0][price]',
  );
const inactive = (id: string) =>
  invalid(`The price specified is inactive. This field only accepts active prices (${id}).`, 'items[0][price]');
const twice = (plan: string) =>
  invalid(`Cannot add multiple subscription items with the same plan: ${plan}. Update the quantity of the existing item instead.`, 'plan');
const mixedCurrencies = () => invalid('All prices on a subscription must have the same currency.', 'items');

/** The price that an item names: a price, an old plan, or data for a new one. */
export function priceOf(draft: Draft, item: Params, at: string): StripeObject | undefined {
  const id = item.price ?? item.plan;
  if (id === undefined && item.price_data === undefined) return undefined;
  const price =
    id === undefined
      ? insertPrice(draft, item.price_data)
      : draft.need('price', id, item.price === undefined ? `${at}[plan]` : `${at}[price]`);
  if (price.type !== 'recurring') throw notRecurring(price.id);
  if (!price.active) throw inactive(price.id);
  return price;
}

/** Refuses items that cannot be billed together. */
export function checkTogether(prices: readonly StripeObject[]): void {
  const seen = new Set<string>();
  for (const price of prices) {
    if (price.currency !== prices[0]!.currency) throw mixedCurrencies();
    if (seen.has(price.id)) throw twice(price.id);
    seen.add(price.id);
  }
}

/** What an item costs for one of its periods; metered ones are billed by use, which is not simulated. */
export const itemAmount = (price: StripeObject, quantity: number): number =>
  price.recurring?.usage_type === 'metered' ? 0 : priceAmount(price as Priced & StripeObject, quantity);

export interface NewSubscriptionItem {
  readonly subscription: string;
  readonly price: StripeObject;
  readonly quantity: number | undefined;
  readonly period: { readonly start: number; readonly end: number };
  readonly metadata: Record<string, string> | undefined;
}

export function insertItem(draft: Draft, given: NewSubscriptionItem): StripeObject {
  const { price, period } = given;
  const metered = price.recurring.usage_type === 'metered';
  const fields: Fields = {
    current_period_end: period.end,
    current_period_start: period.start,
    discounts: [],
    metadata: mergedMetadata({}, given.metadata ?? {}),
    plan: planOfPrice(price),
    price,
    ...(!metered && { quantity: given.quantity ?? 1 }),
    subscription: given.subscription,
    tax_rates: [],
  };
  return draft.make('subscription_item', fields, { event: null });
}

/** In order of creation, as the subscription embeds them. */
export const itemsOf = (draft: Draft, subscription: string): StripeObject[] =>
  draft.find('subscription_item', [['subscription', subscription]]).reverse();
