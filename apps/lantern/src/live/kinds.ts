/** An event's object, as far as the feed reads it. Stripe's words. */
export interface FeedObject {
  readonly id?: string;
  readonly object?: string;
  readonly customer?: string | { id: string } | null;
  readonly amount?: number;
  readonly amount_refunded?: number;
  readonly amount_paid?: number;
  readonly amount_due?: number;
  readonly currency?: string;
  readonly email?: string | null;
  readonly name?: string | null;
  readonly status?: string;
  readonly cancel_at_period_end?: boolean;
  readonly reason?: string | null;
  readonly attempt_count?: number;
}

export interface FeedKind {
  /** How the line begins; who and how much follow. */
  readonly text: string;
  /** What it means for the business: colours the line, and says so in words for those who see none. */
  readonly tone: 'good' | 'bad' | 'plain';
  readonly amount?: (object: FeedObject) => number | undefined;
}

/** Which events the live feed shows, and how each reads. One line each. */
export const FEED_KINDS: Readonly<Record<string, FeedKind>> = {
  'customer.created': { text: 'New customer', tone: 'plain' },
  'customer.deleted': { text: 'Customer deleted', tone: 'plain' },
  'customer.subscription.created': { text: 'Subscription created', tone: 'good' },
  'customer.subscription.updated': { text: 'Subscription changed', tone: 'plain' },
  'customer.subscription.deleted': { text: 'Subscription ended', tone: 'bad' },
  'customer.subscription.paused': { text: 'Subscription paused', tone: 'bad' },
  'customer.subscription.resumed': { text: 'Subscription resumed', tone: 'good' },
  'customer.subscription.trial_will_end': { text: 'Trial ends in three days', tone: 'plain' },
  'invoice.paid': { text: 'Invoice paid', tone: 'good', amount: ({ amount_paid }) => amount_paid },
  'invoice.payment_failed': { text: 'Payment failed', tone: 'bad', amount: ({ amount_due }) => amount_due },
  'charge.succeeded': { text: 'Payment', tone: 'good', amount: ({ amount }) => amount },
  'charge.failed': { text: 'Payment declined', tone: 'bad', amount: ({ amount }) => amount },
  'charge.refunded': { text: 'Refunded', tone: 'bad', amount: ({ amount_refunded }) => amount_refunded },
  'charge.dispute.created': { text: 'Payment disputed', tone: 'bad', amount: ({ amount }) => amount },
  'charge.dispute.closed': { text: 'Dispute closed', tone: 'plain', amount: ({ amount }) => amount },
  'payout.paid': { text: 'Payout arrived', tone: 'good', amount: ({ amount }) => amount },
  'payout.failed': { text: 'Payout failed', tone: 'bad', amount: ({ amount }) => amount },
};
