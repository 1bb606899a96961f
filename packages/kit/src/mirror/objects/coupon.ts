import type { MirroredObject } from '../mirrored-object.ts';

export const coupon: MirroredObject = {
  object: 'coupon',
  table: 'coupons',
  list: '/v1/coupons',
  deleted_by: ['coupon.deleted'],
  priority: 1,
};
