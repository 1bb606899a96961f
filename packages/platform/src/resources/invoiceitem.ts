import { type Priced, priceAmount, ratio, rounded, times, whole } from '@annex/money';
import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  mergedMetadata,
  missingParam,
  notSimulated,
  type Params,
  type StripeObject,
} from '../engine/index.ts';
import { redeemDiscounts } from './discount.ts';
import { editing } from './invoice/edit.ts';
import { pricingOf } from './invoice/lines.ts';
import { lineOfItem, sweep } from './invoice/pending.ts';
import { currencyOf, insertPrice } from './price.ts';
import { taxRates } from './tax-rate.ts';

export interface NewItem {
  readonly id?: string | undefined;
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly period: { readonly start: number; readonly end: number };
  readonly price?: StripeObject;
  readonly quantity: number;
  readonly proration?: boolean;
  readonly subscription?: StripeObject;
  readonly subscription_item?: string;
  /** The line of an invoice, or the waiting item, that a proration takes back. */
  readonly credits?: StripeObject;
  readonly discountable?: boolean;
  readonly discounts?: readonly string[];
  readonly tax_rates?: readonly StripeObject[];
  readonly metadata?: Record<string, string>;
}

const parentOf = ({ subscription, subscription_item: item }: NewItem): Fields | null =>
  subscription === undefined
    ? null
    : {
        subscription_details: { subscription: subscription.id, ...(item !== undefined && { subscription_item: item }) },
        type: 'subscription_details',
      };

/** What a proration takes back, in the shape of the pinned version. */
function creditedBy({ credits }: NewItem): Fields | null {
  if (credits === undefined) return null;
  if (credits.object === 'invoiceitem') return { invoice_item: credits.id, type: 'invoice_item' };
  return { invoice_line_item_details: { invoice: credits.invoice, invoice_line_items: [credits.id] }, type: 'invoice_line_items' };
}

/** An item that waits for the customer's next invoice. */
export function insertItem(draft: Draft, given: NewItem): StripeObject {
  const { price } = given;
  const fields: Fields = {
    id: given.id,
    amount: given.amount,
    currency: given.currency,
    customer: given.customer,
    date: draft.now,
    description: given.description,
    discountable: given.discountable ?? !given.proration,
    discounts: given.discounts ?? [],
    invoice: null,
    metadata: given.metadata ?? {},
    net_amount: given.amount,
    parent: parentOf(given),
    period: given.period,
    pricing: pricingOf(price),
    proration: given.proration ?? false,
    ...(given.proration === true && { proration_details: { credited_items: creditedBy(given), discount_amounts: [] } }),
    quantity: given.quantity,
    quantity_decimal: String(given.quantity),
    tax_rates: given.tax_rates ?? [],
    test_clock: draft.get('customer', given.customer)?.test_clock ?? null,
  };
  return draft.make('invoiceitem', fields);
}

const recurring = (id: string) =>
  invalid(
    `The price specified is set to \`type=recurring\` but this field only accepts prices with \`type=one_time\`: ${id}.`,
    'pricing[price]',
  );
const twoAmounts = () =>
  invalid(
    'You may only specify one of these parameters: amount, pricing, price_data, unit_amount_decimal.',
    'amount',
    'parameters_exclusive',
  );
const withQuantity = () =>
  invalid('You may only specify quantity together with a price or a unit amount, not with amount.', 'quantity', 'parameters_exclusive');
const otherCurrency = (given: string, priced: string) =>
  invalid(`The currency ${given} does not match the price's currency ${priced}.`, 'currency');
const badPeriod = () => invalid('The end of a period must not be before its start.', 'period[end]');

interface Priceable {
  readonly amount: number;
  readonly currency: string | undefined;
  readonly price: StripeObject | undefined;
  readonly quantity: number;
}

/** A price of a product that nobody sees: what an item of a plain amount is priced by. */
function hiddenPrice(draft: Draft, given: { unit: string; currency: string; name: string }): StripeObject {
  const product = draft.make('product', { active: false, name: given.name, type: 'service', updated: draft.now }, { event: null });
  const { unit, currency } = given;
  const fields = {
    active: false,
    billing_scheme: 'per_unit',
    currency,
    product: product.id,
    recurring: null,
    tax_behavior: 'unspecified',
    type: 'one_time',
    unit_amount: /^-?\d+$/.test(unit) ? Number(unit) : null,
    unit_amount_decimal: unit,
  };
  return draft.make('price', fields, { event: null });
}

