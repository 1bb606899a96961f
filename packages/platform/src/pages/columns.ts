import type { Contract } from '@annex/contract';

/**
 * What a list shows of a kind, beside the id and the time; the first one is what a person knows a row by. Other kinds show
 * what they have of `USUAL`.
 */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  customer: ['name', 'email', 'balance', 'delinquent'],
  payment_intent: ['amount', 'status', 'customer', 'description'],
  charge: ['amount', 'status', 'customer', 'failure_message'],
  refund: ['amount', 'status', 'charge', 'reason'],
  subscription: ['customer', 'items', 'status', 'cancel_at_period_end'],
  subscription_item: ['price', 'quantity', 'current_period_end'],
  line_item: ['description', 'amount', 'invoice'],
  invoice: ['number', 'customer', 'total', 'status'],
  product: ['name', 'active', 'default_price'],
  price: ['unit_amount', 'recurring.interval', 'product', 'active'],
  coupon: ['name', 'percent_off', 'amount_off', 'duration', 'valid'],
  balance_transaction: ['type', 'amount', 'fee', 'net', 'status'],
  payout: ['amount', 'status', 'arrival_date'],
  dispute: ['amount', 'status', 'reason', 'charge'],
  payment_method: ['type', 'card.brand', 'card.last4', 'customer'],
  application_fee: ['amount', 'account', 'charge', 'refunded'],
  event: ['type', 'pending_webhooks'],
  webhook_endpoint: ['url', 'status', 'application'],
};

const USUAL = ['name', 'email', 'number', 'description', 'type', 'status', 'amount', 'currency', 'active', 'customer', 'url'];

export function columnsOf(contract: Contract, kind: string): readonly string[] {
  const declared = COLUMNS[kind];
  if (declared !== undefined) return declared;
  const fields = new Set(contract.fields(kind).map((field) => field.name));
  return USUAL.filter((name) => fields.has(name)).slice(0, 4);
}

/** `payment_intent` as people say it: `Payment intents`. */
export function pluralOf(kind: string): string {
  if (kind === 'payment_intent') return 'Payments';
  const words = kind.replaceAll(/[._]/g, ' ');
  const plural = words.endsWith('y') && !/[aeiou]y$/.test(words) ? `${words.slice(0, -1)}ies` : words.endsWith('s') ? words : `${words}s`;
  return plural.charAt(0).toUpperCase() + plural.slice(1);
}
