import { type Behaviour, type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../engine/index.ts';
import { retotal } from './invoice/index.ts';
import { pricingOf } from './invoice/lines.ts';
import { sweep } from './invoice/pending.ts';
import { currencyOf, insertPrice } from './price.ts';

export interface NewItem {
  readonly customer: string;
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly period: { readonly start: number; readonly end: number };
  readonly price?: StripeObject;
  readonly quantity: number;
  readonly proration?: boolean;
  readonly subscription?: StripeObject;
  readonly discountable?: boolean;
  readonly metadata?: Record<string, string>;
}

/** An item that waits for the customer's next invoice. */
export function insertItem(draft: Draft, given: NewItem): StripeObject {
  const { subscription, price } = given;
  const fields: Fields = {
    amount: given.amount,
    currency: given.currency,
    customer: given.customer,
    date: draft.now,
    description: given.description,
    discountable: given.discountable ?? !given.proration,
    discounts: [],
    invoice: null,
    metadata: given.metadata ?? {},
    net_amount: given.amount,
    parent: subscription === undefined ? null : { subscription_details: { subscription: subscription.id }, type: 'subscription_details' },
    period: given.period,
    pricing: pricingOf(price),
    proration: given.proration ?? false,
    quantity: given.quantity,
    quantity_decimal: String(given.quantity),
    tax_rates: [],
    test_clock: draft.get('customer', given.customer)?.test_clock ?? null,
  };
  return draft.make('invoiceitem', fields);
}

function createItem(draft: Draft, params: Params): StripeObject {
  if (params.customer === undefined) throw invalid('Missing required param: customer.', 'customer', 'parameter_missing');
  const customer = draft.need('customer', params.customer, 'customer');
  const named = params.pricing?.price;
  const price =
    named !== undefined
      ? draft.need('price', named, 'pricing[price]')
      : params.price_data === undefined
        ? undefined
        : insertPrice(draft, params.price_data);
  const quantity = params.quantity ?? 1;
  const currency = price?.currency ?? currencyOf(params.currency ?? customer.currency ?? 'usd');
  const amount =
    params.amount ??
    (price === undefined ? Math.round(Number(params.unit_amount_decimal ?? 0) * quantity) : (price.unit_amount ?? 0) * quantity);
  const subscription = params.subscription === undefined ? undefined : draft.need('subscription', params.subscription, 'subscription');
  const item = insertItem(draft, {
    customer: customer.id,
    amount,
    currency,
    description: params.description ?? (price === undefined ? null : (draft.get('product', price.product)?.name ?? null)),
    period: params.period ?? { start: draft.now, end: draft.now },
    quantity,
    discountable: params.discountable ?? true,
    metadata: mergedMetadata({}, params.metadata ?? {}),
    ...(price !== undefined && { price }),
    ...(subscription !== undefined && { subscription }),
  });
  if (params.invoice === undefined) return item;
  const invoice = draft.need('invoice', params.invoice, 'invoice');
  if (invoice.status !== 'draft')
    throw invalid(`The invoice ${invoice.id} is ${invoice.status}; items can only be added to a draft.`, 'invoice', 'invoice_not_editable');
  sweep(draft, invoice, [item]);
  retotal(draft, invoice.id);
  return draft.get('invoiceitem', item.id)!;
}

export const invoiceitem: Behaviour = {
  object: 'invoiceitem',
  grade: 'lived',
  filters: { customer: 'customer', invoice: 'invoice', pending: (row, value) => (row.invoice === null) === value },
  remove: (_draft, item) => {
    if (item.invoice !== null)
      throw invalid('You can only delete invoice items that are not attached to a finalised invoice.', undefined, 'invoice_not_editable');
    return 'stub';
  },
  specials: { 'POST /v1/invoiceitems': createItem },
};
