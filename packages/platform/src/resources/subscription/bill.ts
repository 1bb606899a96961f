import { type Draft, type Fields, StripeError, type StripeObject } from '../../engine/index.ts';
import { couponOf, inForce, takeOffItems, tellOver } from '../discount.ts';
import { finalize } from '../invoice/finalize.ts';
import type { NewLine } from '../invoice/lines.ts';
import { insertInvoice } from '../invoice/make.ts';
import { finalizePaid } from '../invoice/paid-before.ts';
import { attempt, methodForInvoice } from '../invoice/pay.ts';
import { pendingItems } from '../invoice/pending.ts';

export interface Billing {
  readonly reason: string;
  /** The interval just ended, or the moment of what brings the invoice about. */
  readonly period: { readonly start: number; readonly end: number };
  readonly lines: readonly NewLine[];
  /** Which pending items come with it: all that wait, unless it is said. */
  readonly items?: (item: StripeObject) => boolean;
  /** An invoice of nothing is made too, though there be no line. */
  readonly empty?: boolean;
  /** It stays a draft until somebody finalises it. */
  readonly kept?: boolean;
}

/** The payment method that would pay for a subscription, in Stripe's order of priority. */
export const payerOf = (draft: Draft, subscription: StripeObject): StripeObject | undefined =>
  methodForInvoice(draft, {
    parent: { subscription_details: { subscription: subscription.id } },
    customer: subscription.customer,
  } as unknown as StripeObject);

/** Discounts of its own, or those of its customer where it has none. */
export function discountsOf(draft: Draft, subscription: StripeObject): StripeObject[] {
  const own = inForce(draft, subscription.discounts);
  if (subscription.discounts.length > 0) return own;
  const theirs = draft.get('customer', subscription.customer)?.discount?.id;
  return typeof theirs === 'string' ? inForce(draft, [theirs]) : [];
}

/** A subscription's invoice as a draft with what waits for it; nothing where there is nothing to bill. */
export function billSubscription(draft: Draft, subscription: StripeObject, billing: Billing): StripeObject | undefined {
  const customer = draft.get('customer', subscription.customer)!;
  const waiting = pendingItems(draft, customer.id, { currency: subscription.currency, subscription: subscription.id });
  const items = waiting.filter(billing.items ?? (() => true));
  if (billing.lines.length === 0 && items.length === 0 && billing.empty !== true) return undefined;
  const invoice = insertInvoice(draft, {
    customer,
    currency: subscription.currency,
    billing_reason: billing.reason,
    collection_method: subscription.collection_method,
    lines: billing.lines,
    items,
    subscription,
    discounts: discountsOf(draft, subscription),
    auto_advance: billing.kept !== true,
    days_until_due: subscription.days_until_due,
    period: billing.period,
  });
  draft.set(draft.get('subscription', subscription.id)!, { latest_invoice: invoice.id }, { event: null });
  return draft.get('invoice', invoice.id)!;
}

const lowersOnce = (draft: Draft, discount: StripeObject | undefined): boolean =>
  discount !== undefined && couponOf(draft, discount)?.duration === 'once';

/** A coupon of duration `once` is spent by the first paid invoice that it lowered (captured). */
export function spendOnce(draft: Draft, invoice: StripeObject): Fields {
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  if (subscription === undefined) return {};
  const lowered = new Set(
    (invoice.total_discount_amounts ?? [])
      .filter((each: { amount: number }) => each.amount > 0)
      .map((each: { discount: string }) => each.discount),
  );
  const isSpent = (id: string): boolean => lowered.has(id) && lowersOnce(draft, draft.get('discount', id));
  const own: string[] = [...subscription.discounts, ...subscription.items.data.flatMap((item: StripeObject) => item.discounts)];
  const spent = own.filter(isSpent);
  if (spent.length === 0) return {};
  tellOver(draft, spent);
  takeOffItems(draft, spent);
  return { discounts: subscription.discounts.filter((id: string) => !spent.includes(id)) };
}

/** `on_subscription` keeps the method that paid. */
export function keepPayer(draft: Draft, subscription: StripeObject, invoice: StripeObject): Fields {
  if (subscription.payment_settings?.save_default_payment_method !== 'on_subscription') return {};
  const payment = draft.find('invoice_payment', [['invoice', invoice.id]])[0];
  const method = draft.get('payment_intent', payment?.payment.payment_intent)?.payment_method;
  return typeof method === 'string' ? { default_payment_method: method } : {};
}

/** What a paid invoice means for its subscription, as fields; whoever asks tells the event. */
export function afterPaid(draft: Draft, invoice: StripeObject): Fields {
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  if (subscription === undefined) return {};
  const revives = subscription.latest_invoice === invoice.id && REVIVED.has(subscription.status);
  return {
    ...keepPayer(draft, subscription, invoice),
    ...spendOnce(draft, invoice),
    ...(revives && { status: subscription.trial_end > draft.now ? 'trialing' : 'active' }),
  };
}

const REVIVED = new Set(['incomplete', 'past_due', 'unpaid']);

export type Paid = 'paid' | 'unpaid';

export interface Collection {
  readonly behavior: string;
  readonly offSession: boolean;
  /** A payment that was made before the invoice was. */
  readonly paidBy?: StripeObject | undefined;
}

/** Finalises an invoice and tries to collect it inside the request. `error_if_incomplete` undoes everything where that fails. */
export function payNow(draft: Draft, invoice: StripeObject, { behavior, offSession, paidBy }: Collection): Paid {
  const open = paidBy === undefined ? finalize(draft, invoice) : finalizePaid(draft, invoice, paidBy);
  if (open.status === 'paid') return 'paid';
  const method = methodForInvoice(draft, open);
  if (behavior === 'default_incomplete' || method === undefined) return 'unpaid';
  try {
    const after = attempt(draft, open, { method, offSession, automatic: true });
    if (after.status === 'paid') return 'paid';
  } catch (error) {
    if (!(error instanceof StripeError) || error.status !== 402) throw error;
    if (behavior === 'error_if_incomplete') throw new StripeError(error.refusal);
    return 'unpaid';
  }
  if (behavior === 'error_if_incomplete') throw needsAction();
  return 'unpaid';
}

const needsAction = (): StripeError =>
  new StripeError({
    status: 402,
    type: 'card_error',
    code: 'subscription_payment_intent_requires_action',
    message: 'Payment for this subscription requires additional user action before it can be completed successfully.',
  });
