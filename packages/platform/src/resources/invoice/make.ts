import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { SYSTEM } from '../../engine/index.ts';
import { discountLines } from './discount.ts';
import { insertLine, type NewLine } from './lines.ts';

export interface NewInvoice {
  readonly customer: StripeObject;
  readonly currency: string;
  readonly billing_reason: string;
  readonly collection_method: string;
  readonly lines: readonly NewLine[];
  readonly subscription?: StripeObject;
  readonly discounts?: readonly StripeObject[];
  readonly auto_advance: boolean;
  readonly days_until_due?: number | null;
  readonly period: { readonly start: number; readonly end: number };
  readonly fields?: Fields;
}

/** Totals of an invoice from its lines and discounts. Taxes are added where tax rates are simulated. */
export function totalsOf(draft: Draft, lines: readonly StripeObject[], discounts: readonly StripeObject[]): Fields {
  const subtotal = lines.reduce((sum, line) => sum + line.amount, 0);
  const discounted = discountLines(draft, lines, discounts);
  lines.forEach((line, index) => {
    draft.set(
      draft.get('line_item', line.id)!,
      { discount_amounts: discounted.perLine[index], discounts: discounted.perLine[index]!.map((each) => each.discount) },
      { event: null },
    );
  });
  const total = subtotal - discounted.amount;
  return {
    subtotal,
    subtotal_excluding_tax: subtotal,
    total,
    total_excluding_tax: total,
    total_discount_amounts: discounted.totals,
    total_pretax_credit_amounts: discounted.totals.map((each) => ({ ...each, type: 'discount' })),
    total_taxes: [],
    amount_due: Math.max(0, total),
    amount_remaining: Math.max(0, total),
  };
}

const ADDRESS_FIELDS = ['address', 'email', 'name', 'phone', 'shipping'] as const;

/** A draft invoice with its lines. */
export function insertInvoice(draft: Draft, given: NewInvoice): StripeObject {
  const { customer, subscription, currency } = given;
  const id = draft.id('invoice');
  const account = draft.in(SYSTEM).get('account', draft.world.account);
  const lines = given.lines.map((line) => insertLine(draft, id, line));
  const automatic = given.auto_advance && given.collection_method === 'charge_automatically';
  const fields: Fields = {
    account_country: account?.country ?? null,
    account_name: account?.business_profile?.name ?? null,
    amount_paid: 0,
    application: draft.actor.application,
    attempt_count: 0,
    attempted: false,
    auto_advance: given.auto_advance,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null, provider: null, status: null },
    automatically_finalizes_at: given.auto_advance ? draft.now + 3600 : null,
    billing_reason: given.billing_reason,
    collection_method: given.collection_method,
    currency,
    customer: customer.id,
    ...Object.fromEntries(ADDRESS_FIELDS.map((name) => [`customer_${name}`, customer[name] ?? null])),
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: [],
    discounts: (given.discounts ?? []).map((discount) => discount.id),
    due_date: given.collection_method === 'send_invoice' ? draft.now + (given.days_until_due ?? 30) * 86_400 : null,
    issuer: { type: 'self' },
    lines: { object: 'list', data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    metadata: {},
    next_payment_attempt: automatic ? draft.now + 3600 : null,
    parent:
      subscription === undefined
        ? null
        : {
            quote_details: null,
            subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
            type: 'subscription_details',
          },
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: given.period.end,
    period_start: given.period.start,
    starting_balance: customer.balance ?? 0,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    test_clock: customer.test_clock ?? null,
    ...totalsOf(draft, lines, given.discounts ?? []),
    ...given.fields,
  };
  return draft.make('invoice', { ...fields, id });
}
