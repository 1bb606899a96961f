import type { MirroredObject } from '../mirrored-object.ts';

export const paymentIntent: MirroredObject = {
  object: 'payment_intent',
  table: 'payment_intents',
  list: '/v1/payment_intents',
  columns: ['customer', 'status'],
  priority: 1,
};
