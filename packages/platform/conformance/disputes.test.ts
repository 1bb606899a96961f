import fc from 'fast-check';
import type Stripe from 'stripe';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { until } from './until.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
beforeAll(async () => {
  world = await testPlatform();
});
afterAll(() => world.platform.close());

const pay = (stripe: Stripe, card: string, amount = 2000, more: Partial<Stripe.PaymentIntentCreateParams> = {}) =>
  stripe.paymentIntents.create({
    amount,
    currency: 'usd',
    payment_method: card,
    confirm: true,
    return_url: 'https://example.com',
    ...more,
  });

const disputesOf = async (stripe: Stripe, intent: string): Promise<Stripe.Dispute[]> =>
  (await stripe.disputes.list({ payment_intent: intent })).data;
const typesOf = async (stripe: Stripe): Promise<string[]> =>
  (await stripe.events.list({ limit: 100 })).data.map(({ type }) => type).reverse();
const status = async (stripe: Stripe, id: string): Promise<string> => (await stripe.disputes.retrieve(id)).status;

test('a dispute card pays, then disputes: the money and a fee are withdrawn, and the charge says so', async () => {
  const stripe = world.client();
  const intent = await pay(stripe, 'pm_card_createDispute');
  const [dispute] = await disputesOf(stripe, intent.id);
  expect(dispute).toMatchObject({ amount: 2000, reason: 'fraudulent', status: 'needs_response', charge: intent.latest_charge });
  expect(dispute!.balance_transactions.map(({ amount, fee, net, type }) => [amount, fee, net, type])).toEqual([
    [-2000, 1500, -3500, 'adjustment'],
  ]);
  expect((await stripe.charges.retrieve(intent.latest_charge as string)).disputed).toBe(true);
  expect((await typesOf(stripe)).slice(2)).toEqual([
    'payment_intent.succeeded',
    'charge.dispute.created',
    'charge.dispute.funds_withdrawn',
    'charge.updated',
  ]);
});

test('a payment held back is disputed when it is captured', async () => {
  const stripe = world.client();
  const held = await pay(stripe, 'pm_card_createDispute', 2000, { capture_method: 'manual' });
  expect(await disputesOf(stripe, held.id)).toEqual([]);
  await stripe.paymentIntents.capture(held.id, { amount_to_capture: 1500 });
  expect((await disputesOf(stripe, held.id)).map(({ amount }) => amount)).toEqual([1500]);
});

test('winning evidence goes under review and then gives money and fee back', async () => {
  const stripe = world.client();
  const [dispute] = await disputesOf(stripe, (await pay(stripe, 'pm_card_createDisputeProductNotReceived')).id);
  const sent = await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'winning_evidence', customer_name: 'Ada' } });
  expect([sent.status, sent.evidence_details.submission_count, sent.evidence.customer_name]).toEqual(['under_review', 1, 'Ada']);
  await until(async () => (await status(stripe, dispute!.id)) === 'won');
  const won = await stripe.disputes.retrieve(dispute!.id);
  expect(won.balance_transactions.reduce((sum, row) => sum + row.net, 0)).toBe(0);
  expect((await typesOf(stripe)).slice(-4)).toEqual([
    'charge.dispute.updated',
    'charge.dispute.updated',
    'charge.dispute.funds_reinstated',
    'charge.dispute.closed',
  ]);
});

test('losing evidence keeps the money away, and evidence cannot be sent twice', async () => {
  const stripe = world.client();
  const [dispute] = await disputesOf(stripe, (await pay(stripe, 'pm_card_createDispute')).id);
  const staged = await stripe.disputes.update(dispute!.id, { evidence: { uncategorized_text: 'losing_evidence' }, submit: false });
  expect([staged.status, staged.evidence_details.has_evidence]).toEqual(['needs_response', true]);
  await stripe.disputes.update(dispute!.id, { submit: true });
  await until(async () => (await status(stripe, dispute!.id)) === 'lost');
  await expect(stripe.disputes.update(dispute!.id, { evidence: { customer_name: 'Ada' } })).rejects.toThrow(
    'the status of this one is lost',
  );
  await expect(stripe.disputes.close(dispute!.id)).rejects.toThrow('already closed');
});

