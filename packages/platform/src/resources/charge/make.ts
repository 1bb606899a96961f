import { availableOn } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { applicationFeeDetail } from '../application-fee.ts';
import { type FeeDetail, post, stripeFee } from '../balance/ledger.ts';
import type { Decline, TestCard } from '../payment-method/cards.ts';
import { openReview, reviewFor } from '../review.ts';
import { passOn } from '../transfer/destination.ts';

/** What a payment intent says of the charge that it makes; a charge without one says it itself. */
export interface Terms {
  readonly amount: number;
  readonly application: string | null;
  readonly application_fee_amount: number | null;
  readonly currency: string;
  readonly customer: string | null;
  readonly description: string | null;
  readonly metadata: Record<string, string>;
  readonly on_behalf_of: string | null;
  readonly payment_intent: string | null;
  readonly receipt_email: string | null;
  readonly shipping: Fields | null;
  readonly statement_descriptor: string | null;
  readonly statement_descriptor_suffix: string | null;
  readonly transfer_data: Fields | null;
  readonly transfer_group: string | null;
  /** `payment_method_options[card]` of the intent. */
  readonly card_options?: Fields | undefined;
  /** The card of a charge without a payment intent. */
  readonly source: StripeObject | null;
}

export const termsOf = (intent: StripeObject): Terms => ({
  amount: intent.amount,
  application: intent.application,
  application_fee_amount: intent.application_fee_amount,
  currency: intent.currency,
  customer: intent.customer,
  description: intent.description,
  metadata: intent.metadata,
  on_behalf_of: intent.on_behalf_of,
  payment_intent: intent.id,
  receipt_email: intent.receipt_email,
  shipping: intent.shipping,
  statement_descriptor: intent.statement_descriptor,
  statement_descriptor_suffix: intent.statement_descriptor_suffix,
  transfer_data: intent.transfer_data ?? null,
  transfer_group: intent.transfer_group,
  card_options: intent.payment_method_options?.card,
  source: null,
});

export interface NewCharge {
  readonly terms: Terms;
  readonly method: StripeObject;
  readonly card: TestCard;
  readonly captured: boolean;
  readonly decline: Decline | undefined;
  /** A bank debit: neither succeeded nor failed yet. */
  readonly pending?: boolean;
}

const authorized = (card: TestCard): Fields => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: card.risk === 'elevated' ? 'elevated_risk_level' : null,
  risk_level: card.risk ?? 'normal',
  risk_score: card.risk === 'highest' ? 92 : card.risk === 'elevated' ? 70 : 20,
  seller_message:
    card.risk === 'elevated'
      ? 'Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue.'
      : 'Payment complete.',
  type: card.risk === 'elevated' ? 'manual_review' : 'authorized',
});

const refused = (card: TestCard, decline: Decline): Fields => ({
  advice_code: decline.blocked ? null : 'try_again_later',
  network_advice_code: null,
  network_decline_code: decline.blocked ? null : '01',
  network_status: decline.blocked ? 'not_sent_to_network' : 'declined_by_network',
  reason: decline.decline_code ?? decline.code,
  risk_level: card.risk ?? 'normal',
  risk_score: card.risk === 'highest' ? 92 : 20,
  seller_message: decline.blocked
    ? 'Stripe blocked this payment as too risky.'
    : `The bank returned the decline code \`${decline.decline_code ?? decline.code}\`.`,
  type: decline.blocked ? 'blocked' : 'issuer_declined',
});

const OFFERED = ['extended_authorization', 'incremental_authorization', 'multicapture', 'overcapture'];

/** What was asked for if the card can do it; test cards can. */
const offers = (options: Fields | undefined): ReadonlySet<string> =>
  new Set(OFFERED.filter((name) => options?.[`request_${name}`] === 'if_available'));

