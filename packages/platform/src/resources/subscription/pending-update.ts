import type { Draft, Fields, Params, StripeObject } from '../../engine/index.ts';
import { voidInvoice } from '../invoice/close.ts';
import { applyPlan, billPlan, tellUpdated, type Work } from './apply.ts';
import { afterPaid, payNow } from './bill.ts';
import { endFields, moveEnds } from './ending.ts';
import { itemsOf } from './items.ts';
import type { ItemChange } from './prorate.ts';
import { uncredit } from './prorate.ts';
import { notWhilePending } from './refusals.ts';

const HOUR = 3600;
const EXPIRES = 23 * HOUR;

/** What may wait for a payment (documented); everything else would be half done. */
const MAY_WAIT = new Set([
  'add_invoice_items',
  'billing_cycle_anchor',
  'cancel_at_period_end',
  'discounts',
  'items',
  'metadata',
  'off_session',
  'payment_behavior',
  'proration_behavior',
  'proration_date',
  'trial_end',
  'trial_from_plan',
]);

/** A pending update that changes nothing yet. */
export const PENDING_NOTHING = {
  billing_cycle_anchor: null,
  cancel_at_period_end: null,
  discount: null,
  discounts: null,
  metadata: null,
  subscription_items: null,
  trial_end: null,
  trial_from_plan: null,
};

export function checkPending(params: Params): void {
  const others = Object.keys(params).filter((name) => !MAY_WAIT.has(name));
  if (others.length > 0) throw notWhilePending(others);
}

/** Bills a change first and makes it only when that is paid; until then it stands in `pending_update`. */
export function holdBack(draft: Draft, before: StripeObject, work: Work, atEnd: boolean | null): StripeObject {
  const { plan } = work;
  const view = { ...before, ...plan.fields } as StripeObject;
  const invoice = billPlan(draft, before, view, work);
  const outcome = invoice === undefined ? 'paid' : payNow(draft, invoice, { behavior: 'allow_incomplete', offSession: false });
  const now = draft.get('subscription', before.id)!;
  if (outcome === 'paid') {
    applyPlan(draft, now, plan);
    const after = invoice === undefined ? {} : afterPaid(draft, draft.get('invoice', invoice.id)!);
    draft.set(draft.get('subscription', before.id)!, after, { event: null });
    endAsAsked(draft, before.id, atEnd);
    return tellUpdated(draft, before);
  }
  const { fields } = plan;
  const pending = {
    ...PENDING_NOTHING,
    billing_cycle_anchor: fields.billing_cycle_anchor ?? null,
    cancel_at_period_end: atEnd,
    discounts: fields.discounts ?? null,
    expires_at: draft.now + EXPIRES,
    metadata: fields.metadata ?? null,
    subscription_items: plan.items,
    trial_end: fields.trial_end ?? null,
  };
  draft.set(now, { pending_update: pending }, { event: null });
  return tellUpdated(draft, before);
}

function changesTo(draft: Draft, subscription: StripeObject, items: readonly StripeObject[]): ItemChange[] {
  const current = itemsOf(draft, subscription.id);
  const find = (list: readonly StripeObject[], id: string) => list.find((item) => item.id === id);
  const removed = current.filter((item) => find(items, item.id) === undefined).map((before): ItemChange => ({ before }));
  const rest = items.map((after): ItemChange => {
    const before = find(current, after.id);
    return before === undefined ? { after } : { before, after };
  });
  return [...rest, ...removed];
}

/** `cancel_at_period_end` waits with the rest of its update; the periods that it counts from are those of the update. */
function endAsAsked(draft: Draft, id: string, atEnd: boolean | null): void {
  if (atEnd === null) return;
  const subscription = draft.get('subscription', id)!;
  moveEnds(draft, subscription, endFields(draft, subscription, { cancel_at_period_end: atEnd }), 'none');
}

/** The invoice of a pending update is paid: it is made now. A paused subscription resumes by it, into `resumed`. */
export function applyPending(draft: Draft, subscription: StripeObject, resumed = 'active'): StripeObject {
  const pending = subscription.pending_update;
  const kept = ['billing_cycle_anchor', 'discounts', 'metadata', 'trial_end'].filter((name) => pending[name] !== null);
  const isPaused = subscription.status === 'paused';
  const status =
    typeof pending.trial_end === 'number'
      ? pending.trial_end > draft.now
        ? 'trialing'
        : 'active'
      : isPaused
        ? resumed
        : subscription.status;
  const fields: Fields = {
    ...Object.fromEntries(kept.map((name) => [name, pending[name]])),
    pending_update: null,
    status,
    ...(isPaused && { status_details: undefined }),
  };
  const items = pending.subscription_items ?? itemsOf(draft, subscription.id);
  applyPlan(draft, subscription, { changes: changesTo(draft, subscription, items), fields });
  endAsAsked(draft, subscription.id, pending.cancel_at_period_end);
  const after = draft.get('subscription', subscription.id)!;
  if (isPaused) draft.emit('customer.subscription.resumed', after);
  else tellUpdated(draft, subscription);
  draft.emit('customer.subscription.pending_update_applied', after);
  return after;
}

export const pendingExpiresAt = (subscription: StripeObject): number | null | undefined => subscription.pending_update?.expires_at;

/** Unpaid to the end: its invoice is void, what it credited is not, and the subscription goes on as it was. */
export function expirePending(draft: Draft, subscription: StripeObject): void {
  const invoice = draft.get('invoice', subscription.latest_invoice);
  draft.set(subscription, { pending_update: null }, { event: null });
  if (invoice?.status === 'open') {
    voidInvoice(draft, invoice);
    uncredit(draft, draft.find('invoiceitem', [['invoice', invoice.id]]));
  }
  draft.emit('customer.subscription.pending_update_expired', tellUpdated(draft, subscription));
}