function quantityOf(params: Params, before: number): number {
  const decimal = params.quantity_decimal;
  if (decimal === undefined) return params.quantity ?? before;
  if (!Number.isInteger(Number(decimal))) throw notSimulated('quantities that are not whole');
  return Number(decimal);
}

/** What an item costs: a plain amount, so many of a price, or so many of a unit amount. */
export function pricedItem(
  draft: Draft,
  params: Params,
  before: { currency?: string; quantity: number; description: string | null },
): Priceable | undefined {
  const ways = [params.amount, params.pricing?.price, params.price_data, params.unit_amount_decimal].filter((way) => way !== undefined);
  if (ways.length > 1) throw twoAmounts();
  if (params.amount !== undefined && params.quantity !== undefined) throw withQuantity();
  const quantity = quantityOf(params, before.quantity);
  const named = params.pricing?.price;
  const price =
    named !== undefined
      ? draft.need('price', named, 'pricing[price]')
      : params.price_data === undefined
        ? undefined
        : insertPrice(draft, params.price_data);
  if (price?.type === 'recurring') throw recurring(price.id);
  if (price !== undefined) {
    const asked = params.currency === undefined ? price.currency : currencyOf(params.currency);
    if (asked !== price.currency) throw otherCurrency(asked, price.currency);
    return { amount: priceAmount(price as Priced & StripeObject, quantity), currency: price.currency, price, quantity };
  }
  const currency = params.currency === undefined ? before.currency : currencyOf(params.currency);
  const unit = params.amount !== undefined ? String(params.amount) : params.unit_amount_decimal;
  if (unit === undefined) return undefined;
  const amount = rounded(times(ratio(String(unit)), whole(quantity)));
  const name = params.description ?? before.description ?? 'Invoice item';
  return { amount, currency, price: hiddenPrice(draft, { unit: String(unit), currency: currency ?? 'usd', name }), quantity };
}

const notDraft = (invoice: StripeObject) =>
  invalid(`The invoice ${invoice.id} is ${invoice.status}; items can only be added to a draft.`, 'invoice', 'invoice_not_editable');

/** An item from parameters: of a customer, priced, with its own discounts and rates. */
export function itemFromParams(draft: Draft, params: Params, of: { customer: StripeObject; currency: string }): StripeObject {
  const { customer } = of;
  const priced = pricedItem(draft, params, { currency: of.currency, quantity: 1, description: null });
  if (priced === undefined) throw missingParam('amount');
  if (params.period !== undefined && params.period.end < params.period.start) throw badPeriod();
  const subscription = params.subscription === undefined ? undefined : draft.need('subscription', params.subscription, 'subscription');
  const { price } = priced;
  const named = params.amount === undefined && price !== undefined ? (draft.get('product', price.product)?.name ?? null) : null;
  const rates = taxRates(draft, params.tax_rates, 'tax_rates');
  const id = draft.id('invoiceitem');
  return insertItem(draft, {
    ...{ id, customer: customer.id },
    amount: priced.amount,
    currency: priced.currency ?? of.currency,
    description: params.description ?? named,
    period: params.period ?? { start: draft.now, end: draft.now },
    quantity: priced.quantity,
    discountable: params.discountable ?? priced.amount >= 0,
    discounts: redeemDiscounts(draft, params.discounts, { owner: { customer: customer.id, invoice_item: id }, param: 'discounts' }),
    metadata: mergedMetadata({}, params.metadata ?? {}),
    ...(rates !== undefined && { tax_rates: rates }),
    ...(price !== undefined && { price }),
    ...(subscription !== undefined && { subscription }),
  });
}

function createItem(draft: Draft, params: Params): StripeObject {
  const invoice = params.invoice === undefined ? undefined : draft.need('invoice', params.invoice, 'invoice');
  const owner = params.customer ?? invoice?.customer;
  if (owner === undefined) throw missingParam('customer');
  const customer = draft.need('customer', owner, 'customer');
  if (invoice !== undefined && invoice.status !== 'draft') throw notDraft(invoice);
  const item = itemFromParams(draft, params, { customer, currency: invoice?.currency ?? customer.currency ?? 'usd' });
  if (invoice === undefined) return item;
  if (item.currency !== invoice.currency) throw otherCurrency(item.currency, invoice.currency);
  editing(draft, invoice.id, () => sweep(draft, invoice, [item]));
  return draft.get('invoiceitem', item.id)!;
}

