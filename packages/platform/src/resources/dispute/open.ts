import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { type FeeDetail, post } from '../balance/ledger.ts';
import type { TestCard } from '../payment-method/cards.ts';
import { cardOf } from '../payment-method/make.ts';
import { closeReview } from '../review.ts';

const DAY = 86_400;
/** Minor units, in whatever currency the payment was (captured for usd). */
const DISPUTE_FEE = 1500;
const DAYS_TO_ANSWER = 14;

/** What the networks call the reasons that test cards bring (visa). */
const REASON_CODES: Readonly<Record<string, string>> = { fraudulent: '10.4', product_not_received: '13.1' };

const feeLine = (amount: number, currency: string, description: string): FeeDetail => ({
  amount,
  application: null,
  currency,
  description,
  type: 'stripe_fee',
});

/** Takes the disputed amount and the fee out of the balance. */
export function withdraw(draft: Draft, dispute: StripeObject): StripeObject {
  const { amount, currency, charge } = dispute;
  const movement = post(draft, {
    amount: -amount,
    currency,
    type: 'adjustment',
    reporting_category: 'dispute',
    source: dispute.id,
    description: `Chargeback withdrawal for ${charge}`,
    fee_details: [feeLine(DISPUTE_FEE, currency, 'Dispute fee')],
    available_on: draft.now,
  });
  return draft.set(
    dispute,
    { balance_transactions: [...dispute.balance_transactions, movement] },
    { event: 'charge.dispute.funds_withdrawn' },
  );
}

/** Gives the amount and the fee back (captured on accounts of the older terms). */
export function reinstate(draft: Draft, dispute: StripeObject): StripeObject {
  const { amount, currency, charge } = dispute;
  const movement = post(draft, {
    amount,
    currency,
    type: 'adjustment',
    reporting_category: 'dispute_reversal',
    source: dispute.id,
    description: `Chargeback reversal for ${charge}`,
    fee_details: [feeLine(-DISPUTE_FEE, currency, 'Dispute fee refund')],
    available_on: draft.now,
  });
  return draft.set(
    dispute,
    { balance_transactions: [...dispute.balance_transactions, movement] },
    { event: 'charge.dispute.funds_reinstated' },
  );
}

export interface Claim {
  readonly amount: number;
  readonly reason: string;
  readonly inquiry: boolean;
}

function claimsOf(charge: StripeObject, { dispute }: TestCard): Claim[] {
  if (dispute === undefined) return [];
  const { reason, inquiry = false, parts = 1 } = dispute;
  const share = Math.floor(charge.amount_captured / parts);
  const amounts = Array.from({ length: parts }, (_, index) => (index === 0 ? charge.amount_captured - share * (parts - 1) : share));
  return amounts.filter((amount) => amount > 0).map((amount) => ({ amount, reason, inquiry }));
}

function insertDispute(draft: Draft, charge: StripeObject, claim: Claim): StripeObject {
  const brand = charge.payment_method_details?.card?.brand ?? 'visa';
  const code = REASON_CODES[claim.reason] ?? null;
  const dueBy = Math.floor(draft.now / DAY + DAYS_TO_ANSWER + 1) * DAY - 1;
  const fields: Fields = {
    amount: claim.amount,
    balance_transactions: [],
    charge: charge.id,
    currency: charge.currency,
    enhanced_eligibility_types: [],
    evidence_details: {
      due_by: dueBy,
      enhanced_eligibility: {},
      has_evidence: false,
      past_due: false,
      submission_count: 0,
      submission_method: 'not_submitted',
    },
    intended_submission_method: 'manual',
    is_charge_refundable: claim.inquiry,
    network_reason_code: code,
    payment_intent: charge.payment_intent,
    payment_method_details: {
      card: { brand, case_type: claim.inquiry ? 'inquiry' : 'chargeback', network: brand, network_reason_code: code },
      type: 'card',
    },
    reason: claim.reason,
    status: claim.inquiry ? 'warning_needs_response' : 'needs_response',
  };
  return draft.make('dispute', fields);
}

function warnOfFraud(draft: Draft, charge: StripeObject): void {
  const fields = { actionable: true, charge: charge.id, fraud_type: 'misc', payment_intent: charge.payment_intent };
  draft.make('radar.early_fraud_warning', fields, { event: 'radar.early_fraud_warning.created' });
}

/** Somebody disputes a payment: the dispute, and the money it takes unless it only asks. */
export function claim(draft: Draft, charge: StripeObject, given: Claim): void {
  const dispute = insertDispute(draft, charge, given);
  if (!given.inquiry) withdraw(draft, dispute);
  draft.set(draft.get('charge', charge.id)!, { disputed: true }, { event: null });
  closeReview(draft, charge, 'disputed');
}

/** The owner of a dispute card disputes what was captured (api-and-events 3.7). An inquiry moves no money. */
export function disputeIfCardDoes(draft: Draft, charge: StripeObject): void {
  if (charge.disputed === true || !charge.captured) return;
  const method = draft.get('payment_method', charge.payment_method);
  if (method?.type !== 'card') return;
  const card = cardOf(draft, method);
  if (card.fraudWarning) warnOfFraud(draft, charge);
  const claims = claimsOf(charge, card);
  for (const each of claims) claim(draft, charge, each);
  if (claims.length > 0) draft.emit('charge.updated', draft.get('charge', charge.id)!, { previous: { disputed: false } });
}
