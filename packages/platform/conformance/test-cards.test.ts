import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { BANKS } from '../src/resources/payment-method/banks.ts';
import { CARDS, type TestCard } from '../src/resources/payment-method/cards.ts';
import { testCardsPage } from '../src/resources/payment-method/reference.ts';
import { until } from './until.ts';
import { type TestPlatform, testPlatform } from './world.ts';

let world: TestPlatform;
let stripe: Stripe;
beforeAll(async () => {
  world = await testPlatform();
  stripe = world.client();
});
afterAll(() => world.platform.close());

/** What a payment came to: `succeeded`, or the codes of its refusal. */
async function outcome(make: () => Promise<{ status: string | null }>): Promise<unknown> {
  try {
    return (await make()).status;
  } catch (error) {
    const { code, decline_code } = error as Stripe.errors.StripeCardError;
    return [code, decline_code || null];
  }
}

const expected = ({ authentication, decline }: TestCard): unknown => {
  if (authentication === 'always' || authentication === 'unless_set_up') return 'requires_action';
  return decline === undefined ? 'succeeded' : [decline.code, decline.decline_code];
};

const pay = (method: Partial<Stripe.PaymentIntentCreateParams>) =>
  stripe.paymentIntents.create({ amount: 2000, currency: 'usd', confirm: true, return_url: 'https://example.com', ...method });

const byToken = CARDS.filter((card) => card.token !== undefined);

describe('each test card does what its table says', () => {
  test.each(byToken)('$token', async (card) => {
    const token = `tok_${card.token!.slice('pm_card_'.length)}`;
    expect(await outcome(() => pay({ payment_method: card.token! }))).toEqual(expected(card));
    const method = await stripe.paymentMethods.create({ type: 'card', card: { token } });
    expect(await outcome(() => pay({ payment_method: method.id }))).toEqual(expected(card));
    expect([method.card!.last4, method.card!.brand, method.card!.country]).toEqual([
      card.number.slice(-4),
      card.brand,
      card.country ?? 'US',
    ]);
  });

  test.each(CARDS)('$number typed in', async (card) => {
    const typed = { number: card.number, exp_month: 12, exp_year: 2040, cvc: '123' };
    const made = async () => pay({ payment_method: (await stripe.paymentMethods.create({ type: 'card', card: typed })).id });
    expect(await outcome(made)).toEqual(expected(card));
  });

  test('a card that declines cannot be attached, except the one made to fail later', async () => {
    const customer = await stripe.customers.create({});
    for (const card of byToken) {
      const refused = card.decline !== undefined && card.attaches !== true && card.authentication === undefined;
      const attached = stripe.paymentMethods.attach(card.token!, { customer: customer.id });
      expect([
        card.token,
        await attached.then(
          () => false,
          () => true,
        ),
      ]).toEqual([card.token, refused]);
    }
  });
});

const debits = BANKS.filter((bank) => bank.after === undefined && bank.debit !== 'stays' && bank.microdepositsFail === undefined);

describe('each test bank account does what its table says', () => {
  test.each(debits)('$number', async (bank) => {
    const iban = /^[A-Z]/.test(bank.number);
    const method = iban
      ? {
          payment_method_data: {
            type: 'sepa_debit',
            sepa_debit: { iban: bank.number },
            billing_details: { name: 'A', email: 'a@example.com' },
          },
        }
      : { payment_method: bank.tokens![0]! };
    const intent = await stripe.paymentIntents.create({
      amount: 2000,
      currency: iban ? 'eur' : 'usd',
      confirm: true,
      mandate_data: { customer_acceptance: { type: 'offline' } },
      ...(method as { payment_method: string }),
    });
    expect(intent.status).toBe('processing');
    const status = async (): Promise<string> => (await stripe.paymentIntents.retrieve(intent.id)).status;
    await until(async () => (await status()) !== 'processing');
    expect(await status()).toBe(bank.debit === 'succeeds' ? 'succeeded' : 'requires_payment_method');
    const charge = await stripe.charges.retrieve(intent.latest_charge as string);
    expect([charge.status, charge.failure_code, charge.disputed]).toEqual(
      typeof bank.debit === 'object' ? ['failed', bank.debit.fails, false] : ['succeeded', null, bank.disputes === true],
    );
  });

  test('an account that is typed in is debited once its owner has read the deposits off the statement', async () => {
    const typed = { account_number: '000123456789', routing_number: '110000000', account_holder_type: 'individual' };
    const asked = await pay({
      return_url: undefined,
      payment_method_data: { type: 'us_bank_account', us_bank_account: typed, billing_details: { name: 'Ada' } } as never,
    } as never);
    expect([asked.status, asked.next_action?.type]).toEqual(['requires_action', 'verify_with_microdeposits']);
    await expect(stripe.paymentIntents.verifyMicrodeposits(asked.id, { amounts: [1, 2] })).rejects.toMatchObject({
      code: 'payment_method_microdeposit_verification_amounts_mismatch',
    });
    expect((await stripe.paymentIntents.verifyMicrodeposits(asked.id, { amounts: [32, 45] })).status).toBe('processing');
    await until(async () => (await stripe.paymentIntents.retrieve(asked.id)).status === 'succeeded');
  });

  test('a debit that stays processing can be canceled', async () => {
    const intent = await pay({ payment_method: 'pm_usBankAccount_processing' });
    expect((await stripe.paymentIntents.cancel(intent.id)).status).toBe('canceled');
    expect((await stripe.charges.retrieve(intent.latest_charge as string)).status).toBe('failed');
  });
});

test('docs/reference/test-cards.md says what each card does', async () => {
  await expect(testCardsPage()).toMatchFileSnapshot('../../../docs/reference/test-cards.md');
});
