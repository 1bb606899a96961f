import type { MirroredObject } from '../mirrored-object.ts';

export const payout: MirroredObject = {
  object: 'payout',
  table: 'payouts',
  list: '/v1/payouts',
  columns: ['status'],
  priority: 2,
};
