import type { MirroredObject } from '../mirrored-object.ts';

export const paymentMethod: MirroredObject = {
  object: 'payment_method',
  table: 'payment_methods',
  list: '/v1/payment_methods',
  by_created: false,
  columns: ['customer', 'type'],
  priority: 2,
};
