import type { Draft, StripeObject } from '../../engine/index.ts';
import { cancel as cancelIntent } from '../payment-intent/index.ts';

export interface PaidHow {
  /** All that was paid for the invoice, through the platform or beside it. Minor units. */
  readonly amount: number;
  readonly attempted: boolean;
  readonly outOfBand?: boolean;
}

/** Payments that are no longer needed: their payment intents are canceled, and they with them. */
export function cancelPayments(draft: Draft, invoice: string, reason: string): void {
  for (const payment of draft.find('invoice_payment', [['invoice', invoice]], (row) => row.status === 'open')) {
    const transitions = { ...payment.status_transitions, canceled_at: draft.now };
    draft.set(payment, { status: 'canceled', status_transitions: transitions }, { event: null });
    const intent = draft.get('payment_intent', payment.payment.payment_intent);
    if (payment.is_default && intent !== undefined && intent.status !== 'succeeded' && intent.status !== 'canceled')
      cancelIntent(draft, intent, reason);
  }
}

/** The invoice is settled: by payments, by the customer's balance, by credit notes, or outside of the platform. */
export function markPaid(draft: Draft, invoice: StripeObject, how: PaidHow): StripeObject {
  const fields = {
    amount_paid: how.amount,
    amount_remaining: 0,
    ...(how.outOfBand && { amount_paid_off_stripe: how.amount - invoice.amount_paid }),
    attempted: how.attempted,
    auto_advance: false,
    next_payment_attempt: null,
    status: 'paid',
    status_transitions: { ...invoice.status_transitions, paid_at: draft.now },
  };
  const events = how.outOfBand
    ? ['invoice.updated', 'invoice.paid']
    : how.amount > 0
      ? ['invoice.updated', 'invoice.paid', 'invoice.payment_succeeded']
      : ['invoice.paid', 'invoice.payment_succeeded'];
  draft.set(invoice, fields, { event: events });
  return draft.get('invoice', invoice.id)!;
}
