import { debitFee, processingFee } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { put } from './purse.ts';

export interface FeeDetail {
  readonly amount: number;
  readonly application: string | null;
  readonly currency: string;
  readonly description: string;
  readonly type: 'stripe_fee' | 'application_fee';
}

const DEBITS = new Set(['acss_debit', 'au_becs_debit', 'bacs_debit', 'sepa_debit', 'us_bank_account']);

/** What Stripe keeps of a payment by a method of this type. */
export const stripeFee = (amount: number, currency: string, method = 'card'): FeeDetail => ({
  amount: DEBITS.has(method) ? debitFee(amount) : processingFee(amount),
  application: null,
  currency,
  description: 'Stripe processing fees',
  type: 'stripe_fee',
});

export interface Movement {
  /** Signed, minor units. */
  readonly amount: number;
  readonly currency: string;
  readonly type: string;
  readonly reporting_category: string;
  readonly source: string;
  readonly description: string | null;
  readonly fee_details?: readonly FeeDetail[];
  /** Unix seconds; now for refunds and payouts. */
  readonly available_on: number;
  /** The money comes of a customer on a test clock. */
  readonly onTestClock?: boolean;
}

/** One line of the account's ledger, and what it does to the account's purse. Balance transactions tell no events. */
export function post(draft: Draft, movement: Movement): StripeObject {
  const details = movement.fee_details ?? [];
  const fee = details.reduce((sum, detail) => sum + detail.amount, 0);
  const { amount, currency, type, reporting_category: category, source, description, available_on: available } = movement;
  const fields: Fields = {
    amount,
    available_on: available,
    balance_type: 'payments',
    created: draft.now,
    currency,
    description,
    exchange_rate: null,
    fee,
    fee_details: details,
    net: amount - fee,
    reporting_category: category,
    source,
    status: available <= draft.now ? 'available' : 'pending',
    type,
  };
  put(draft, { net: amount - fee, currency, available_on: available, onTestClock: movement.onTestClock ?? false });
  return draft.insert({ id: draft.id('balance_transaction'), object: 'balance_transaction', ...fields });
}
