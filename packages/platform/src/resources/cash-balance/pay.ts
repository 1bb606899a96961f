import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { makeCharge, termsOf } from '../charge/make.ts';
import { cardOfNumber } from '../payment-method/cards.ts';

const CASH = 'annex.cash';

/** Minor units that a customer has sent and that paid for nothing yet. */
export const cashOf = (draft: Draft, customer: string, currency: string): number => draft.get(CASH, `${customer}/${currency}`)?.amount ?? 0;

/** Adds to a customer's cash (or takes from it), with the line that says why. */
export function moveCash(draft: Draft, customer: string, given: { currency: string; by: number; fields: Fields }): StripeObject {
  const { currency, by, fields } = given;
  const id = `${customer}/${currency}`;
  const known = draft.get(CASH, id);
  const after = (known?.amount ?? 0) + by;
  if (known === undefined) draft.insert({ id, object: CASH, customer, currency, amount: after, created: draft.now }, { event: null });
  else draft.set(known, { amount: after }, { event: null });
  return draft.make('customer_cash_balance_transaction', {
    currency,
    customer,
    customer_account: null,
    ending_balance: after,
    net_amount: by,
    ...fields,
  });
}

/** By currency; `null` where there never was any. */
export function available(draft: Draft, customer: string): Record<string, number> | null {
  const rows = draft.find(CASH, [['customer', customer]]);
  return rows.length === 0 ? null : Object.fromEntries(rows.map((row) => [row.currency, row.amount]));
}

/** What was put towards an intent so far. */
const paidOf = (draft: Draft, intent: StripeObject): number => draft.get('annex.funded', intent.id)?.amount ?? 0;

function note(draft: Draft, intent: StripeObject, amount: number): void {
  const known = draft.get('annex.funded', intent.id);
  if (known === undefined) draft.insert({ id: intent.id, object: 'annex.funded', amount, created: draft.now }, { event: null });
  else draft.set(known, { amount }, { event: null });
}

function instructions(intent: StripeObject, remaining: number): Fields {
  const type = intent.payment_method_options?.customer_balance?.bank_transfer?.type ?? 'us_bank_transfer';
  const details = {
    amount_remaining: remaining,
    currency: intent.currency,
    financial_addresses: [],
    hosted_instructions_url: null,
    reference: null,
    type,
  };
  return { type: 'display_bank_transfer_instructions', display_bank_transfer_instructions: details };
}

/** Puts cash towards an intent: all that is there, at most what is missing. */
export function payFromCash(draft: Draft, intent: StripeObject, method: StripeObject, most = Number.POSITIVE_INFINITY): StripeObject {
  const { customer, currency } = intent;
  const before = paidOf(draft, intent);
  const by = Math.min(intent.amount - before, cashOf(draft, customer, currency), most);
  if (by > 0) {
    moveCash(draft, customer, {
      currency,
      by: -by,
      fields: { type: 'applied_to_payment', applied_to_payment: { payment_intent: intent.id } },
    });
    note(draft, intent, before + by);
  }
  const remaining = intent.amount - before - by;
  if (remaining === 0) return pay(draft, intent, method);
  const fields = { status: 'requires_action', next_action: instructions(intent, remaining) };
  if (intent.status !== 'requires_action') return draft.set(intent, fields, { event: 'payment_intent.requires_action' });
  return draft.set(intent, fields, { event: by > 0 ? 'payment_intent.partially_funded' : null });
}

function pay(draft: Draft, intent: StripeObject, method: StripeObject): StripeObject {
  const charge = makeCharge(draft, { terms: termsOf(intent), method, card: cardOfNumber(''), captured: true, decline: undefined });
  const fields = {
    status: 'succeeded',
    amount_received: intent.amount,
    latest_charge: charge.id,
    last_payment_error: null,
    next_action: null,
  };
  return draft.set(intent, fields, { event: 'payment_intent.succeeded' });
}

/** Cash that came in pays for what waits for it, the oldest first. */
export function reconcile(draft: Draft, customer: string, currency: string): void {
  const waiting = draft.find('payment_intent', [['customer', customer]], (row) => row.currency === currency && isFunded(row)).reverse();
  for (const intent of waiting) {
    const method = draft.get('payment_method', intent.payment_method);
    if (method !== undefined && cashOf(draft, customer, currency) > 0) payFromCash(draft, intent, method);
  }
}

const isFunded = (row: StripeObject): boolean =>
  row.status === 'requires_action' && row.next_action?.type === 'display_bank_transfer_instructions';
