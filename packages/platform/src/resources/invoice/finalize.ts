import { settleInvoice } from '@annex/money';
import { type Draft, type Fields, previousAttributes, StripeError, type StripeObject } from '../../engine/index.ts';
import { balanceIn, moveBalance } from '../customer-balance.ts';
import { insertIntent } from '../payment-intent/insert.ts';
import { methodOptions } from '../payment-intent/options.ts';
import { addressOf } from './address.ts';
import { remindOfDueDate } from './due-dates.ts';
import { feeOf } from './fee.ts';
import { fromCustomer } from './make.ts';
import { takeNumber } from './number.ts';
import { markPaid } from './paid.ts';
import { insertPayment } from './payment.ts';
import { assertLocated } from './tax.ts';
import { retotal } from './total.ts';

/** The customer's balance meets the invoice, its sequence moves on, its currency is settled: one event of the customer. */
function moveCustomer(draft: Draft, invoice: StripeObject): { due: number; starting: number; ending: number; number: string } {
  const before = draft.get('customer', invoice.customer)!;
  const { currency } = invoice;
  const starting = balanceIn(before, currency);
  const settled = settleInvoice(invoice.total, starting, currency);
  const move = { currency, invoice: invoice.id };
  moveBalance(draft, before.id, { ...move, amount: settled.applied, type: 'applied_to_invoice' }, { quiet: true });
  moveBalance(draft, before.id, { ...move, amount: settled.tooSmall, type: 'invoice_too_small' }, { quiet: true });
  const number = takeNumber(draft, invoice);
  const moved = draft.get('customer', before.id)!;
  const after = moved.currency === null ? draft.set(moved, { currency }, { event: null }) : moved;
  const previous = previousAttributes(before, after);
  if (previous !== undefined) draft.emit('customer.updated', after, { previous });
  return { due: settled.due, starting, ending: settled.ending, number };
}

/** Until now the invoice followed its customer; what it is taxed may have changed with it. */
function followCustomer(draft: Draft, invoice: StripeObject): StripeObject {
  const copied = fromCustomer(draft, draft.get('customer', invoice.customer)!);
  const after = draft.set(invoice, copied, { event: null });
  return copied.customer_tax_exempt === invoice.customer_tax_exempt ? after : retotal(draft, invoice.id);
}

/**
 * Numbers the invoice, freezes its amounts, applies the customer's balance and opens the payment; nothing due is paid at once.
 * A payment that came first stands in the place of a new one.
 */
export function finalize(draft: Draft, given: StripeObject, payment?: StripeObject): StripeObject {
  assertLocated(given);
  const invoice = followCustomer(draft, given);
  const { due, starting, ending, number } = moveCustomer(draft, invoice);
  const open = draft.set(
    invoice,
    {
      amount_due: due,
      amount_remaining: due,
      automatically_finalizes_at: null,
      effective_at: invoice.effective_at ?? draft.now,
      ending_balance: ending,
      last_finalization_error: null,
      ...addressOf(draft, invoice.id),
      next_payment_attempt: null,
      number,
      starting_balance: starting,
      status: 'open',
      status_transitions: { ...invoice.status_transitions, finalized_at: draft.now },
    },
    { event: 'invoice.finalized' },
  );
  if (due === 0) return markPaid(draft, open, { amount: 0, attempted: true });
  remindOfDueDate(draft, open);
  const intent = payment ?? insertIntent(draft, intentFor(draft, open));
  insertPayment(draft, open, intent, { requested: due, isDefault: true });
  return open;
}

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  subscription_create: 'Subscription creation',
  subscription_cycle: 'Subscription update',
  subscription_update: 'Subscription update',
};

/** The payment that an invoice opens, with what an application takes of it. */
function intentFor(draft: Draft, invoice: StripeObject) {
  const subscription = draft.get('subscription', invoice.parent?.subscription_details?.subscription);
  const { amount_due: amount, currency, customer } = invoice;
  const options = invoice.payment_settings?.payment_method_options;
  return {
    amount,
    currency,
    customer,
    description: DESCRIPTIONS[invoice.billing_reason] ?? `Payment for invoice ${invoice.number}`,
    application: subscription?.application ?? invoice.application ?? null,
    application_fee_amount: feeOf(draft, invoice, subscription),
    ...(options && { fields: { payment_method_options: methodOptions(options) } }),
  };
}

/** A draft that could not be finalised keeps the reason, and tells it. */
export function finalizationFailed(draft: Draft, invoice: StripeObject, error: StripeError): StripeObject {
  const { code, message, param, type } = error.refusal;
  const reason: Fields = { code, message, ...(param !== undefined && { param }), type: type ?? 'invalid_request_error' };
  const fields = { last_finalization_error: reason, automatically_finalizes_at: null, next_payment_attempt: null };
  return draft.set(invoice, fields, { event: 'invoice.finalization_failed' });
}

/** As `finalize`; a refusal leaves its reason on the draft behind. */
export function finalizeOrTell(draft: Draft, invoice: StripeObject): StripeObject {
  try {
    return finalize(draft, invoice);
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    finalizationFailed(draft, draft.get('invoice', invoice.id)!, error);
    throw new StripeError(error.refusal, { keepsChanges: true });
  }
}
