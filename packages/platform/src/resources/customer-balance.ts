import { type Behaviour, type Draft, invalid, mergedMetadata, type Params, type StripeObject, SYSTEM } from '../engine/index.ts';
import { currencyOf } from './price.ts';

export interface BalanceMove {
  /** Minor units: below zero it is a credit to the customer, above zero a debt. Zero moves nothing. */
  readonly amount: number;
  readonly currency: string;
  readonly type: string;
  readonly invoice?: string;
  readonly credit_note?: string;
  readonly checkout_session?: string;
  readonly description?: string | null;
  readonly metadata?: Record<string, string>;
}

const otherCurrency = (customer: StripeObject, currency: string) =>
  invalid(
    `You cannot combine currencies on a single customer. The balance of ${customer.id} is kept in ${customer.currency}, not in ${currency}.`,
    'currency',
  );

/** What of a customer's balance counts in a currency: a balance is kept in one. */
export const balanceIn = (customer: StripeObject, currency: string): number =>
  customer.currency === null || customer.currency === undefined || customer.currency === currency ? (customer.balance ?? 0) : 0;

function insertMove(draft: Draft, move: BalanceMove, of: { customer: string; ending: number }): StripeObject {
  const fields = {
    amount: move.amount,
    checkout_session: move.checkout_session ?? null,
    credit_note: move.credit_note ?? null,
    currency: move.currency,
    customer: of.customer,
    description: move.description ?? null,
    ending_balance: of.ending,
    invoice: move.invoice ?? null,
    metadata: move.metadata ?? {},
    type: move.type,
  };
  return draft.make('customer_balance_transaction', fields, { event: null });
}

/**
 * The one way in which a customer's balance moves: a transaction that names the balance after it, and the customer that
 * carries it. The customer's event is told unless the caller tells a later state of it. Answers the transaction.
 */
export function moveBalance(
  draft: Draft,
  customerId: string,
  move: BalanceMove,
  options: { quiet?: boolean } = {},
): StripeObject | undefined {
  if (move.amount === 0) return undefined;
  const customer = draft.get('customer', customerId)!;
  if (customer.currency !== null && customer.currency !== undefined && customer.currency !== move.currency)
    throw otherCurrency(customer, move.currency);
  const ending = (customer.balance ?? 0) + move.amount;
  const made = insertMove(draft, move, { customer: customer.id, ending });
  draft.set(customer, { balance: ending, currency: move.currency }, options.quiet === true ? { event: null } : {});
  return made;
}

/** A `balance` that is set by hand is a movement too, so that the balance is always the sum of its transactions. */
export function recordBalance(draft: Draft, customer: StripeObject, balance: number, type: 'initial' | 'adjustment'): void {
  const before = type === 'initial' ? 0 : (customer.balance ?? 0);
  if (balance === before) return;
  const account = draft.in(SYSTEM).get('account', draft.world.account);
  const currency = customer.currency ?? account?.default_currency ?? 'usd';
  insertMove(draft, { amount: balance - before, currency, type }, { customer: customer.id, ending: balance });
}

const nothing = () =>
  invalid('This value must not be zero: a balance transaction moves the balance.', 'amount', 'parameter_invalid_integer');

function create(draft: Draft, params: Params, [id]: readonly string[]): StripeObject {
  const customer = draft.get('customer', id);
  if (customer === undefined) throw invalid(`No such customer: '${id}'`, 'customer', 'resource_missing');
  if (params.amount === 0) throw nothing();
  return moveBalance(draft, customer.id, {
    amount: params.amount,
    currency: currencyOf(params.currency),
    type: 'adjustment',
    description: params.description ?? null,
    metadata: mergedMetadata({}, params.metadata ?? {}),
  })!;
}

export const customerBalanceTransaction: Behaviour = {
  object: 'customer_balance_transaction',
  grade: 'lived',
  specials: { 'POST /v1/customers/{id}/balance_transactions': create },
};