test('closing a dispute loses it', async () => {
  const stripe = world.client();
  const [dispute] = await disputesOf(stripe, (await pay(stripe, 'pm_card_createDispute')).id);
  expect((await stripe.disputes.close(dispute!.id)).status).toBe('lost');
  expect((await typesOf(stripe)).at(-1)).toBe('charge.dispute.closed');
});

test('an inquiry moves no money and can still be refunded; a disputed charge cannot', async () => {
  const stripe = world.client();
  const asked = await pay(stripe, 'pm_card_createDisputeInquiry');
  const [inquiry] = await disputesOf(stripe, asked.id);
  expect([inquiry!.status, inquiry!.balance_transactions]).toEqual(['warning_needs_response', []]);
  expect((await stripe.refunds.create({ payment_intent: asked.id })).status).toBe('succeeded');
  const taken = await pay(stripe, 'pm_card_createDispute');
  await expect(stripe.refunds.create({ payment_intent: taken.id })).rejects.toMatchObject({ code: 'charge_disputed' });
});

test('a bank can warn of fraud and leave the money where it is', async () => {
  const stripe = world.client();
  const intent = await pay(stripe, 'pm_card_createIssuerFraudRecord');
  const [warning] = (await stripe.radar.earlyFraudWarnings.list({ charge: intent.latest_charge as string })).data;
  expect(warning).toMatchObject({ actionable: true, payment_intent: intent.id });
  expect(await disputesOf(stripe, intent.id)).toEqual([]);
});

test('several disputes share the payment between them', async () => {
  const stripe = world.client();
  const intent = await pay(stripe, 'pm_card_createMultipleDisputes', 2001);
  expect((await disputesOf(stripe, intent.id)).map(({ amount }) => amount).sort()).toEqual([1000, 1001]);
});

test('the balance is charges less refunds, disputes and fees, whatever happens in whatever order', async () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('pay' as const),
      card: fc.constantFrom('pm_card_visa', 'pm_card_bypassPending', 'pm_card_createDispute', 'pm_card_createDisputeInquiry'),
      amount: fc.integer({ min: 100, max: 50_000 }),
    }),
    fc.record({ do: fc.constant('refund' as const), which: fc.nat(9) }),
    fc.record({ do: fc.constantFrom('win' as const, 'close' as const), which: fc.nat(9) }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 8 }), async (steps) => {
      const stripe = world.client();
      let owed = 0;
      for (const each of steps) owed += await live(stripe, each);
      const { available, pending } = await stripe.balance.retrieve();
      expect([...available, ...pending].reduce((sum, purse) => sum + purse.amount, 0)).toBe(owed);
    }),
    { numRuns: 12 },
  );
});

type Lived = { do: 'pay'; card: string; amount: number } | { do: 'refund' | 'win' | 'close'; which: number };

/** Does it, and tells in minor units what the account should have gained. */
async function live(stripe: Stripe, each: Lived): Promise<number> {
  if (each.do === 'pay') {
    const { card, amount } = each;
    await pay(stripe, card, amount);
    const gained = amount - Math.round(amount * 0.029 + 30 + 1e-9);
    return card === 'pm_card_createDispute' ? gained - amount - 1500 : gained;
  }
  if (each.do === 'refund') {
    const charges = (await stripe.charges.list()).data;
    const charge = charges[each.which % Math.max(1, charges.length)];
    if (charge === undefined || charge.refunded) return 0;
    return stripe.refunds.create({ charge: charge.id }).then(
      ({ amount }) => -amount,
      () => 0,
    );
  }
  const disputes = (await stripe.disputes.list()).data;
  const dispute = disputes[each.which % Math.max(1, disputes.length)];
  if (dispute?.status !== 'needs_response') return 0;
  if (each.do === 'close') {
    await stripe.disputes.close(dispute.id);
    return 0;
  }
  await stripe.disputes.update(dispute.id, { evidence: { uncategorized_text: 'winning_evidence' } });
  await until(async () => (await status(stripe, dispute.id)) === 'won');
  return dispute.amount + 1500;
}
