import type { DueRow } from '../engine/index.ts';
import { owedFee } from './application-fee.ts';
import { becomeAvailable, fundsArrive } from './balance/index.ts';
import { expiry as chargeExpiry } from './charge/index.ts';
import { expire as expireSession } from './checkout-session/index.ts';
import { expiry } from './checkout-session/terms.ts';
import { discountEnds } from './discount.ts';
import { ruling } from './dispute/index.ts';
import { collect, finalizeDue } from './invoice/collect.ts';
import { dueDates } from './invoice/due-dates.ts';
import { bankAnswers } from './payment-intent/debit.ts';
import { cancel as cancelIntent } from './payment-intent/index.ts';
import { payOut } from './payout/automatic.ts';
import { move as movePayout } from './payout/life.ts';
import { expiry as quoteExpiry } from './quote/index.ts';
import { bankAnswer } from './refund/life.ts';
import { reminderRow } from './reminder.ts';
import { soonRow } from './soon.ts';
import { end, endsAt } from './subscription/cancel.ts';
import { collectionResumesAt, resumeCollection } from './subscription/collection.ts';
import { expireIncomplete } from './subscription/incomplete.ts';
import { billPending, pendingAt } from './subscription/pending-items.ts';
import { expirePending, pendingExpiresAt } from './subscription/pending-update.ts';
import { renew, renewsAt } from './subscription/renew.ts';
import { endTrial, trialEndsAt, trialWarning } from './subscription/trial.ts';
import { upcomingInvoice } from './subscription/upcoming.ts';
import { endWarning, move, movesAt } from './subscription-schedule/transition.ts';
import { verification } from './tax-id.ts';
import { expiry as expireClock } from './test-clock/index.ts';
import { arrival } from './topup.ts';

const HOUR = 3600;
const DAY = 24 * HOUR;

/** Everything that happens because time passes. Run by the platform's clock and by every test clock alike. */
export const due: readonly DueRow[] = [
  { object: 'subscription', what: 'end', at: endsAt, act: end },
  { object: 'subscription', what: 'end its trial', at: trialEndsAt, act: endTrial },
  { object: 'subscription', what: 'collect again', at: collectionResumesAt, act: resumeCollection },
  { object: 'subscription', what: 'let go of an update that was not paid', at: pendingExpiresAt, act: expirePending },
  { object: 'subscription', what: 'renew', at: renewsAt, act: renew },
  { object: 'subscription', what: 'bill what waits', at: pendingAt, act: billPending },
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
  expireClock,
  owedFee,
  bankAnswers,
  becomeAvailable,
  chargeExpiry,
  movePayout,
  payOut,
  arrival,
  soonRow([ruling, verification, bankAnswer, fundsArrive]),
  quoteExpiry,
  { object: 'subscription_schedule', what: 'enter its next phase', at: movesAt, act: move },
  reminderRow([discountEnds, trialWarning, upcomingInvoice, endWarning, ...dueDates]),
];