const finalized = (item: StripeObject) =>
  invalid(`The invoice item ${item.id} is on a finalised invoice and can no longer be changed.`, undefined, 'invoice_not_editable');

/** The draft that an item is on; nothing while it waits. Refuses where its invoice is finalised. */
function draftOf(draft: Draft, item: StripeObject): StripeObject | undefined {
  const invoice = draft.get('invoice', item.invoice);
  if (invoice !== undefined && invoice.status !== 'draft') throw finalized(item);
  return invoice;
}

export const lineOf = (draft: Draft, item: StripeObject): StripeObject | undefined =>
  draft.find('line_item', [['invoice', item.invoice]]).find((line) => line.parent?.invoice_item_details?.invoice_item === item.id);

/** Fields of an item that change with parameters of its own or of its line. */
export function changedItem(draft: Draft, item: StripeObject, params: Params): Fields {
  const again =
    params.quantity !== undefined &&
    params.amount === undefined &&
    item.pricing !== null &&
    params.pricing === undefined &&
    params.price_data === undefined &&
    params.unit_amount_decimal === undefined;
  const asked = again ? { ...params, pricing: { price: item.pricing.price_details.price } } : params;
  const priced = pricedItem(draft, asked, {
    currency: item.currency,
    quantity: params.amount === undefined ? item.quantity : 1,
    description: item.description,
  });
  const rates = taxRates(draft, params.tax_rates === null || params.tax_rates === '' ? [] : params.tax_rates, 'tax_rates');
  const discounts =
    params.discounts === undefined
      ? undefined
      : redeemDiscounts(draft, params.discounts, { owner: { customer: item.customer, invoice_item: item.id }, param: 'discounts' });
  return {
    ...(priced !== undefined && {
      amount: priced.amount,
      net_amount: priced.amount,
      quantity: priced.quantity,
      quantity_decimal: String(priced.quantity),
      pricing: pricingOf(priced.price),
    }),
    ...(params.description !== undefined && { description: params.description }),
    ...(params.discountable !== undefined && { discountable: params.discountable }),
    ...(params.period !== undefined && { period: params.period }),
    ...(rates !== undefined && { tax_rates: rates }),
    ...(discounts !== undefined && { discounts: discounts }),
    ...(params.metadata !== undefined && { metadata: mergedMetadata(item.metadata ?? {}, params.metadata) }),
  };
}

/** The line of an item follows it. */
export function followItem(draft: Draft, item: StripeObject): void {
  const line = lineOf(draft, item);
  if (line === undefined) return;
  const { amount, description, period, quantity, discountable, discounts, metadata } = lineOfItem(draft, item);
  const fields = {
    amount,
    subtotal: amount,
    description,
    period,
    quantity,
    quantity_decimal: String(quantity),
    discountable,
    discounts,
    metadata,
    pricing: item.pricing,
  };
  draft.set(line, fields, { event: null });
}

export const invoiceitem: Behaviour = {
  object: 'invoiceitem',
  grade: 'lived',
  events: { updated: null },
  filters: { customer: 'customer', invoice: 'invoice', pending: (row, value) => (row.invoice === null) === value },
  update: (draft, item, params) => {
    draftOf(draft, item);
    return changedItem(draft, item, params);
  },
  updated: (draft, item) => {
    const invoice = draftOf(draft, item);
    if (invoice !== undefined) editing(draft, invoice.id, () => followItem(draft, item));
    return draft.get('invoiceitem', item.id)!;
  },
  remove: (draft, item) => {
    const invoice = draftOf(draft, item);
    const line = invoice === undefined ? undefined : lineOf(draft, item);
    const gone = draft.remove(item, 'stub');
    if (invoice !== undefined && line !== undefined) editing(draft, invoice.id, () => draft.remove(line, 'gone', { event: null }));
    return gone;
  },
  specials: { 'POST /v1/invoiceitems': createItem },
};
