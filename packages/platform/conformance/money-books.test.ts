import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { inventKey, type TestPlatform, testPlatform } from './world.ts';

/**
 * Whatever is done with money, in whatever order: the balance is the sum of the ledger's lines, every line's fee is the sum of
 * its parts, and what came in is what went out plus what is there.
 */
let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const CARDS = [
  'pm_card_visa',
  'pm_card_bypassPending',
  'pm_card_chargeDeclined',
  'pm_card_createDispute',
  'pm_card_createDisputeInquiry',
  'pm_card_refundFail',
  'pm_usBankAccount_success',
];

type Act = { kind: string; card: number; amount: number; which: number };

const act: fc.Arbitrary<Act> = fc.record({
  kind: fc.constantFrom(
    'pay',
    'pay',
    'hold',
    'destination',
    'capture',
    'refund',
    'refund',
    'payout',
    'cancelPayout',
    'transfer',
    'reverse',
    'win',
    'close',
    'topup',
  ),
  card: fc.nat(CARDS.length - 1),
  amount: fc.integer({ min: 50, max: 20_000 }),
  which: fc.nat(20),
});

interface Scene {
  readonly stripe: Stripe;
  readonly theirs: Stripe;
  readonly account: string;
}

const pick = <T>(rows: readonly T[], which: number): T => rows[which % rows.length]!;
const pay = ({ stripe }: Scene, { amount, card }: Act, more: object = {}) =>
  stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    payment_method: CARDS[card]!,
    confirm: true,
    return_url: 'https://example.com',
    ...more,
  });

const ACTS: Readonly<Record<string, (scene: Scene, given: Act) => Promise<unknown>>> = {
  pay: (scene, given) => pay(scene, given),
  hold: (scene, given) => pay(scene, given, { capture_method: 'manual' }),
  destination: (scene, given) =>
    pay(scene, given, { transfer_data: { destination: scene.account }, application_fee_amount: Math.floor(given.amount / 10) }),
  capture: async ({ stripe }, { which, amount }) => {
    const held = (await stripe.paymentIntents.list({ limit: 100 })).data.filter((row) => row.status === 'requires_capture');
    const one = pick(held, which);
    await stripe.paymentIntents.capture(one.id, { amount_to_capture: Math.min(amount, one.amount_capturable) });
  },
  refund: async ({ stripe }, { which, amount }) => {
    const charge = pick((await stripe.charges.list({ limit: 100 })).data, which);
    const reverse =
      charge.transfer === undefined || charge.transfer === null ? {} : { reverse_transfer: true, refund_application_fee: which % 2 === 0 };
    await stripe.refunds.create({ charge: charge.id, ...(which % 3 === 0 && { amount }), ...reverse });
  },
  payout: ({ stripe }, { amount }) => stripe.payouts.create({ amount, currency: 'usd' }),
  cancelPayout: async ({ stripe }, { which }) => stripe.payouts.cancel(pick((await stripe.payouts.list()).data, which).id),
  transfer: ({ stripe, account }, { amount }) => stripe.transfers.create({ amount, currency: 'usd', destination: account }),
  reverse: async ({ stripe }, { which, amount }) =>
    stripe.transfers.createReversal(pick((await stripe.transfers.list()).data, which).id, { amount }),
  win: async ({ stripe }, { which }) =>
    stripe.disputes.update(pick((await stripe.disputes.list()).data, which).id, { evidence: { uncategorized_text: 'winning_evidence' } }),
  close: async ({ stripe }, { which }) => stripe.disputes.close(pick((await stripe.disputes.list()).data, which).id),
  topup: ({ stripe }, { amount }) => stripe.topups.create({ amount, currency: 'usd' }),
};

/** A wrong request is refused and changes nothing; it must be a refusal of Stripe's, not an accident. */
async function perform(scene: Scene, given: Act): Promise<void> {
  try {
    await ACTS[given.kind]!(scene, given);
  } catch (error) {
    const { statusCode } = error as { statusCode?: number };
    // Picking one of nothing is a TypeError of this test.
    if (!(error instanceof TypeError) && (statusCode === undefined || statusCode >= 500)) throw error;
  }
}

async function all<T extends { id: string }>(list: AsyncIterable<T>): Promise<T[]> {
  const rows: T[] = [];
  for await (const row of list) rows.push(row);
  return rows;
}

