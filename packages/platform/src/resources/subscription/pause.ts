import { type Draft, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { afterPaid, billSubscription, payNow } from './bill.ts';
import { itemsOf, naturalPeriod } from './items.ts';
import { linesFor, usageLines } from './lines.ts';
import { applyPending, PENDING_NOTHING } from './pending-update.ts';
import { insertProrations, prorations } from './prorate.ts';
import { scheduled } from './refusals.ts';
import { usedSpan } from './renew.ts';
import { pausedBecause } from './trial.ts';

const HOUR = 3600;
const onlyAutomatic = () => invalid('You can only resume a subscription whose `collection_method` is `charge_automatically`.', undefined);

/** `POST …/pause`: no invoices until it is resumed; what was used and not used up to now is settled as it is asked for. */
export function pause(draft: Draft, subscription: StripeObject, params: Params): StripeObject {
  if (typeof subscription.schedule === 'string') throw scheduled(subscription.schedule);
  const { bill_for: bill, invoicing_behavior: invoicing = 'pending_invoice_item' } = params;
  const unused = bill?.unused_time_from?.type ?? 'now';
  for (const item of itemsOf(draft, subscription.id)) {
    if (unused === 'none' || subscription.status === 'trialing') continue;
    const at = unused === 'now' ? draft.now : item.current_period_start;
    insertProrations(draft, prorations(draft, subscription, { changes: [{ before: item }], items: [], at, creditsOnly: true }));
  }
  const used = itemsOf(draft, subscription.id).map((item) => ({ item, period: { start: usedSpan(item).start, end: draft.now } }));
  const through = bill?.outstanding_usage_through?.type ?? 'now';
  const lines = through === 'none' ? [] : usageLines(draft, subscription, used).filter((line) => line.quantity !== 0);
  if (invoicing === 'invoice' || lines.length > 0) {
    const invoice = billSubscription(draft, subscription, {
      reason: 'subscription_update',
      period: { start: draft.now, end: draft.now },
      lines,
    });
    if (invoice !== undefined && subscription.collection_method === 'charge_automatically')
      payNow(draft, invoice, { behavior: 'allow_incomplete', offSession: true });
  }
  const fields = { status: 'paused', status_details: pausedBecause(draft, 'pause_requested') };
  return draft.set(draft.get('subscription', subscription.id)!, fields, { event: 'customer.subscription.paused' });
}

/** Items in the periods that they resume in: a new cycle, or what is left of the running one. */
function resumedItems(draft: Draft, subscription: StripeObject, anew: boolean): StripeObject[] {
  const cycle = anew ? { ...subscription, billing_cycle_anchor: draft.now, billing_cycle_anchor_config: null } : subscription;
  return itemsOf(draft, subscription.id).map((item) => {
    const { end } = naturalPeriod(cycle, item.price, draft.now);
    return { ...item, current_period_start: draft.now, current_period_end: end };
  });
}

/**
 * `POST …/resume`: the change waits in `pending_update` until its invoice is paid, which is tried at once. Unpaid the
 * subscription stays paused, unless it was asked to resume by the attempt alone.
 */
export function resume(draft: Draft, subscription: StripeObject, params: Params): StripeObject {
  if (subscription.collection_method !== 'charge_automatically') throw onlyAutomatic();
  const anew = (params.billing_cycle_anchor?.type ?? 'now') === 'now';
  const items = resumedItems(draft, subscription, anew);
  const anchor = anew ? draft.now : subscription.billing_cycle_anchor;
  const pending_update = {
    ...PENDING_NOTHING,
    billing_cycle_anchor: anew ? anchor : null,
    expires_at: draft.now + 23 * HOUR,
    subscription_items: items,
  };
  const waiting = draft.set(subscription, { pending_update }, { event: 'customer.subscription.updated' });
  const view = { ...waiting, billing_cycle_anchor: anchor, ...(anew && { billing_cycle_anchor_config: null }) };
  const lines = !anew && params.proration_behavior === 'none' ? [] : linesFor(draft, view, items);
  const invoice = billSubscription(draft, view, { reason: 'subscription_update', period: { start: draft.now, end: draft.now }, lines });
  const paid = invoice === undefined || payNow(draft, invoice, { behavior: 'allow_incomplete', offSession: true }) === 'paid';
  if (paid && invoice !== undefined)
    draft.set(draft.get('subscription', subscription.id)!, afterPaid(draft, draft.get('invoice', invoice.id)!), { event: null });
  const now = draft.get('subscription', subscription.id)!;
  if (paid) return applyPending(draft, now, 'active');
  if (params.payment_behavior === 'resume_on_payment_attempt') return applyPending(draft, now, 'past_due');
  return draft.set(now, {}, { event: null });
}
