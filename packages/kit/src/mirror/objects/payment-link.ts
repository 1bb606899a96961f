import type { MirroredObject } from '../mirrored-object.ts';

export const paymentLink: MirroredObject = {
  object: 'payment_link',
  table: 'payment_links',
  list: '/v1/payment_links',
  by_created: false,
  priority: 2,
};
