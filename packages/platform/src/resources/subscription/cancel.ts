import { type Draft, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { billSubscription, payNow } from './bill.ts';
import { itemsOf } from './items.ts';
import { usageLines } from './lines.ts';
import { creditUnused } from './prorate.ts';
import { usedSpan } from './renew.ts';

export const ENDED: ReadonlySet<string> = new Set(['canceled', 'incomplete_expired']);

const LIVING = new Set(['active', 'past_due', 'unpaid', 'trialing', 'paused']);
export const endsAt = (subscription: StripeObject): number | null => (LIVING.has(subscription.status) ? subscription.cancel_at : null);

const isOwn = (subscription: StripeObject) => (item: StripeObject) => item.parent?.subscription_details?.subscription === subscription.id;

/** Unpaid invoices of a subscription stop advancing by themselves. */
function haltInvoices(draft: Draft, subscription: StripeObject): void {
  const halted = { auto_advance: false, automatically_finalizes_at: null, next_payment_attempt: null };
  for (const invoice of draft.find('invoice', [['parent.subscription_details.subscription', subscription.id]])) {
    const isUnpaid = invoice.status === 'open' || invoice.status === 'draft';
    if (isUnpaid && invoice.auto_advance) draft.set(invoice, halted, { event: 'invoice.updated' });
  }
}

function dropProrations(draft: Draft, subscription: StripeObject): void {
  const own = isOwn(subscription);
  const pending = draft.find(
    'invoiceitem',
    [['customer', subscription.customer]],
    (row) => row.invoice === null && row.proration && own(row),
  );
  for (const item of pending) draft.remove(item, 'stub');
}

/** The last invoice: what was used and not billed, and what waits. */
function finalInvoice(draft: Draft, subscription: StripeObject): StripeObject | undefined {
  const used = itemsOf(draft, subscription.id).map((item) => {
    const span = usedSpan(item);
    return { item, period: { start: Math.min(span.start, draft.now), end: Math.min(span.end, draft.now) } };
  });
  const lines = usageLines(draft, subscription, used).filter((line) => line.quantity !== 0);
  const period = { start: Math.min(...used.map(({ period: own }) => own.start), draft.now), end: draft.now };
  return billSubscription(draft, subscription, { reason: 'subscription_cycle', period, lines, items: isOwn(subscription) });
}

/**
 * Ends it now. Unpaid invoices stop advancing; `prorate` credits what is left of the periods, `invoice_now` bills it and what
 * was used; without both what was prorated and not billed is dropped.
 */
export function cancelNow(draft: Draft, subscription: StripeObject, params: Params): StripeObject {
  if (ENDED.has(subscription.status)) throw noSuch('subscription', subscription.id, { param: 'id', inPath: true });
  haltInvoices(draft, subscription);
  if (params.prorate === true) creditUnused(draft, subscription, draft.now);
  if (params.invoice_now === true) {
    const invoice = finalInvoice(draft, subscription);
    if (invoice !== undefined && subscription.collection_method === 'charge_automatically')
      payNow(draft, invoice, { behavior: 'allow_incomplete', offSession: true });
  } else if (params.prorate !== true) dropProrations(draft, subscription);
  return close(draft, subscription, params);
}

function close(draft: Draft, subscription: StripeObject, params: Params): StripeObject {
  const { reason = 'cancellation_requested', cancellation_details: details } = params;
  const fields = {
    status: 'canceled',
    canceled_at: subscription.canceled_at ?? draft.now,
    cancellation_details: { ...subscription.cancellation_details, ...details, reason },
    ended_at: draft.now,
    pending_update: null,
  };
  return draft.set(draft.get('subscription', subscription.id)!, fields, { event: 'customer.subscription.deleted' });
}

/** The end that was asked for earlier: what was used, and what waits, is billed by a last invoice. */
export function end(draft: Draft, subscription: StripeObject): void {
  if (subscription.status !== 'unpaid') finalInvoice(draft, subscription);
  close(draft, draft.get('subscription', subscription.id)!, {});
}
