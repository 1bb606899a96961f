import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { setTerms } from './tax.ts';

export interface NewLine {
  readonly amount: number;
  readonly currency: string;
  readonly description: string | null;
  readonly period: { readonly start: number; readonly end: number };
  readonly price?: StripeObject;
  readonly quantity: number | null;
  readonly proration?: boolean;
  readonly subscription?: string;
  readonly subscription_item?: string;
  readonly invoice_item?: string;
  readonly discountable?: boolean;
  readonly metadata?: Record<string, string>;
  /** Discounts of this line alone; those of the invoice come after them. */
  readonly discounts?: readonly string[];
  /** Whole tax rates, where they do not follow the item that is billed or the invoice. */
  readonly tax_rates?: readonly StripeObject[] | undefined;
}

/** Which object a line comes from: a subscription's item or a loose invoice item. */
function parentOf(line: NewLine): Fields {
  const common = {
    proration: line.proration ?? false,
    proration_details: { credited_items: null },
    subscription: line.subscription ?? null,
  };
  if (line.invoice_item !== undefined) {
    const item = { invoice_item: line.invoice_item, ...common };
    return { type: 'invoice_item_details', invoice_item_details: item, subscription_item_details: null };
  }
  const item = { invoice_item: null, ...common, subscription_item: line.subscription_item ?? null };
  return { type: 'subscription_item_details', invoice_item_details: null, subscription_item_details: item };
}

export const pricingOf = (price: StripeObject | undefined): Fields | null =>
  price === undefined
    ? null
    : { price_details: { price: price.id, product: price.product }, type: 'price_details', unit_amount_decimal: price.unit_amount_decimal };

/** A line as it will be stored, in the shape of the pinned version, before it is known what it is discounted and taxed. */
export function draftLine(draft: Draft, invoice: string, line: NewLine): StripeObject {
  const id = draft.id('line_item');
  if (line.tax_rates !== undefined) setTerms(draft, id, { tax_rates: line.tax_rates });
  return {
    id,
    object: 'line_item',
    amount: line.amount,
    currency: line.currency,
    description: line.description,
    discount_amounts: [],
    discountable: line.discountable ?? !line.proration,
    discounts: line.discounts ?? [],
    invoice,
    livemode: draft.world.livemode,
    metadata: line.metadata ?? {},
    parent: parentOf(line),
    period: line.period,
    pretax_credit_amounts: [],
    pricing: pricingOf(line.price),
    quantity: line.quantity,
    quantity_decimal: line.quantity === null ? null : String(line.quantity),
    subscription: line.subscription ?? null,
    subtotal: line.amount,
    taxes: [],
  };
}

/** Lines tell no events of their own. */
export const insertLine = (draft: Draft, invoice: string, line: NewLine): StripeObject =>
  draft.insert(draftLine(draft, invoice, line), { event: null });
