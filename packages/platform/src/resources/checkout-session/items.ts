import { type Behaviour, type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { insertPrice } from '../price.ts';

const noPrice = (at: string) =>
  invalid('You must specify either `price` or `price_data` when creating a line item.', at, 'parameter_missing');
const inactive = (at: string) => invalid('The price specified is inactive. This field only accepts active prices.', `${at}[price]`);
const recurringInPayment = (at: string) =>
  invalid(
    'You specified `payment` mode but passed a recurring price. Either switch to `subscription` mode or use only one-time prices.',
    `${at}[price]`,
  );
const noRecurring = () => invalid('You must provide at least one recurring price in `subscription` mode when using prices.', 'line_items');
const mixedCurrencies = (at: string, currencies: readonly [string, string]) =>
  invalid(`All line items must have the same currency: this one is in ${currencies[1]}, the first one in ${currencies[0]}.`, at);
const outOfRange = (at: string, quantity: number, [least, most]: readonly [number, number]) =>
  invalid(`The quantity must be between ${least} and ${most}, but it is ${quantity}.`, `${at}[quantity]`);

/** The most that a person may choose where a session names no other bound (documented). */
const MOST = 99;

export const quantityBounds = (item: Params): readonly [number, number] => [
  item.adjustable_quantity?.minimum ?? 0,
  item.adjustable_quantity?.maximum ?? MOST,
];

function priceOf(draft: Draft, item: Params, at: string): StripeObject {
  if (item.price === undefined && item.price_data === undefined) throw noPrice(at);
  const price = item.price === undefined ? insertPrice(draft, item.price_data) : draft.need('price', item.price, `${at}[price]`);
  // The product of `price_data` may be told with it; a price that is named must still be on sale.
  if (item.price !== undefined && !price.active) throw inactive(at);
  return price;
}

const adjustable = (item: Params): Fields | null =>
  item.adjustable_quantity?.enabled === true ? { enabled: true, minimum: quantityBounds(item)[0], maximum: quantityBounds(item)[1] } : null;

/** The line items of a request, checked and stored under their owner, in its order. */
export function insertItems(
  draft: Draft,
  items: readonly Params[],
  of: { by: 'checkout_session' | 'payment_link' | 'quote'; id: string },
): StripeObject[] {
  let currency: string | undefined;
  const made = items.map((item, index) => {
    const at = `line_items[${index}]`;
    const price = priceOf(draft, item, at);
    currency ??= price.currency as string;
    if (price.currency !== currency) throw mixedCurrencies(at, [currency, price.currency]);
    const quantity = price.recurring?.usage_type === 'metered' ? null : (item.quantity ?? 1);
    const bounds = adjustable(item) === null ? ([1, 999_999] as const) : quantityBounds(item);
    if (quantity !== null && (quantity < bounds[0] || quantity > bounds[1])) throw outOfRange(at, quantity, bounds);
    for (const [rate, id] of (item.tax_rates ?? []).entries()) draft.need('tax_rate', id, `${at}[tax_rates][${rate}]`);
    const fields: Fields = {
      adjustable_quantity: adjustable(item),
      currency: price.currency,
      description: draft.get('product', price.product)?.name ?? null,
      metadata: mergedMetadata({}, item.metadata ?? {}),
      price,
      quantity,
      rates: item.tax_rates ?? [],
      [of.by]: of.id,
    };
    return draft.make('item', fields, { event: null });
  });
  return made;
}

/** What recurs has no place in a payment, and a subscription needs something that does. */
export function checkMode(items: readonly StripeObject[], mode: string): void {
  const recurs = (item: StripeObject): boolean => item.price.type === 'recurring';
  const first = items.findIndex(recurs);
  if (mode === 'payment' && first >= 0) throw recurringInPayment(`line_items[${first}]`);
  if (mode === 'subscription' && first < 0) throw noRecurring();
}

export const itemsOf = (draft: Draft, session: string): StripeObject[] => draft.find('item', [['checkout_session', session]]).reverse();

/** The whole tax rates of an item, as invoices take them. */
export const ratesOf = (draft: Draft, item: StripeObject): StripeObject[] =>
  (item.rates as string[]).flatMap((id) => draft.get('tax_rate', id) ?? []);

/** A line item of a session, a payment link or a quote. Whose it is and by which rates it is taxed is ours to know. */
export const item: Behaviour = {
  object: 'item',
  grade: 'lived',
  retrieved: (_draft, { checkout_session: _session, payment_link: _link, quote: _quote, rates: _rates, ...rest }) => rest as StripeObject,
};
