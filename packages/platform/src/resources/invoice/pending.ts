import type { Draft, StripeObject } from '../../engine/index.ts';
import { insertLine } from './lines.ts';

/** Items that wait for an invoice: the customer's own, or those of one subscription too. */
export function pendingItems(draft: Draft, customer: string, of: { currency: string; subscription?: string }): StripeObject[] {
  return draft.find('invoiceitem', [['customer', customer]], (row) => {
    const subscription = row.parent?.subscription_details?.subscription;
    return row.invoice === null && row.currency === of.currency && (subscription === undefined || subscription === of.subscription);
  });
}

/** Moves pending items onto an invoice as lines, newest first (api-and-events 3.11). */
export function sweep(draft: Draft, invoice: StripeObject, items: readonly StripeObject[]): StripeObject[] {
  return items.map((item) => {
    draft.set(item, { invoice: invoice.id }, { event: null });
    const price = draft.get('price', item.pricing?.price_details?.price);
    const subscription = item.parent?.subscription_details?.subscription;
    return insertLine(draft, invoice.id, {
      amount: item.amount,
      currency: item.currency,
      description: item.description,
      period: item.period,
      quantity: item.quantity,
      proration: item.proration,
      invoice_item: item.id,
      discountable: item.discountable,
      metadata: item.metadata,
      ...(price !== undefined && { price }),
      ...(subscription !== undefined && { subscription }),
    });
  });
}
