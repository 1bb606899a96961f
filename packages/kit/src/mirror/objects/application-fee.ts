import type { MirroredObject } from '../mirrored-object.ts';

export const applicationFee: MirroredObject = {
  object: 'application_fee',
  table: 'application_fees',
  list: '/v1/application_fees',
  lists: [{ field: 'refunds', path: '/v1/application_fees/{id}/refunds', view: 'application_fee_refunds' }],
  columns: ['charge'],
  priority: 2,
};
