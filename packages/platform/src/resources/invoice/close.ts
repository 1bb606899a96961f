import type { Draft, StripeObject } from '../../engine/index.ts';
import { moveBalance } from '../customer-balance.ts';
import { cancelPayments } from './paid.ts';

/** What the invoice took from the customer's balance, or put on it, goes back when it is void. */
function unapply(draft: Draft, invoice: StripeObject): void {
  const moves = draft.find('customer_balance_transaction', [['invoice', invoice.id]]);
  const moved = moves.reduce((sum, row) => sum + row.amount, 0);
  moveBalance(draft, invoice.customer, { amount: -moved, currency: invoice.currency, type: 'unapplied_from_invoice', invoice: invoice.id });
}

/** Void: as if it had never been asked for. Its payment is canceled and what it took of the customer's balance goes back. */
export function voidInvoice(draft: Draft, invoice: StripeObject): StripeObject {
  cancelPayments(draft, invoice.id, 'void_invoice');
  unapply(draft, invoice);
  const fields = {
    status: 'void',
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, voided_at: draft.now },
  };
  return draft.set(draft.get('invoice', invoice.id)!, fields, { event: 'invoice.voided' });
}

/** Written off, but it can still be paid. */
export function markUncollectible(draft: Draft, invoice: StripeObject, reason: string): StripeObject {
  const fields = {
    status: 'uncollectible',
    status_details: { uncollectible: { reason } },
    auto_advance: false,
    next_payment_attempt: null,
    status_transitions: { ...invoice.status_transitions, marked_uncollectible_at: draft.now },
  };
  return draft.set(invoice, fields, { event: ['invoice.marked_uncollectible', 'invoice.updated'] });
}
