import type { MirroredObject } from '../mirrored-object.ts';

export const paymentMethodDomain: MirroredObject = {
  object: 'payment_method_domain',
  table: 'payment_method_domains',
  list: '/v1/payment_method_domains',
  by_created: false,
  quiet: true,
  priority: 2,
};
