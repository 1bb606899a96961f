import type { MirroredObject } from '../mirrored-object.ts';

export const billingCreditGrant: MirroredObject = {
  object: 'billing.credit_grant',
  table: 'billing_credit_grants',
  list: '/v1/billing/credit_grants',
  by_created: false,
  columns: ['customer'],
  priority: 2,
};
