/** What an owner's server can be told. `event`: told by a Stripe event, in the transaction that applies it. */
export interface AlertKind {
  readonly name: string;
  readonly label: string;
  readonly event?: string;
}

export const ALERT_KINDS: readonly AlertKind[] = [
  { name: 'customer.subscribed', label: 'A subscription begins', event: 'customer.subscription.created' },
  { name: 'customer.ended', label: 'A subscription ends', event: 'customer.subscription.deleted' },
  { name: 'payment.failed', label: 'A payment of an invoice fails', event: 'invoice.payment_failed' },
  { name: 'payment.disputed', label: 'A payment is disputed', event: 'charge.dispute.created' },
  { name: 'payout.failed', label: 'A payout fails', event: 'payout.failed' },
  { name: 'digest.weekly', label: 'The weekly digest, on Mondays' },
];

export const isAlertKind = (name: string): boolean => ALERT_KINDS.some((kind) => kind.name === name);
