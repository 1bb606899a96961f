import type { Draft, DueRow, StripeObject } from '../../engine/index.ts';
import { post } from '../balance/ledger.ts';
import { bankOf } from '../external-account.ts';
import { BANK_REFUSALS } from '../payment-method/banks.ts';

const HOUR = 3600;

/** A payout can be canceled for an hour; then it is sent, and arrives on its day. */
const movesAt = (payout: StripeObject): number | null => {
  if (payout.status === 'in_transit') return payout.arrival_date;
  if (payout.status !== 'pending') return null;
  return payout.method === 'instant' ? payout.created : payout.created + HOUR;
};

function send(draft: Draft, payout: StripeObject): void {
  draft.set(payout, { status: 'in_transit' });
}

function pay(draft: Draft, payout: StripeObject): void {
  const trace = { status: 'supported', value: `0${String(payout.created).slice(-9)}${payout.id.length}` };
  const done = payout.automatic ? { reconciliation_status: 'completed' } : {};
  const paid = draft.set(payout, { status: 'paid', trace_id: trace, ...done }, { event: 'payout.paid' });
  if (payout.automatic) draft.emit('payout.reconciliation_completed', paid);
}

/** The money comes back, and the bank account takes no payouts until it is updated (documented). */
function fail(draft: Draft, payout: StripeObject, given: { account: StripeObject; code: string }): void {
  const { account, code } = given;
  const movement = post(draft, {
    amount: payout.amount,
    currency: payout.currency,
    type: 'payout_failure',
    reporting_category: 'payout_failure',
    source: payout.id,
    description: 'PAYOUT FAILURE',
    available_on: draft.now,
  });
  const told = { status: 'failed', failure_code: code, failure_message: BANK_REFUSALS[code], failure_balance_transaction: movement.id };
  draft.set(payout, told, { event: 'payout.failed' });
  draft.set(account, { status: 'errored' }, { event: 'account.external_account.updated' });
}

export const move: DueRow = {
  object: 'payout',
  what: 'be sent, and arrive',
  at: movesAt,
  act: (draft, payout) => {
    if (payout.status === 'pending') return send(draft, payout);
    const account = draft.get(payout.type, payout.destination);
    const code = account === undefined ? undefined : bankOf(draft, account).payout;
    return account === undefined || code === undefined ? pay(draft, payout) : fail(draft, payout, { account, code });
  },
};

/** Takes the money back while it has not been sent. */
export function cancel(draft: Draft, payout: StripeObject): StripeObject {
  const movement = post(draft, {
    amount: payout.amount,
    currency: payout.currency,
    type: 'payout_cancel',
    reporting_category: 'payout_reversal',
    source: payout.id,
    description: 'PAYOUT CANCEL',
    available_on: draft.now,
  });
  return draft.set(payout, { status: 'canceled', failure_balance_transaction: movement.id }, { event: 'payout.canceled' });
}
