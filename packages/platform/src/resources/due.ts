import type { Draft, DueRow, StripeObject } from '../engine/index.ts';
import { owedFee } from './application-fee.ts';
import { expire as expireSession } from './checkout-session/index.ts';
import { expiry } from './checkout-session/terms.ts';
import { ruling } from './dispute/index.ts';
import { voidInvoice } from './invoice/close.ts';
import { collect, finalizeDue } from './invoice/collect.ts';
import { cancel as cancelIntent } from './payment-intent/index.ts';
import { soonRow } from './soon.ts';
import { end, endsAt, endTrial, renew, renewsAt, trialEndsAt } from './subscription/renew.ts';
import { verification } from './tax-id.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Telling changes nothing about the subscription, so a reminder of its own is what falls due, and is gone when it is told. */
function warnOfTrialEnd(draft: Draft, reminder: StripeObject): void {
  const subscription = draft.get('subscription', reminder.id);
  if (subscription?.status === 'trialing') draft.emit('customer.subscription.trial_will_end', subscription);
  draft.remove(reminder, 'gone', { event: null });
}

function expireIncomplete(draft: Draft, subscription: StripeObject): void {
  const invoice = draft.get('invoice', subscription.latest_invoice);
  if (invoice !== undefined && invoice.status === 'open') voidInvoice(draft, invoice);
  else
    draft.set(
      subscription,
      { status: 'incomplete_expired', ended_at: draft.now, canceled_at: draft.now },
      { event: 'customer.subscription.updated' },
    );
}

/** Everything that happens because time passes. Run by the platform's clock and by every test clock alike. */
export const due: readonly DueRow[] = [
  { object: 'subscription', what: 'end', at: endsAt, act: end },
  { object: 'subscription', what: 'end its trial', at: trialEndsAt, act: endTrial },
  { object: 'subscription', what: 'renew', at: renewsAt, act: renew },
  {
    object: 'subscription',
    what: 'expire before its first payment',
    at: (subscription) => (subscription.status === 'incomplete' ? subscription.created + 23 * HOUR : null),
    act: expireIncomplete,
  },
  {
    object: 'invoice',
    what: 'finalize',
    at: (invoice) => (invoice.status === 'draft' && invoice.auto_advance ? invoice.automatically_finalizes_at : null),
    act: finalizeDue,
  },
  {
    object: 'invoice',
    what: 'try to collect',
    at: (invoice) => (invoice.status === 'open' && invoice.auto_advance ? invoice.next_payment_attempt : null),
    act: collect,
  },
  {
    object: 'payment_intent',
    what: 'let go of an authorization',
    at: (intent) => (intent.status === 'requires_capture' ? intent.created + 7 * DAY : null),
    act: (draft, intent) => {
      cancelIntent(draft, intent, 'automatic');
    },
  },
  expiry(expireSession),
  owedFee,
  soonRow([ruling, verification]),
  { object: 'annex.trial_reminder', what: 'warn of the end of a trial', at: (reminder) => reminder.at, act: warnOfTrialEnd },
];
