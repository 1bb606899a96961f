import type { MirroredObject } from '../mirrored-object.ts';

export const billingMeter: MirroredObject = {
  object: 'billing.meter',
  table: 'billing_meters',
  list: '/v1/billing/meters',
  by_created: false,
  priority: 2,
};
