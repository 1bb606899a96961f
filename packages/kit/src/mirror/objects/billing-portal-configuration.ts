import type { MirroredObject } from '../mirrored-object.ts';

export const billingPortalConfiguration: MirroredObject = {
  object: 'billing_portal.configuration',
  table: 'billing_portal_configurations',
  list: '/v1/billing_portal/configurations',
  by_created: false,
  priority: 2,
};
