import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from './until.ts';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

const DAY = 86_400;

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const days = (count: number): void => world.platform.clock.set(world.platform.clock.nowMs() + count * DAY * 1000);

const pay = (stripe: Stripe, amount: number, card = 'pm_card_bypassPending') =>
  stripe.paymentIntents.create({ amount, currency: 'usd', payment_method: card, confirm: true, return_url: 'https://example.com' });

const typesOf = async (stripe: Stripe): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();
const hears = (stripe: Stripe, type: string): Promise<void> => until(async () => (await typesOf(stripe)).includes(type));

/** An account that this one controls, with a bank account, and a client that acts for it. */
async function connected(bank: string): Promise<{ stripe: Stripe; theirs: Stripe; account: string; bank: string }> {
  const key = inventKey();
  const stripe = world.client(key);
  const { id } = await stripe.accounts.create({ country: 'US' });
  const theirs = world.client(key, { stripeAccount: id });
  const external = await stripe.accounts.createExternalAccount(id, { external_account: bank });
  return { stripe, theirs, account: id, bank: external.id };
}

test('money waits two business days, then it is available and the account is told', async () => {
  const stripe = world.client();
  await pay(stripe, 2000, 'pm_card_visa');
  const waiting = await stripe.balance.retrieve();
  expect([waiting.available[0]!.amount, waiting.pending[0]!.amount]).toEqual([0, 1912]);
  expect((await stripe.balanceTransactions.list()).data[0]!.status).toBe('pending');
  days(5);
  await hears(stripe, 'balance.available');
  const there = await stripe.balance.retrieve();
  expect([there.available[0]!.amount, there.pending[0]!.amount]).toEqual([1912, 0]);
  expect((await stripe.balanceTransactions.list()).data[0]!.status).toBe('available');
});

test('a payout is pending, then on its way, then paid', async () => {
  const stripe = world.client();
  await pay(stripe, 5000);
  const made = await stripe.payouts.create({ amount: 3000, currency: 'usd' });
  expect([made.status, made.automatic, made.reconciliation_status, made.type]).toEqual([
    'pending',
    false,
    'not_applicable',
    'bank_account',
  ]);
  expect((await stripe.balance.retrieve()).available[0]!.amount).toBe(5000 - 175 - 3000);
  days(1 / 12);
  await until(async () => (await stripe.payouts.retrieve(made.id)).status === 'in_transit');
  await expect(stripe.payouts.cancel(made.id)).rejects.toThrow('because it has a status of in_transit');
  days(5);
  await until(async () => (await stripe.payouts.retrieve(made.id)).status === 'paid');
  expect((await typesOf(stripe)).filter((type) => type.startsWith('payout'))).toEqual(['payout.created', 'payout.updated', 'payout.paid']);
});

test('a canceled payout gives the money back; more than there is cannot be paid out', async () => {
  const stripe = world.client();
  await pay(stripe, 5000);
  const made = await stripe.payouts.create({ amount: 3000, currency: 'usd' });
  await stripe.payouts.cancel(made.id);
  expect((await stripe.balance.retrieve()).available[0]!.amount).toBe(5000 - 175);
  await expect(stripe.payouts.create({ amount: 5000, currency: 'usd' })).rejects.toMatchObject({ code: 'balance_insufficient' });
});

test('a payout to a closed bank account fails: the money comes back, and the account takes no more until it is updated', async () => {
  const { stripe, theirs, account, bank } = await connected('btok_us_verified_accountClosed');
  await theirs.balanceSettings.update({ payments: { payouts: { schedule: { interval: 'manual' } } } });
  await pay(theirs, 5000);
  const made = await theirs.payouts.create({ amount: 3000, currency: 'usd' });
  days(6);
  await until(async () => (await theirs.payouts.retrieve(made.id)).status === 'failed');
  const failed = await theirs.payouts.retrieve(made.id, { expand: ['failure_balance_transaction'] });
  expect([failed.failure_code, (failed.failure_balance_transaction as Stripe.BalanceTransaction).net]).toEqual(['account_closed', 3000]);
  await expect(theirs.payouts.create({ amount: 100, currency: 'usd' })).rejects.toMatchObject({ code: 'bank_account_unusable' });
  await stripe.accounts.updateExternalAccount(account, bank, { account_holder_name: 'Ada' });
  expect((await theirs.payouts.create({ amount: 100, currency: 'usd' })).status).toBe('pending');
});

