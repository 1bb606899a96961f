import type Stripe from 'stripe';
import type { Shop } from './shop.ts';

/** Short ways to payments, for the tables of payments and what comes of them. */
export const pay = (shop: Shop, card: string, more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  shop.stripe.paymentIntents.create({
    amount: 2000,
    currency: 'usd',
    payment_method: card,
    confirm: true,
    return_url: 'https://example.com/back',
    ...more,
  });

export const hold = (
  shop: Shop,
  card = 'pm_card_visa',
  more: Partial<Stripe.PaymentIntentCreateParams> = {},
): Promise<Stripe.PaymentIntent> => pay(shop, card, { capture_method: 'manual', ...more });

export const open = (shop: Shop, more: Partial<Stripe.PaymentIntentCreateParams> = {}): Promise<Stripe.PaymentIntent> =>
  shop.stripe.paymentIntents.create({ amount: 2000, currency: 'usd', ...more });

/** A payment whose money can be used at once. */
export async function fund(shop: Shop, amount = 10_000): Promise<Stripe.PaymentIntent> {
  const paid = await pay(shop, 'pm_card_bypassPending', { amount });
  await told(shop, 'balance.available');
  return paid;
}

/** Waits for an event: what follows must not be mistaken for what came before. */
export async function told(shop: Shop, type: string): Promise<void> {
  while (!(await shop.events()).some((event) => event.type === type));
}

/** Waits until a refund's bank has answered. */
export async function refunded(shop: Shop, intent: string, params: Partial<Stripe.RefundCreateParams> = {}): Promise<Stripe.Refund> {
  const refund = await shop.stripe.refunds.create({ payment_intent: intent, ...params });
  await told(shop, 'charge.refund.updated');
  return refund;
}

export async function disputed(shop: Shop, card = 'pm_card_createDispute'): Promise<Stripe.Dispute> {
  const intent = await pay(shop, card);
  return (await shop.stripe.disputes.list({ payment_intent: intent.id })).data[0]!;
}

/** A debit of an Austrian account: AT61… pays, AT86… does not. */
export const debit = (iban: string): Partial<Stripe.PaymentIntentCreateParams> => ({
  currency: 'eur',
  payment_method_data: {
    type: 'sepa_debit',
    sepa_debit: { iban },
    billing_details: { name: 'Ada', email: 'ada@example.com' },
  } as Stripe.PaymentIntentCreateParams.PaymentMethodData,
  mandate_data: { customer_acceptance: { type: 'offline' } },
});
