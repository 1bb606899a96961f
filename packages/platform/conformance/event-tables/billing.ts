import type { Shop } from './shop.ts';

/** A subscription on a clock, paid by a card. */
export async function subscribed(shop: Shop, params: object = {}, card: string | null = 'tok_visa') {
  const clock = await shop.clock();
  const customer = await shop.customer(card ?? undefined, { test_clock: clock.id });
  const price = await shop.price(2000);
  const subscription = await shop.stripe.subscriptions.create({ customer: customer.id, items: [{ price: price.id }], ...params });
  return { clock: clock.id, customer, price, subscription, item: subscription.items.data[0]!.id };
}

/** The customer's default card declines from now on. */
export async function failing<T extends { customer: { id: string } }>(shop: Shop, it: T): Promise<T> {
  const bad = await shop.stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: it.customer.id });
  await shop.stripe.customers.update(it.customer.id, { invoice_settings: { default_payment_method: bad.id } });
  return it;
}

export const FIRST = ['currency', 'next_invoice_sequence'] as const;
export const PAID = ['charge.succeeded', 'payment_intent.succeeded'] as const;
/** What changes of an invoice that is paid at its first try. */
export const SETTLING = ['amount_paid', 'amount_remaining', 'attempted', 'auto_advance', 'status', 'status_transitions'] as const;
export const SETTLED = ['invoice.paid', 'invoice.payment_succeeded', 'invoice_payment.paid'] as const;
