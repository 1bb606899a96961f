import { hold, pay, refunded } from './money.ts';
import { type EventRow, row } from './row.ts';
import type { Shop } from './shop.ts';

const CARD = 'pm_card_riskLevelElevated';

async function queued(shop: Shop): Promise<string> {
  await pay(shop, CARD);
  return (await shop.stripe.reviews.list()).data[0]!.id;
}

/** Payments that their account should look at. */
export const review: readonly EventRow[] = [
  row({
    operation: 'a card of elevated risk pays',
    given: async () => undefined,
    when: (shop) => pay(shop, CARD),
    tells: ['payment_intent.created', 'charge.succeeded', 'review.opened', 'payment_intent.succeeded'],
  }),
  row({
    operation: 'approve',
    given: queued,
    when: (shop, id) => shop.stripe.reviews.approve(id),
    tells: ['review.closed'],
  }),
  row({
    operation: 'approve twice',
    given: async (shop) => (await shop.stripe.reviews.approve(await queued(shop))).id,
    when: (shop, id) => shop.stripe.reviews.approve(id),
    refused: 'invalid_request_error',
    tells: [],
  }),
  row({
    operation: 'refund the rest of a payment in review',
    given: async (shop) => {
      const { id } = await pay(shop, CARD);
      await refunded(shop, id, { amount: 500 });
      return id;
    },
    when: (shop, payment_intent) => shop.stripe.refunds.create({ payment_intent, reason: 'fraudulent' }),
    tells: [
      'refund.created',
      ['charge.refunded', ['amount_refunded', 'refunded']],
      'review.closed',
      ['refund.updated', ['destination_details']],
      ['charge.refund.updated', ['destination_details']],
    ],
  }),
  row({
    operation: 'cancel a payment in review',
    given: (shop) => hold(shop, CARD),
    when: (shop, intent) => shop.stripe.paymentIntents.cancel(intent.id),
    tells: [['charge.refunded', ['amount_refunded', 'refunded']], 'payment_intent.canceled', 'review.closed'],
  }),
];