/** What the charge remembers of the card it was made with. */
function methodDetails(method: StripeObject, given: { amount: number; options: Fields | undefined }): Fields {
  const { amount } = given;
  const { card } = method;
  if (method.type !== 'card' || card === undefined) return { type: method.type, [method.type]: method[method.type] ?? {} };
  const can = offers(given.options);
  const kept = {
    amount_authorized: amount,
    authorization_code: null,
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: can.has('extended_authorization') ? 'enabled' : 'disabled' },
    fingerprint: card.fingerprint,
    funding: card.funding,
    incremental_authorization: { status: can.has('incremental_authorization') ? 'available' : 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: can.has('multicapture') ? 'available' : 'unavailable' },
    network: card.brand,
    network_token: { used: false },
    network_transaction_id: null,
    overcapture: { maximum_amount_capturable: amount, status: 'unavailable' },
    regulated_status: card.regulated_status,
    three_d_secure: null,
    transaction_link_id: null,
    wallet: null,
  };
  return { type: 'card', card: kept };
}

const outcomeOf = (card: TestCard, decline: Decline | undefined): Fields =>
  decline === undefined ? authorized(card) : refused(card, decline);

/** What the charge takes over from the payment intent, or from its own request. */
const taken = (terms: Terms): Fields => ({
  amount: terms.amount,
  application: terms.application,
  application_fee_amount: terms.application_fee_amount,
  calculated_statement_descriptor: terms.statement_descriptor ?? 'Annex',
  currency: terms.currency,
  customer: terms.customer,
  description: terms.description,
  metadata: terms.metadata,
  on_behalf_of: terms.on_behalf_of,
  payment_intent: terms.payment_intent,
  receipt_email: terms.receipt_email,
  shipping: terms.shipping,
  source: terms.source,
  statement_descriptor: terms.statement_descriptor,
  statement_descriptor_suffix: terms.statement_descriptor_suffix,
  transfer_data: terms.transfer_data,
  transfer_group: terms.transfer_group,
});

/** What the attempt came to. */
function attempted(given: NewCharge): Fields {
  const { terms, method, card, captured, decline, pending } = given;
  const failed = decline !== undefined;
  return {
    amount_captured: failed || !captured ? 0 : terms.amount,
    amount_refunded: 0,
    application_fee: null,
    balance_transaction: null,
    billing_details: method.billing_details,
    captured: captured && !failed,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    outcome: outcomeOf(card, decline),
    paid: !failed,
    payment_method: method.id,
    payment_method_details: methodDetails(method, { amount: terms.amount, options: terms.card_options }),
    receipt_url: null,
    refunded: false,
    status: failed ? 'failed' : pending ? 'pending' : 'succeeded',
  };
}

/** The attempt to charge a payment method: a charge object comes of it either way, with its event. */
export function makeCharge(draft: Draft, given: NewCharge): StripeObject {
  const { terms, method, card, captured, decline, pending = false } = given;
  const failed = decline !== undefined;
  const id = method.type === 'card' ? draft.id('charge') : draft.id('charge').replace(/^ch_/, 'py_');
  const attempt = attempted(given);
  const charge = Object.assign(draft.blank('charge', id), taken(terms), attempt, { review: reviewFor(draft, attempt.outcome as Fields) });
  if (!failed && captured && !pending) Object.assign(charge, settle(draft, charge, card));
  const made = draft.insert(charge, { event: failed ? 'charge.failed' : pending ? 'charge.pending' : 'charge.succeeded' });
  openReview(draft, made);
  return made;
}

const isDefined = (row: FeeDetail | undefined): row is FeeDetail => row !== undefined;

/** The ledger line of a captured charge, and what it passes on. Answers what the charge says of both. */
export function settle(draft: Draft, charge: StripeObject, card: TestCard): Fields {
  const available = card.bypassPending ? draft.now : availableOn(draft.now, 2);
  const kind = charge.payment_method_details?.type ?? 'card';
  const movement = post(draft, {
    amount: charge.amount_captured,
    currency: charge.currency,
    type: kind === 'card' ? 'charge' : 'payment',
    reporting_category: 'charge',
    source: charge.id,
    description: charge.description,
    fee_details: [applicationFeeDetail(draft, charge), stripeFee(charge.amount_captured, charge.currency, kind)].filter(isDefined),
    available_on: available,
    onTestClock: typeof draft.get('customer', charge.customer)?.test_clock === 'string',
  });
  return { balance_transaction: movement.id, ...passOn(draft, charge, available) };
}
