import type { MirroredObject } from '../mirrored-object.ts';

export const shippingRate: MirroredObject = {
  object: 'shipping_rate',
  table: 'shipping_rates',
  list: '/v1/shipping_rates',
  quiet: true,
  priority: 2,
};
