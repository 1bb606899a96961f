import type { MirroredObject } from '../mirrored-object.ts';

export const paymentMethodConfiguration: MirroredObject = {
  object: 'payment_method_configuration',
  table: 'payment_method_configurations',
  list: '/v1/payment_method_configurations',
  by_created: false,
  quiet: true,
  priority: 2,
};
