/** What Lantern reads, and nothing else: what the first page promises, and the figures need. Stripe's names. */
export const OBJECTS: readonly string[] = [
  ...['account', 'subscription', 'customer', 'price', 'product', 'coupon', 'promotion_code', 'invoice', 'invoiceitem', 'credit_note'],
  ...['charge', 'refund', 'dispute', 'balance_transaction', 'payout', 'payment_method', 'subscription_schedule'],
];
