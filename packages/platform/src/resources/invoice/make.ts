import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { SYSTEM } from '../../engine/index.ts';
import { taxIdsOf } from '../tax-id.ts';
import { draftLine, type NewLine } from './lines.ts';
import { claim } from './pending.ts';
import { automaticTax } from './tax.ts';
import { totalsOf } from './total.ts';

export interface NewInvoice {
  /** Where something was made for it before. */
  readonly id?: string;
  readonly customer: StripeObject;
  readonly currency: string;
  readonly billing_reason: string;
  readonly collection_method: string;
  readonly lines: readonly NewLine[];
  /** Items that waited for it, newest first. */
  readonly items?: readonly StripeObject[];
  readonly subscription?: StripeObject;
  readonly discounts?: readonly StripeObject[];
  /** Whole tax rates; those of the subscription unless they are given. */
  readonly default_tax_rates?: readonly StripeObject[];
  readonly automatic_tax?: boolean;
  readonly shipping_cost?: { readonly amount_subtotal: number; readonly shipping_rate: string } | null;
  readonly auto_advance: boolean;
  readonly days_until_due?: number | null;
  readonly period: { readonly start: number; readonly end: number };
  readonly fields?: Fields;
}

const ADDRESS_FIELDS = ['address', 'email', 'name', 'phone', 'shipping'] as const;
export const HOUR = 3600;
const DAY = 24 * HOUR;

/** What an invoice copies from its customer; until it is finalised it follows the customer. */
export const fromCustomer = (draft: Draft, customer: StripeObject): Fields => ({
  ...Object.fromEntries(ADDRESS_FIELDS.map((name) => [`customer_${name}`, customer[name] ?? null])),
  customer_tax_exempt: customer.tax_exempt ?? 'none',
  customer_tax_ids: taxIdsOf(draft, customer.id),
});

export const shippingOf = (cost: NewInvoice['shipping_cost']): Fields | null =>
  cost === undefined || cost === null
    ? null
    : {
        amount_subtotal: cost.amount_subtotal,
        amount_tax: 0,
        amount_total: cost.amount_subtotal,
        shipping_rate: cost.shipping_rate,
        taxes: [],
      };

const subscriptionParent = (subscription: StripeObject): Fields => ({
  quote_details: null,
  subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
  type: 'subscription_details',
});

/** When a draft is finalised, and first charged: an hour after it was made (captured). */
export const schedule = (draft: Draft, invoice: { auto_advance: boolean; collection_method: string }): Fields => ({
  automatically_finalizes_at: invoice.auto_advance ? draft.now + HOUR : null,
  next_payment_attempt: invoice.auto_advance && invoice.collection_method === 'charge_automatically' ? draft.now + HOUR : null,
});

/** How a subscription is paid, its invoices are. */
const paymentSettings = (subscription: StripeObject | undefined): Fields => ({
  default_mandate: null,
  payment_method_options: subscription?.payment_settings?.payment_method_options ?? null,
  payment_method_types: subscription?.payment_settings?.payment_method_types ?? null,
});

/** A draft invoice with its lines: they are reckoned first, so that `invoice.created` tells them as they are. */
export function insertInvoice(draft: Draft, given: NewInvoice): StripeObject {
  const { customer, subscription, currency } = given;
  const id = given.id ?? draft.id('invoice');
  const account = draft.in(SYSTEM).get('account', draft.world.account);
  const rates = given.default_tax_rates ?? subscription?.default_tax_rates ?? [];
  const discounts = given.discounts ?? [];
  const shipping = shippingOf(given.shipping_cost);
  const copied = fromCustomer(draft, customer);
  const lines = [...given.lines, ...claim(draft, id, given.items ?? [])].map((line) => draftLine(draft, id, line));
  const totals = totalsOf(draft, lines, {
    customer,
    currency,
    discounts,
    default_tax_rates: rates,
    customer_tax_exempt: copied.customer_tax_exempt,
    shipping_cost: shipping as { amount_subtotal: number } | null,
  });
  lines.forEach((line, index) => {
    draft.insert({ ...line, ...totals.lines[index] }, { event: null });
  });
  const fields = Object.assign(draft.blank('invoice', id), copied, schedule(draft, given), {
    account_country: account?.country ?? null,
    account_name: account?.business_profile?.name ?? null,
    account_tax_ids: null,
    amount_overpaid: 0,
    amount_paid: 0,
    application: draft.actor.application,
    attempt_count: 0,
    attempted: false,
    auto_advance: given.auto_advance,
    automatic_tax: automaticTax(draft, given.automatic_tax ?? subscription?.automatic_tax?.enabled ?? false, { customer, rates }),
    billing_reason: given.billing_reason,
    collection_method: given.collection_method,
    currency,
    custom_fields: customer.invoice_settings?.custom_fields ?? null,
    customer: customer.id,
    default_tax_rates: rates,
    discounts: discounts.map((discount) => discount.id),
    due_date: given.collection_method === 'send_invoice' ? draft.now + (given.days_until_due ?? 30) * DAY : null,
    footer: customer.invoice_settings?.footer ?? null,
    issuer: { type: 'self' },
    lines: { object: 'list', data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    metadata: {},
    parent: subscription === undefined ? null : subscriptionParent(subscription),
    payment_settings: paymentSettings(subscription),
    period_end: given.period.end,
    period_start: given.period.start,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    shipping_cost: shipping,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    test_clock: customer.test_clock ?? null,
  });
  return draft.insert(Object.assign(fields, totals.invoice, given.fields));
}
