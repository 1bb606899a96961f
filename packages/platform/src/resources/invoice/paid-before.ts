import type { Draft, StripeObject } from '../../engine/index.ts';
import { finalize, markPaid } from './finalize.ts';

/** What was collected becomes a credit of the customer, which the invoice then takes as far as it needs it. */
function credit(draft: Draft, customer: StripeObject, intent: StripeObject): void {
  const balance = (customer.balance ?? 0) - intent.amount;
  const fields = {
    amount: -intent.amount,
    currency: intent.currency,
    customer: customer.id,
    description: null,
    ending_balance: balance,
    invoice: null,
    metadata: {},
    type: 'checkout_session_subscription_payment',
  };
  draft.make('customer_balance_transaction', fields, { event: null });
  draft.set(customer, { balance }, { event: null });
}

/**
 * Finalises an invoice whose amount a checkout session has already collected. Where the invoice asks for another amount
 * (the customer had a balance, or items that waited), the books stay right by way of the customer's balance.
 */
export function finalizePaid(draft: Draft, invoice: StripeObject, intent: StripeObject): StripeObject {
  const customer = draft.get('customer', invoice.customer)!;
  if (invoice.total + (customer.balance ?? 0) !== intent.amount) {
    credit(draft, customer, intent);
    return finalize(draft, invoice);
  }
  return markPaid(draft, finalize(draft, invoice, intent), { amount: intent.amount, attempted: true });
}
