import { settleInvoice } from '@annex/money';
import type { Draft, StripeObject } from '../../engine/index.ts';
import { balanceIn, moveBalance } from '../customer-balance.ts';
import { finalize } from './finalize.ts';
import { paymentOf, receive } from './payment.ts';

/**
 * Finalises an invoice whose amount a checkout session has already collected. Where the invoice asks for another amount
 * (the customer had a balance, or items that waited), what was collected becomes a credit of the customer, which the invoice
 * then takes as far as it needs it. Money that is still on its way pays the invoice when it arrives.
 */
export function finalizePaid(draft: Draft, invoice: StripeObject, intent: StripeObject): StripeObject {
  if (intent.status !== 'succeeded') return finalize(draft, invoice, intent);
  const customer = draft.get('customer', invoice.customer)!;
  const { currency } = invoice;
  const { due } = settleInvoice(invoice.total, balanceIn(customer, currency), currency);
  if (due !== intent.amount) {
    moveBalance(draft, customer.id, { amount: -intent.amount, currency, type: 'checkout_session_subscription_payment' }, { quiet: true });
    return finalize(draft, invoice);
  }
  const open = finalize(draft, invoice, intent);
  return receive(draft, paymentOf(draft, open.id)!, intent.amount);
}
