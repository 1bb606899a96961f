import { disputed, fund, hold, open, pay, refunded } from '../event-tables/money.ts';
import { idOf, type StateTable } from './row.ts';

const proof = { verify_microdeposits: { descriptor_code: 'SM11AA' } };

export const paymentIntent: StateTable = {
  object: 'payment_intent',
  path: '/v1/payment_intents',
  params: { ...proof, increment_authorization: { amount: '9000' }, confirm: { payment_method: 'pm_card_visa' } },
  reached: {
    requires_payment_method: (shop) => idOf(open(shop)),
    requires_confirmation: (shop) => idOf(open(shop, { payment_method: 'pm_card_visa' })),
    requires_action: (shop) => idOf(pay(shop, 'pm_card_authenticationRequired')),
    processing: (shop) =>
      idOf(
        open(shop, {
          payment_method: 'pm_usBankAccount_processing',
          confirm: true,
          mandate_data: { customer_acceptance: { type: 'offline' } },
        }),
      ),
    requires_capture: (shop) => idOf(hold(shop)),
    succeeded: (shop) => idOf(pay(shop, 'pm_card_visa')),
    canceled: async (shop) => idOf(shop.stripe.paymentIntents.cancel((await open(shop)).id)),
  },
};

export const setupIntent: StateTable = {
  object: 'setup_intent',
  path: '/v1/setup_intents',
  params: proof,
  reached: {
    requires_payment_method: (shop) => idOf(shop.stripe.setupIntents.create()),
    requires_confirmation: (shop) => idOf(shop.stripe.setupIntents.create({ payment_method: 'pm_card_visa' })),
    requires_action: (shop) =>
      idOf(
        shop.stripe.setupIntents.create({
          payment_method: 'pm_card_authenticationRequired',
          confirm: true,
          return_url: 'https://example.com',
        }),
      ),
    processing: 'no method that Annex simulates is set up later than its confirmation',
    succeeded: (shop) =>
      idOf(shop.stripe.setupIntents.create({ payment_method: 'pm_card_visa', confirm: true, return_url: 'https://example.com' })),
    canceled: async (shop) => idOf(shop.stripe.setupIntents.cancel((await shop.stripe.setupIntents.create()).id)),
  },
};

export const charge: StateTable = {
  object: 'charge',
  path: '/v1/charges',
  reached: {
    succeeded: async (shop) => (await pay(shop, 'pm_card_visa')).latest_charge as string,
    pending: async (shop) => (await open(shop, { payment_method: 'pm_usBankAccount_processing', confirm: true })).latest_charge as string,
    failed: async (shop) => {
      await pay(shop, 'pm_card_visa_chargeDeclined').catch(() => undefined);
      return (await shop.stripe.charges.list()).data[0]!.id;
    },
  },
};

const asked = (shop: Parameters<typeof open>[0]) =>
  open(shop, { currency: 'brl', payment_method_data: { type: 'boleto', boleto: { tax_id: '000.000.000-00' } }, confirm: true }).then(
    (intent) => shop.stripe.refunds.create({ payment_intent: intent.id, instructions_email: 'ada@example.com' }),
  );

export const refund: StateTable = {
  object: 'refund',
  path: '/v1/refunds',
  statuses: ['pending', 'requires_action', 'succeeded', 'failed', 'canceled'],
  reached: {
    pending: 'the bank of `pm_card_pendingRefund` answers a moment after the request: the event tables see it pass',
    requires_action: (shop) => idOf(asked(shop)),
    succeeded: async (shop) => idOf(refunded(shop, (await pay(shop, 'pm_card_visa')).id)),
    failed: async (shop) => idOf(refunded(shop, (await pay(shop, 'pm_card_refundFail')).id)),
    canceled: async (shop) => idOf(shop.stripe.refunds.cancel((await asked(shop)).id)),
  },
};

const APPEALS = 'Stripe offers no way to appeal by the API in test mode';

/** A dispute after its evidence, once the test bank has ruled. */
async function ruled(shop: Parameters<typeof open>[0], text: string): Promise<string> {
  const { id } = await disputed(shop);
  await shop.stripe.disputes.update(id, { evidence: { uncategorized_text: text } });
  while ((await shop.stripe.disputes.retrieve(id)).status === 'under_review');
  return id;
}

export const dispute: StateTable = {
  object: 'dispute',
  path: '/v1/disputes',
  reached: {
    needs_response: (shop) => idOf(disputed(shop)),
    under_review: async (shop) => idOf(shop.stripe.disputes.update((await disputed(shop)).id, { evidence: { customer_name: 'Ada' } })),
    won: (shop) => ruled(shop, 'winning_evidence'),
    lost: (shop) => ruled(shop, 'losing_evidence'),
    warning_needs_response: (shop) => idOf(disputed(shop, 'pm_card_createDisputeInquiry')),
    warning_under_review: async (shop) =>
      idOf(shop.stripe.disputes.update((await disputed(shop, 'pm_card_createDisputeInquiry')).id, { evidence: { customer_name: 'Ada' } })),
    warning_closed: async (shop) => idOf(shop.stripe.disputes.close((await disputed(shop, 'pm_card_createDisputeInquiry')).id)),
    prevented: 'no test card of Stripe prevents a dispute',
    appeal_needs_response: APPEALS,
    appeal_under_review: APPEALS,
  },
};

export const payout: StateTable = {
  object: 'payout',
  path: '/v1/payouts',
  statuses: ['pending', 'in_transit', 'paid', 'canceled', 'failed'],
  reached: {
    pending: async (shop) => {
      await fund(shop);
      return idOf(shop.stripe.payouts.create({ amount: 100, currency: 'usd' }));
    },
    in_transit: async (shop) => {
      await fund(shop);
      const { id } = await shop.stripe.payouts.create({ amount: 100, currency: 'usd', method: 'instant' });
      while ((await shop.stripe.payouts.retrieve(id)).status === 'pending');
      return id;
    },
    paid: 'it takes two business days: payouts.test.ts moves the clock of a platform of its own',
    failed: 'it takes two business days: payouts.test.ts moves the clock of a platform of its own',
    canceled: async (shop) => {
      await fund(shop);
      return idOf(shop.stripe.payouts.cancel((await shop.stripe.payouts.create({ amount: 100, currency: 'usd' })).id));
    },
  },
};

export const topup: StateTable = {
  object: 'topup',
  path: '/v1/topups',
  reached: {
    pending: (shop) => idOf(shop.stripe.topups.create({ amount: 100, currency: 'usd' })),
    succeeded: 'it takes two business days: payouts.test.ts moves the clock of a platform of its own',
    failed: 'it takes two business days: payouts.test.ts moves the clock of a platform of its own',
    canceled: async (shop) => idOf(shop.stripe.topups.cancel((await shop.stripe.topups.create({ amount: 100, currency: 'usd' })).id)),
    reversed: 'Stripe reverses top-ups itself, and offers no way to bring it about in test mode',
  },
};
