import type { Draft, DueRow, StripeObject } from '../../engine/index.ts';
import { makeCharge, settle, termsOf } from '../charge/make.ts';
import { claim } from '../dispute/open.ts';
import { BANK_REFUSALS } from '../payment-method/banks.ts';
import { cardOfNumber } from '../payment-method/cards.ts';
import { bankOfMethod } from '../payment-method/debit.ts';
import { fail } from './decline.ts';

/** What a bank has been asked and not answered yet. Debits live on the platform's clock: a test clock collects none (documented). */
const ASKED = 'annex.debit';
const NO_CARD = cardOfNumber('');

/** Asks the bank: the charge is pending, the intent processing, until it answers. */
export function debit(draft: Draft, intent: StripeObject, method: StripeObject): StripeObject {
  const bank = bankOfMethod(draft, method);
  const charge = makeCharge(draft, { terms: termsOf(intent), method, card: NO_CARD, captured: true, decline: undefined, pending: true });
  if (bank.debit !== 'stays')
    draft.insert({ id: charge.id, object: ASKED, at: draft.now + (bank.after ?? 0), created: draft.now }, { event: null });
  const fields = { status: 'processing', latest_charge: charge.id, last_payment_error: null, next_action: null };
  return draft.set(intent, fields, { event: 'payment_intent.processing' });
}

function succeed(draft: Draft, charge: StripeObject, intent: StripeObject): void {
  const settled = settle(draft, { ...charge, amount_captured: charge.amount }, NO_CARD);
  const paid = draft.set(charge, { status: 'succeeded', paid: true, ...settled }, { event: 'charge.succeeded' });
  draft.set(intent, { status: 'succeeded', amount_received: paid.amount }, { event: 'payment_intent.succeeded' });
}

function refuse(draft: Draft, charge: StripeObject, given: { intent: StripeObject; method: StripeObject; code: string }): void {
  const { intent, method, code } = given;
  const message = BANK_REFUSALS[code] ?? 'The bank refused the debit.';
  const fields = { status: 'failed', paid: false, captured: false, amount_captured: 0, failure_code: code, failure_message: message };
  const failed = draft.set(charge, fields, { event: 'charge.failed' });
  fail(draft, intent, { method, charge: failed, decline: { code: 'payment_method_provider_decline', decline_code: null, message } });
}

export const bankAnswers: DueRow = {
  object: ASKED,
  what: 'hear from the bank',
  at: (row) => row.at,
  act: (draft, row) => {
    const charge = draft.get('charge', row.id);
    const intent = draft.get('payment_intent', charge?.payment_intent);
    const method = draft.get('payment_method', charge?.payment_method);
    draft.remove(row, 'gone', { event: null });
    if (charge?.status !== 'pending' || intent?.status !== 'processing' || method === undefined) return;
    const bank = bankOfMethod(draft, method);
    if (typeof bank.debit === 'object') refuse(draft, charge, { intent, method, code: bank.debit.fails });
    else succeed(draft, charge, intent);
    if (bank.disputes === true)
      claim(draft, draft.get('charge', charge.id)!, { amount: charge.amount, reason: 'debit_not_authorized', inquiry: false });
  },
};

/** A debit that has not been answered is taken back. */
export function withdraw(draft: Draft, intent: StripeObject): void {
  const charge = draft.get('charge', intent.latest_charge);
  if (charge?.status !== 'pending') return;
  const asked = draft.get(ASKED, charge.id);
  if (asked !== undefined) draft.remove(asked, 'gone', { event: null });
  draft.set(
    charge,
    { status: 'failed', paid: false, captured: false, amount_captured: 0, failure_message: 'The payment was canceled.' },
    { event: 'charge.failed' },
  );
}