test('with a bank account payouts are made by themselves, as the schedule says, and say what they hold', async () => {
  const { theirs } = await connected('btok_us');
  await pay(theirs, 2000, 'pm_card_visa');
  await pay(theirs, 1000, 'pm_card_visa');
  // To the hour in which the schedule pays out, and no further: what was made must not have arrived.
  const opens = (await theirs.balanceTransactions.list()).data[0]!.available_on;
  world.platform.clock.set((opens + 3600 + 60) * 1000);
  await hears(theirs, 'payout.created');
  const [made] = (await theirs.payouts.list()).data;
  expect([made!.automatic, made!.amount, made!.reconciliation_status]).toEqual([true, 1912 + 941, 'in_progress']);
  const held = await theirs.balanceTransactions.list({ payout: made!.id });
  expect(held.data.map((row) => row.net).sort((a, b) => a - b)).toEqual([-2853, 941, 1912]);
  expect((await theirs.balance.retrieve()).available[0]!.amount).toBe(0);
  days(6);
  await hears(theirs, 'payout.reconciliation_completed');
  expect((await theirs.payouts.retrieve(made!.id)).status).toBe('paid');
});

test('a top-up arrives on its day; one from a failing bank account does not', async () => {
  const stripe = world.client();
  const good = await stripe.topups.create({ amount: 2000, currency: 'usd' });
  const bad = await stripe.topups.create({ amount: 2000, currency: 'usd', source: 'btok_us_verified_noAccount' });
  days(6);
  await hears(stripe, 'topup.failed');
  expect([(await stripe.topups.retrieve(good.id)).status, (await stripe.topups.retrieve(bad.id)).failure_code]).toEqual([
    'succeeded',
    'no_account',
  ]);
  expect((await stripe.balance.retrieve()).available[0]!.amount).toBe(2000);
});

test('a destination charge: the platform pays the fee of Stripe and earns its own, the connected account has the rest', async () => {
  const { stripe, theirs, account } = await connected('btok_us');
  const intent = await stripe.paymentIntents.create({
    amount: 1000,
    currency: 'usd',
    payment_method: 'pm_card_visa',
    confirm: true,
    return_url: 'https://example.com',
    transfer_data: { destination: account },
    application_fee_amount: 123,
    expand: ['latest_charge.transfer', 'latest_charge.application_fee'],
  });
  const charge = intent.latest_charge as Stripe.Charge;
  const transfer = charge.transfer as Stripe.Transfer;
  expect([transfer.amount, transfer.source_transaction, (charge.application_fee as Stripe.ApplicationFee).amount]).toEqual([
    1000,
    charge.id,
    123,
  ]);
  expect((await stripe.balance.retrieve()).pending[0]!.amount).toBe(1000 - 59 - 1000 + 123);
  expect((await theirs.balance.retrieve()).pending[0]!.amount).toBe(877);
  const received = await theirs.charges.retrieve(transfer.destination_payment as string);
  expect([received.amount, received.source_transfer, received.id.slice(0, 3)]).toEqual([1000, transfer.id, 'py_']);
  await stripe.refunds.create({ payment_intent: intent.id, amount: 500, reverse_transfer: true, refund_application_fee: true });
  expect((await stripe.transfers.retrieve(transfer.id)).amount_reversed).toBe(500);
});

test('separate charges and transfers share one charge up to its amount', async () => {
  const { stripe, account } = await connected('btok_us');
  const intent = await pay(stripe, 10_000, 'pm_card_visa');
  const source_transaction = intent.latest_charge as string;
  const first = await stripe.transfers.create({ amount: 7000, currency: 'usd', destination: account, source_transaction });
  expect(first.transfer_group).toBe(`group_${intent.id}`);
  await stripe.transfers.create({ amount: 2000, currency: 'usd', destination: account, source_transaction });
  await expect(stripe.transfers.create({ amount: 2000, currency: 'usd', destination: account, source_transaction })).rejects.toThrow(
    'must not exceed the source amount of $100.00',
  );
  expect((await stripe.balance.retrieve()).pending[0]!.amount).toBe(10_000 - 320 - 9000);
  await expect(stripe.transfers.create({ amount: 100, currency: 'usd', destination: 'acct_1nobody' })).rejects.toMatchObject({
    code: 'resource_missing',
  });
});
