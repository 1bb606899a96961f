import { availableOn } from '@annex/money';
import type { Draft, Fields, StripeObject } from '../../engine/index.ts';
import { applicationFeeDetail } from '../application-fee.ts';
import type { Decline, TestCard } from '../payment-method/cards.ts';
import { post, stripeFee } from '../balance/ledger.ts';

export interface NewCharge {
  readonly intent: StripeObject;
  readonly method: StripeObject;
  readonly card: TestCard;
  readonly captured: boolean;
  readonly decline: Decline | undefined;
}

const authorized = (card: TestCard): Fields => ({
  advice_code: null,
  network_advice_code: null,
  network_decline_code: null,
  network_status: 'approved_by_network',
  reason: card.risk === 'elevated' ? 'elevated_risk_level' : null,
  risk_level: card.risk ?? 'normal',
  risk_score: card.risk === 'highest' ? 92 : card.risk === 'elevated' ? 70 : 20,
  seller_message: 'Payment complete.',
  type: 'authorized',
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

/** What the charge remembers of the card it was made with. */
function methodDetails(method: StripeObject, amount: number): Fields {
  const { card } = method;
  if (method.type !== 'card' || card === undefined) return { type: method.type, [method.type]: method[method.type] ?? {} };
  const kept = {
    amount_authorized: amount,
    authorization_code: null,
    brand: card.brand,
    checks: card.checks,
    country: card.country,
    electronic_commerce_indicator: null,
    exp_month: card.exp_month,
    exp_year: card.exp_year,
    extended_authorization: { status: 'disabled' },
    fingerprint: card.fingerprint,
    funding: card.funding,
    incremental_authorization: { status: 'unavailable' },
    installments: null,
    last4: card.last4,
    mandate: null,
    multicapture: { status: 'unavailable' },
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

/** The attempt to charge a payment method: a charge object comes of it either way, with its event. */
export function makeCharge(draft: Draft, given: NewCharge): StripeObject {
  const { intent, method, card, captured, decline } = given;
  const id = draft.id('charge');
  const failed = decline !== undefined;
  const { amount, currency } = intent;
  const fields: Fields = {
    amount,
    amount_captured: failed || !captured ? 0 : amount,
    amount_refunded: 0,
    application: intent.application,
    application_fee: null,
    application_fee_amount: intent.application_fee_amount,
    balance_transaction: null,
    billing_details: method.billing_details,
    calculated_statement_descriptor: intent.statement_descriptor ?? 'Annex',
    captured: captured && !failed,
    currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    metadata: intent.metadata,
    on_behalf_of: intent.on_behalf_of,
    outcome: decline === undefined ? authorized(card) : refused(card, decline),
    paid: !failed,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: methodDetails(method, amount),
    receipt_email: intent.receipt_email,
    receipt_url: null,
    refunded: false,
    shipping: intent.shipping,
    status: failed ? 'failed' : 'succeeded',
    transfer_group: intent.transfer_group,
  };
  const charge = { ...fields, id, object: 'charge' } as StripeObject;
  const movement = !failed && captured ? { balance_transaction: settle(draft, charge, card).id } : {};
  return draft.make('charge', { ...charge, ...movement }, { event: failed ? 'charge.failed' : 'charge.succeeded' });
}

/** The ledger line of a captured charge. */
export function settle(draft: Draft, charge: StripeObject, card: TestCard): StripeObject {
  return post(draft, {
    amount: charge.amount_captured,
    currency: charge.currency,
    type: 'charge',
    reporting_category: 'charge',
    source: charge.id,
    description: charge.description,
    fee_details: [applicationFeeDetail(draft, charge), stripeFee(charge.amount_captured, charge.currency)].filter(
      (row) => row !== undefined,
    ),
    available_on: card.bypassPending ? draft.now : availableOn(draft.now, 2),
  });
}
