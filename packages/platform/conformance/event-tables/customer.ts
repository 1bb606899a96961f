import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

/** Only API versions before basil can give a customer a coupon of its own. */
const OLD = { apiVersion: '2025-02-24.acacia' };
const coupon = (shop: Shop, percent_off: number) => shop.stripe.coupons.create({ percent_off, duration: 'forever' });
const give = (shop: Shop, customer: string, id: string) => shop.stripe.customers.update(customer, { coupon: id } as object, OLD);

async function withCoupon(shop: Shop) {
  const customer = await shop.customer();
  await give(shop, customer.id, (await coupon(shop, 10)).id);
  return { customer, other: await coupon(shop, 20) };
}

export const customer: readonly EventRow[] = [
  row({
    operation: 'create one with a payment method',
    given: (shop) => shop.stripe.paymentMethods.create({ type: 'card', card: { token: 'tok_visa' } }),
    when: (shop, method) => shop.stripe.customers.create({ payment_method: method.id }),
    tells: ['customer.created', 'payment_method.attached'],
  }),
  row({
    operation: 'rename one',
    given: (shop) => shop.customer(undefined, { name: 'Ada' }),
    when: (shop, { id }) => shop.stripe.customers.update(id, { name: 'Grace' }),
    tells: [['customer.updated', { name: 'Ada' }]],
  }),
  row({
    operation: 'give one the name that it has',
    given: (shop) => shop.customer(undefined, { name: 'Ada' }),
    when: (shop, { id }) => shop.stripe.customers.update(id, { name: 'Ada' }),
    tells: [],
  }),
  row({
    operation: 'give one a coupon',
    given: async (shop) => ({ customer: await shop.customer(), coupon: await coupon(shop, 10) }),
    when: (shop, it) => give(shop, it.customer.id, it.coupon.id),
    tells: [['coupon.updated', { times_redeemed: 0 }], 'customer.discount.created', ['customer.updated', { discount: null }]],
  }),
  row({
    operation: 'switch its coupon for another',
    given: withCoupon,
    when: (shop, { customer: { id }, other }) => give(shop, id, other.id),
    tells: [
      ['coupon.updated', { times_redeemed: 0 }],
      ['customer.discount.updated', ['id', 'source']],
      ['customer.updated', ['discount']],
    ],
  }),
  row({
    operation: 'take its coupon away',
    given: withCoupon,
    when: (shop, it) => give(shop, it.customer.id, ''),
    tells: ['customer.discount.deleted', ['customer.updated', ['discount']]],
  }),
  row({
    operation: 'delete one that is subscribed',
    given: async (shop) => {
      const made = await shop.customer('tok_visa');
      await shop.stripe.subscriptions.create({ customer: made.id, items: [{ price: (await shop.price(500)).id }] });
      return made;
    },
    when: (shop, { id }) => shop.stripe.customers.del(id),
    tells: ['customer.subscription.deleted', 'customer.deleted'],
  }),
];
