import type Stripe from 'stripe';
import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

const linkFor = async (shop: Shop): Promise<Stripe.PaymentLink> =>
  shop.stripe.paymentLinks.create({ line_items: [{ price: (await shop.price(1000, {})).id, quantity: 1 }] });

export const paymentLink: readonly EventRow[] = [
  row({
    operation: 'create a link',
    given: (shop) => shop.price(1000, {}),
    when: (shop, price) => shop.stripe.paymentLinks.create({ line_items: [{ price: price.id, quantity: 1 }] }),
    tells: ['payment_link.created'],
  }),
  row({
    operation: 'deactivate a link',
    given: linkFor,
    when: (shop, link) => shop.stripe.paymentLinks.update(link.id, { active: false }),
    tells: [['payment_link.updated', { active: true }]],
  }),
  row({
    operation: 'visit a link',
    given: linkFor,
    when: (_shop, link) => fetch(link.url, { redirect: 'manual' }),
    tells: [],
  }),
];
