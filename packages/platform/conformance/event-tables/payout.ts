import { fund, pay } from './money.ts';
import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

/** An account that this one may send money to. */
async function funded(shop: Shop): Promise<string> {
  await fund(shop);
  return (await shop.stripe.accounts.create({})).id;
}

export const payout: readonly EventRow[] = [
  row({
    operation: 'create',
    given: (shop) => fund(shop),
    when: (shop) => shop.stripe.payouts.create({ amount: 1000, currency: 'usd' }),
    tells: ['payout.created'],
  }),
  row({
    operation: 'create more than there is',
    given: async () => undefined,
    when: (shop) => shop.stripe.payouts.create({ amount: 1000, currency: 'usd' }),
    refused: 'balance_insufficient',
    tells: [],
  }),
  row({
    operation: 'create an instant one',
    given: (shop) => fund(shop),
    when: (shop) => shop.stripe.payouts.create({ amount: 1000, currency: 'usd', method: 'instant' }),
    tells: ['payout.created', ['payout.updated', { status: 'pending' }]],
  }),
  row({
    operation: 'update the metadata',
    given: async (shop) => {
      await fund(shop);
      return shop.stripe.payouts.create({ amount: 1000, currency: 'usd' });
    },
    when: (shop, made) => shop.stripe.payouts.update(made.id, { metadata: { a: 'b' } }),
    tells: [['payout.updated', ['metadata']]],
  }),
  row({
    operation: 'cancel',
    given: async (shop) => {
      await fund(shop);
      return shop.stripe.payouts.create({ amount: 1000, currency: 'usd' });
    },
    when: (shop, made) => shop.stripe.payouts.cancel(made.id),
    tells: ['payout.canceled'],
  }),
  row({
    operation: 'arrive',
    given: async (shop) => {
      await fund(shop);
      return shop.stripe.payouts.create({ amount: 1000, currency: 'usd' });
    },
    when: async (shop) => shop.days(6),
    tells: [['payout.updated', { status: 'pending' }], 'payout.paid'],
  }),
  row({
    operation: 'fail at a closed bank account',
    given: async (shop) => {
      const { id } = await shop.stripe.accounts.retrieveCurrent();
      await shop.stripe.balanceSettings.update({ payments: { payouts: { schedule: { interval: 'manual' } } } });
      await shop.stripe.accounts.createExternalAccount(id, {
        external_account: 'btok_us_verified_accountClosed',
        default_for_currency: true,
      });
      await fund(shop);
      return shop.stripe.payouts.create({ amount: 1000, currency: 'usd' });
    },
    when: async (shop) => shop.days(6),
    tells: [['payout.updated', { status: 'pending' }], 'payout.failed', ['account.external_account.updated', ['status']]],
  }),
  row({
    operation: 'pay out by the schedule',
    given: async (shop) => {
      const { id } = await shop.stripe.accounts.retrieveCurrent();
      await shop.stripe.accounts.createExternalAccount(id, { external_account: 'btok_us_verified' });
      await pay(shop, 'pm_card_visa');
    },
    when: async (shop) => shop.days(14),
    tells: [
      'balance.available',
      'payout.created',
      ['payout.updated', { status: 'pending' }],
      'payout.paid',
      'payout.reconciliation_completed',
    ],
  }),
];

export const transfer: readonly EventRow[] = [
  row({
    operation: 'create',
    given: funded,
    when: (shop, destination) => shop.stripe.transfers.create({ amount: 1000, currency: 'usd', destination }),
    tells: ['transfer.created'],
  }),
  row({
    operation: 'update',
    given: async (shop) => shop.stripe.transfers.create({ amount: 1000, currency: 'usd', destination: await funded(shop) }),
    when: (shop, made) => shop.stripe.transfers.update(made.id, { metadata: { a: 'b' } }),
    tells: [['transfer.updated', { metadata: { a: null } }]],
  }),
  row({
    operation: 'reverse a part',
    given: async (shop) => shop.stripe.transfers.create({ amount: 1000, currency: 'usd', destination: await funded(shop) }),
    when: (shop, made) => shop.stripe.transfers.createReversal(made.id, { amount: 100 }),
    tells: ['transfer.reversed'],
  }),
  row({
    operation: 'pass a payment on, and keep a fee',
    given: funded,
    when: (shop, destination) =>
      shop.stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
        return_url: 'https://example.com',
        transfer_data: { destination },
        application_fee_amount: 123,
      }),
    tells: ['payment_intent.created', 'transfer.created', 'application_fee.created', 'charge.succeeded', 'payment_intent.succeeded'],
  }),
  row({
    operation: 'refund what was passed on, with transfer and fee',
    given: async (shop) =>
      shop.stripe.paymentIntents.create({
        amount: 2000,
        currency: 'usd',
        payment_method: 'pm_card_visa',
        confirm: true,
        return_url: 'https://example.com',
        transfer_data: { destination: await funded(shop) },
        application_fee_amount: 123,
      }),
    when: (shop, intent) => shop.stripe.refunds.create({ payment_intent: intent.id, reverse_transfer: true, refund_application_fee: true }),
    tells: [
      'refund.created',
      'application_fee.refunded',
      'transfer.reversed',
      ['charge.refunded', ['amount_refunded', 'refunded']],
      ['refund.updated', ['destination_details']],
      ['charge.refund.updated', ['destination_details']],
    ],
  }),
];

export const topup: readonly EventRow[] = [
  row({
    operation: 'create',
    given: async () => undefined,
    when: (shop) => shop.stripe.topups.create({ amount: 2000, currency: 'usd' }),
    tells: ['topup.created'],
  }),
  row({
    operation: 'cancel',
    given: (shop) => shop.stripe.topups.create({ amount: 2000, currency: 'usd' }),
    when: (shop, made) => shop.stripe.topups.cancel(made.id),
    tells: ['topup.canceled'],
  }),
  row({
    operation: 'arrive',
    given: (shop) => shop.stripe.topups.create({ amount: 2000, currency: 'usd' }),
    when: async (shop) => shop.days(6),
    tells: ['topup.succeeded'],
  }),
  row({
    operation: 'fail to arrive',
    given: (shop) => shop.stripe.topups.create({ amount: 2000, currency: 'usd', source: 'btok_us_verified_noAccount' }),
    when: async (shop) => shop.days(6),
    tells: ['topup.failed'],
  }),
];

export const balanceSettings: readonly EventRow[] = [
  row({
    operation: 'change the schedule of payouts',
    given: async () => undefined,
    when: (shop) => shop.stripe.balanceSettings.update({ payments: { payouts: { schedule: { interval: 'manual' } } } }),
    tells: [['balance_settings.updated', ['payments']]],
  }),
];
