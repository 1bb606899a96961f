import type { Draft, StripeObject } from '../../engine/index.ts';
import { finalize } from '../invoice/finalize.ts';
import { insertInvoice } from '../invoice/make.ts';
import { finalizePaid } from '../invoice/paid-before.ts';
import { itemsOf, ratesOf } from './items.ts';

/** `invoice_creation`: the paid invoice of a one-time payment, for the customer's books. */
export function invoiceFor(
  draft: Draft,
  session: StripeObject,
  given: { customer: string; intent: StripeObject | undefined },
): StripeObject {
  const { customer, intent } = given;
  const { invoice_data: data } = session.invoice_creation;
  const discounts = ((session.discounts ?? []) as StripeObject[]).map(({ coupon, promotion_code: code }) => {
    const source = coupon ?? draft.get('promotion_code', code)?.promotion.coupon;
    const fields = {
      checkout_session: session.id,
      customer,
      promotion_code: code,
      source: { coupon: source, type: 'coupon' },
      start: draft.now,
    };
    return draft.make('discount', fields, { event: null });
  });
  const invoice = insertInvoice(draft, {
    customer: draft.get('customer', customer)!,
    currency: session.currency,
    billing_reason: 'manual',
    collection_method: 'charge_automatically',
    lines: itemsOf(draft, session.id).map((item) => ({
      amount: item.amount_subtotal,
      currency: item.currency,
      description: item.description,
      period: { start: draft.now, end: draft.now },
      price: item.price,
      quantity: item.quantity,
      tax_rates: ratesOf(draft, item),
      metadata: item.metadata,
    })),
    discounts,
    shipping_cost: session.shipping_cost,
    auto_advance: false,
    period: { start: draft.now, end: draft.now },
    fields: { description: data.description, footer: data.footer, custom_fields: data.custom_fields, metadata: data.metadata },
  });
  return intent === undefined ? finalize(draft, invoice) : finalizePaid(draft, invoice, intent);
}
