import type { Draft, StripeObject } from '../../engine/index.ts';
import { billingSettings } from '../billing-settings.ts';
import { asPreview, nextInvoice } from '../invoice/preview.ts';
import { type Reminded, remind } from '../reminder.ts';
import { endsAt } from './cancel.ts';
import { periodEnd } from './renew.ts';

const DAY = 86_400;
const WHAT = 'tell of its next invoice';
const TOLD = new Set(['active', 'incomplete', 'past_due', 'trialing']);

/** When the next invoice of a subscription is made, where it is one that is told of before: charged, and not the last. */
function nextAt(subscription: StripeObject): number | undefined {
  if (!TOLD.has(subscription.status) || subscription.collection_method !== 'charge_automatically') return undefined;
  const at = subscription.status === 'trialing' ? subscription.trial_end : periodEnd(subscription);
  const end = endsAt(subscription);
  return at === undefined || (end !== null && end <= at) ? undefined : at;
}

/** `invoice.upcoming` is told some days before each renewal, as the account has set it. Called whenever a period begins. */
export function remindOfInvoice(draft: Draft, subscription: StripeObject): void {
  const days = billingSettings(draft).upcoming_days;
  const next = nextAt(subscription);
  // Of a period shorter than that nothing is told (daily and most weekly ones).
  if (days === 0 || next === undefined || next - days * DAY <= draft.now) return;
  remind(draft, subscription, { what: WHAT, at: next - days * DAY, test_clock: subscription.test_clock });
}

/** The invoice as it would be, without an id: it can still change. */
function tell(draft: Draft, subscription: StripeObject): void {
  const scratch = draft.scratch();
  const invoice = nextInvoice(scratch, subscription);
  if (invoice === undefined) return;
  const { id: _id, ...upcoming } = asPreview(scratch, invoice);
  draft.emit('invoice.upcoming', upcoming as StripeObject);
}

export const upcomingInvoice: Reminded = {
  object: 'subscription',
  what: WHAT,
  act: (draft, subscription) => {
    const next = nextAt(subscription);
    if (next === undefined) return;
    // The period has been moved since: the reminder moves with it.
    if (next - billingSettings(draft).upcoming_days * DAY > draft.now) remindOfInvoice(draft, subscription);
    else tell(draft, subscription);
  },
};
