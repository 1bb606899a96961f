import type { MirroredObject } from '../mirrored-object.ts';

export const promotionCode: MirroredObject = {
  object: 'promotion_code',
  table: 'promotion_codes',
  list: '/v1/promotion_codes',
  priority: 1,
};