async function checkBooks(stripe: Stripe): Promise<Stripe.BalanceTransaction[]> {
  const rows = await all(stripe.balanceTransactions.list({ limit: 100 }));
  for (const row of rows) {
    expect(row.net).toBe(row.amount - row.fee);
    expect(row.fee).toBe(row.fee_details.reduce((sum, detail) => sum + detail.amount, 0));
  }
  const balance = await stripe.balance.retrieve();
  const total = (side: Stripe.Balance.Available[]): number => side.reduce((sum, purse) => sum + purse.amount, 0);
  const now = Math.floor(world.platform.clock.nowMs() / 1000);
  const there = rows.filter((row) => row.available_on <= now).reduce((sum, row) => sum + row.net, 0);
  expect([total(balance.available), total(balance.pending)]).toEqual([there, rows.reduce((sum, row) => sum + row.net, 0) - there]);
  return rows;
}

const sum = (rows: readonly number[]): number => rows.reduce((total, each) => total + each, 0);

/** What the objects themselves say of money must come to the balance, line by line of double entry. */
async function checkObjects({ stripe, theirs, account }: Scene, rows: readonly Stripe.BalanceTransaction[]): Promise<void> {
  const charges = (await all(stripe.charges.list({ limit: 100 }))).filter((row) => row.status === 'succeeded' && row.captured);
  const refunds = (await all(stripe.refunds.list({ limit: 100 }))).filter((row) => row.status !== 'failed' && row.status !== 'canceled');
  const disputes = await all(stripe.disputes.list({ limit: 100 }));
  const taken = sum(disputes.filter((row) => !row.status.startsWith('warning') && row.status !== 'won').map((row) => row.amount));
  const payouts = (await all(stripe.payouts.list({ limit: 100 }))).filter((row) => row.status !== 'canceled' && row.status !== 'failed');
  const transfers = await all(stripe.transfers.list({ limit: 100 }));
  const fees = await all(stripe.applicationFees.list({ limit: 100 }));
  const moved = sum(transfers.map((row) => row.amount - row.amount_reversed));
  const earned = sum(fees.map((row) => row.amount - row.amount_refunded));
  const expected =
    sum(charges.map((row) => row.amount_captured)) -
    sum(refunds.map((row) => row.amount)) -
    taken -
    sum(rows.map((row) => row.fee)) -
    moved +
    earned;
  expect(sum(rows.map((row) => row.net)) + sum(payouts.map((row) => row.amount))).toBe(expected);
  for (const charge of charges)
    expect(charge.amount_refunded).toBe(sum(refunds.filter((row) => row.charge === charge.id).map((row) => row.amount)));
  const lines = await all(theirs.balanceTransactions.list({ limit: 100 }));
  expect([account, sum(lines.map((row) => row.net))]).toEqual([account, moved - earned]);
}

test('the books balance after any sequence of 200 operations', { timeout: 300_000 }, async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(act, { minLength: 200, maxLength: 200 }), async (acts) => {
      const key = inventKey();
      const stripe = world.client(key);
      const account = (await stripe.accounts.create({})).id;
      const scene = { stripe, account, theirs: world.client(key, { stripeAccount: account }) };
      for (const given of acts) await perform(scene, given);
      // The banks' answers come a moment later; they are part of the books.
      await settled(stripe);
      await checkObjects(scene, await checkBooks(stripe));
    }),
    { numRuns: 3 },
  );
});

/** Nothing is on its way any more: no refund without its bank's answer, no debit, no dispute that was ruled on. */
async function settled(stripe: Stripe): Promise<void> {
  for (;;) {
    const [refunds, charges, disputes] = await Promise.all([
      all(stripe.refunds.list({ limit: 100 })),
      all(stripe.charges.list({ limit: 100 })),
      all(stripe.disputes.list({ limit: 100 })),
    ]);
    const waits =
      refunds.some(
        (row) => row.status === 'pending' || (row.destination_details?.card?.reference_status === 'pending' && row.status === 'succeeded'),
      ) ||
      charges.some((row) => row.status === 'pending') ||
      disputes.some((row) => row.status === 'under_review' && row.evidence.uncategorized_text === 'winning_evidence');
    if (!waits) return;
  }
}
