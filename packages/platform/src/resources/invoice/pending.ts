import type { Draft, StripeObject } from '../../engine/index.ts';
import { insertLine, type NewLine } from './lines.ts';

/** Items that wait for an invoice, newest first: the customer's own, or those of one subscription too. */
export function pendingItems(draft: Draft, customer: string, of: { currency: string; subscription?: string }): StripeObject[] {
  return draft.find('invoiceitem', [['customer', customer]], (row) => {
    const subscription = row.parent?.subscription_details?.subscription;
    return row.invoice === null && row.currency === of.currency && (subscription === undefined || subscription === of.subscription);
  });
}

/** An item as a line of an invoice. */
export function lineOfItem(draft: Draft, item: StripeObject): NewLine {
  const price = draft.get('price', item.pricing?.price_details?.price);
  const subscription = item.parent?.subscription_details?.subscription;
  return {
    amount: item.amount,
    currency: item.currency,
    description: item.description,
    period: item.period,
    quantity: item.quantity,
    proration: item.proration,
    invoice_item: item.id,
    discountable: item.discountable,
    discounts: item.discounts ?? [],
    metadata: item.metadata,
    ...(price !== undefined && { price }),
    ...(subscription !== undefined && { subscription }),
  };
}

/** Items, newest first, as the lines that they become: oldest first, so that the newest stands first in the list (3.11). */
export const claim = (draft: Draft, invoice: string, items: readonly StripeObject[]): NewLine[] =>
  items.toReversed().map((item) => lineOfItem(draft, draft.set(item, { invoice }, { event: null })));

/** Moves pending items, newest first, onto an invoice as lines. */
export const sweep = (draft: Draft, invoice: StripeObject, items: readonly StripeObject[]): StripeObject[] =>
  claim(draft, invoice.id, items).map((line) => insertLine(draft, invoice.id, line));
