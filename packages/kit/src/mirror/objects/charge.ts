import type { MirroredObject } from '../mirrored-object.ts';

export const charge: MirroredObject = {
  object: 'charge',
  table: 'charges',
  list: '/v1/charges',
  columns: ['customer', 'status', 'payment_intent'],
  priority: 1,
};
