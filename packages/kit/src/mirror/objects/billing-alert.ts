import type { MirroredObject } from '../mirrored-object.ts';

export const billingAlert: MirroredObject = {
  object: 'billing.alert',
  table: 'billing_alerts',
  list: '/v1/billing/alerts',
  by_created: false,
  quiet: true,
  priority: 2,
};
