import { type Draft, type Fields, previousAttributes, type StripeObject } from '../../engine/index.ts';
import type { NewLine } from '../invoice/lines.ts';
import { insertItem as insertInvoiceItem } from '../invoiceitem.ts';
import { afterPaid, billSubscription, type Collection, payNow } from './bill.ts';
import { isPriced, type Plan } from './change.ts';
import { isMetered } from './items.ts';
import { linesFor, trialLines, usageLines } from './lines.ts';
import { insertProrations, prorations } from './prorate.ts';
import { usedSpan } from './renew.ts';
import { remindOfTrialEnd } from './trial.ts';

/** Stores the items and fields of a plan. Tells nothing: one event tells all of an update when it is done. */
export function applyPlan(draft: Draft, subscription: StripeObject, plan: Pick<Plan, 'changes' | 'fields'>): StripeObject {
  for (const { before, after } of plan.changes) {
    if (after === undefined) draft.remove(draft.get('subscription_item', before!.id)!, 'stub', { event: null });
    else if (before === undefined) draft.insert(after, { event: null });
    else replaceItem(draft, after);
  }
  const changed = draft.set(draft.get('subscription', subscription.id)!, plan.fields, { event: null });
  if (plan.fields.status === 'trialing' && changed.trial_end !== subscription.trial_end) remindOfTrialEnd(draft, changed);
  return changed;
}

/** A metered item has no quantity, so that a field may have to go. */
function replaceItem(draft: Draft, after: StripeObject): void {
  const known = draft.get('subscription_item', after.id)!;
  draft.set(known, after.quantity === undefined && known.quantity !== undefined ? { ...after, quantity: undefined } : after, {
    event: null,
  });
}

/** `customer.subscription.updated` with what changed since; nothing where nothing did. */
export function tellUpdated(draft: Draft, before: StripeObject): StripeObject {
  const after = draft.get('subscription', before.id)!;
  const previous = previousAttributes(before, after);
  if (previous !== undefined) draft.emit('customer.subscription.updated', after, { previous });
  return after;
}

export interface Work {
  readonly plan: Plan;
  /** `add_invoice_items`, as lines. */
  readonly extra: readonly NewLine[];
}

/** Whether a plan is billed at once. Otherwise what it costs waits for the next invoice. */
export const billsNow = (subscription: StripeObject, { plan, extra }: Work): boolean =>
  plan.resets ||
  (plan.proration === 'always_invoice' && (extra.length > 0 || (subscription.status !== 'trialing' && plan.changes.some(isPriced))));

/** What the old configuration is credited and the new one charged. Nothing in a trial, and nothing where it is turned off. */
function prorationsOf(draft: Draft, subscription: StripeObject, plan: Plan) {
  if (plan.proration === 'none' || subscription.status === 'trialing') return [];
  const changes = plan.resets ? plan.changes : plan.changes.filter(isPriced);
  // What is charged from now on has the discounts of now; those of the same update are among them.
  const discounts = (plan.fields.discounts as string[] | undefined) ?? subscription.discounts;
  return prorations(draft, { ...subscription, discounts }, { changes, items: plan.items, at: plan.at, creditsOnly: plan.resets });
}

/** A flexible subscription bills what was used of a metered item that goes (documented); a classic one lets it be. */
function usageOfRemoved(draft: Draft, subscription: StripeObject, plan: Plan): NewLine[] {
  if (subscription.billing_mode.type !== 'flexible' || plan.proration === 'none') return [];
  const gone = plan.changes.flatMap(({ before, after }) =>
    before !== undefined && (after === undefined || after.price.id !== before.price.id) ? [before] : [],
  );
  const used = gone.filter((item) => isMetered(item.price)).map((item) => ({ item, period: { ...usedSpan(item), end: draft.now } }));
  return usageLines(draft, subscription, used).filter((line) => line.quantity !== 0);
}

const itemOfLine = (draft: Draft, subscription: StripeObject, line: NewLine): StripeObject => {
  const { amount, currency, description, period, price, quantity, discountable, metadata } = line;
  return insertInvoiceItem(draft, {
    customer: subscription.customer,
    amount,
    currency,
    description,
    period,
    quantity: quantity ?? 1,
    subscription,
    ...(price !== undefined && { price }),
    ...(discountable !== undefined && { discountable }),
    ...(metadata !== undefined && { metadata }),
  });
};

/** Leaves what a plan costs for the next invoice. */
export function leaveWaiting(draft: Draft, subscription: StripeObject, { plan, extra }: Work): void {
  insertProrations(draft, prorationsOf(draft, subscription, plan));
  for (const line of [...usageOfRemoved(draft, subscription, plan), ...extra]) itemOfLine(draft, subscription, line);
}

/** The invoice of a plan, as a draft: `view` is the subscription as it will be, stored or not. */
export function billPlan(draft: Draft, before: StripeObject, view: StripeObject, { plan, extra }: Work): StripeObject | undefined {
  const own = new Set(insertProrations(draft, prorationsOf(draft, before, plan)).map((item) => item.id));
  const whole = plan.trial ? trialLines(draft, view, plan.items) : plan.resets ? linesFor(draft, view, plan.items) : [];
  // An anchor that a classic subscription moves itself leaves older items waiting (documented).
  const ownOnly = plan.resets && plan.proration === 'always_invoice' && before.billing_mode.type === 'classic';
  return billSubscription(draft, view, {
    reason: 'subscription_update',
    period: { start: draft.now, end: draft.now },
    lines: [...usageOfRemoved(draft, before, plan), ...whole, ...extra],
    ...(ownOnly && { items: (item: StripeObject) => own.has(item.id) }),
  });
}

/** Collects the invoice of a change inside the request: unpaid it makes the subscription past due, and the change stays. */
export function settlePlan(draft: Draft, subscription: StripeObject, invoice: StripeObject | undefined, how: Collection): void {
  if (invoice === undefined || subscription.collection_method !== 'charge_automatically') return;
  const outcome = payNow(draft, invoice, how);
  const now = draft.get('subscription', subscription.id)!;
  const fields: Fields =
    outcome === 'paid' ? afterPaid(draft, draft.get('invoice', invoice.id)!) : now.status === 'active' ? { status: 'past_due' } : {};
  draft.set(now, fields, { event: null });
}
