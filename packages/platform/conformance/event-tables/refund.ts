import { disputed, pay, refunded } from './money.ts';
import { type EventRow, row, type Told } from './row.ts';

const REFUNDED = ['charge.refunded', ['amount_refunded', 'refunded']] as const;
const PARTLY = ['charge.refunded', { amount_refunded: 0 }] as const;
/** The bank's reference becomes known; the older name of the event has outlived its successor. */
const both = (...keys: string[]): Told[] => [
  ['refund.updated', keys],
  ['charge.refund.updated', keys],
];

export const refund: readonly EventRow[] = [
  row({
    operation: 'refund all',
    given: (shop) => pay(shop, 'pm_card_visa'),
    when: (shop, intent) => shop.stripe.refunds.create({ payment_intent: intent.id }),
    tells: ['refund.created', REFUNDED, ...both('destination_details')],
  }),
  row({
    operation: 'refund a part',
    given: (shop) => pay(shop, 'pm_card_visa'),
    when: (shop, intent) => shop.stripe.refunds.create({ payment_intent: intent.id, amount: 500 }),
    tells: ['refund.created', PARTLY, ...both('destination_details')],
  }),
  row({
    operation: 'refund what takes its time',
    given: (shop) => pay(shop, 'pm_card_pendingRefund'),
    when: (shop, intent) => shop.stripe.refunds.create({ payment_intent: intent.id }),
    tells: ['refund.created', REFUNDED, ...both('destination_details', 'pending_reason', 'status')],
  }),
  row({
    operation: 'refund what bounces',
    given: (shop) => pay(shop, 'pm_card_refundFail'),
    when: (shop, intent) => shop.stripe.refunds.create({ payment_intent: intent.id }),
    tells: ['refund.created', REFUNDED, 'refund.failed', 'refund.updated', 'charge.refund.updated'],
  }),
  row({
    operation: 'update the metadata',
    given: async (shop) => refunded(shop, (await pay(shop, 'pm_card_visa')).id),
    when: (shop, made) => shop.stripe.refunds.update(made.id, { metadata: { order: '1' } }),
    tells: both('metadata'),
  }),
  row({
    operation: 'refund twice',
    given: async (shop) => {
      const intent = await pay(shop, 'pm_card_visa');
      await refunded(shop, intent.id);
      return intent;
    },
    when: (shop, intent) => shop.stripe.refunds.create({ payment_intent: intent.id }),
    refused: 'charge_already_refunded',
    tells: [],
  }),
  row({
    operation: 'refund what is disputed',
    given: (shop) => disputed(shop),
    when: (shop, dispute) => shop.stripe.refunds.create({ charge: dispute.charge as string }),
    refused: 'charge_disputed',
    tells: [],
  }),
];

const CREATED = ['payment_intent.created', 'charge.succeeded', 'payment_intent.succeeded'];
const DISPUTED = ['charge.updated', { disputed: false }] as const;

export const dispute: readonly EventRow[] = [
  row({
    operation: 'a card that disputes pays',
    given: async () => undefined,
    when: (shop) => pay(shop, 'pm_card_createDispute'),
    tells: [...CREATED, 'charge.dispute.created', 'charge.dispute.funds_withdrawn', DISPUTED],
  }),
  row({
    operation: 'a card whose bank only asks pays',
    given: async () => undefined,
    when: (shop) => pay(shop, 'pm_card_createDisputeInquiry'),
    tells: [...CREATED, 'charge.dispute.created', DISPUTED],
  }),
  row({
    operation: 'a card whose bank warns of fraud pays',
    given: async () => undefined,
    when: (shop) => pay(shop, 'pm_card_createIssuerFraudRecord'),
    tells: [...CREATED, 'radar.early_fraud_warning.created'],
  }),
  row({
    operation: 'stage evidence',
    given: (shop) => disputed(shop),
    when: (shop, made) => shop.stripe.disputes.update(made.id, { evidence: { customer_name: 'Ada' }, submit: false }),
    tells: [['charge.dispute.updated', ['evidence', 'evidence_details']]],
  }),
  row({
    operation: 'win',
    given: (shop) => disputed(shop),
    when: (shop, made) => shop.stripe.disputes.update(made.id, { evidence: { uncategorized_text: 'winning_evidence' } }),
    tells: [
      ['charge.dispute.updated', ['evidence', 'evidence_details', 'status']],
      ['charge.dispute.updated', { status: 'under_review' }],
      'charge.dispute.funds_reinstated',
      'charge.dispute.closed',
    ],
  }),
  row({
    operation: 'lose',
    given: (shop) => disputed(shop),
    when: (shop, made) => shop.stripe.disputes.update(made.id, { evidence: { uncategorized_text: 'losing_evidence' } }),
    tells: [['charge.dispute.updated', ['evidence', 'evidence_details', 'status']], 'charge.dispute.closed'],
  }),
  row({
    operation: 'close',
    given: (shop) => disputed(shop),
    when: (shop, made) => shop.stripe.disputes.close(made.id),
    tells: ['charge.dispute.closed'],
  }),
];
