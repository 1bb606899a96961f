import type { VersionChange } from '../change.ts';
import type { OldRequest } from '../params.ts';

function promotionOf(request: OldRequest): void {
  if (request.form.coupon === undefined) return;
  request.move('coupon', 'promotion[coupon]');
  (request.form.promotion as { type?: string }).type = 'coupon';
}

export const cloverPromotion: VersionChange = {
  version: '2025-09-30.clover',
  sentence: 'What a promotion code promises stands in `promotion`, in answers and when it is created; it was its `coupon`.',
  params: [{ on: ['POST /v1/promotion_codes'], since: ['promotion'], up: promotionOf }],
  answers: {
    promotion_code: (code, look) => {
      const named = code.promotion?.coupon;
      code.coupon = typeof named === 'string' ? (look.get('coupon', named) ?? null) : (named ?? null);
      delete code.promotion;
    },
  },
  rows: [
    {
      title: 'a promotion code for a coupon',
      world: [{ id: 'half', object: 'coupon', percent_off: 50 }],
      request: {
        op: 'POST /v1/promotion_codes',
        form: 'coupon=half&code=X',
        becomes: { code: 'X', promotion: { coupon: 'half', type: 'coupon' } },
      },
      refused: { op: 'POST /v1/promotion_codes', form: 'promotion[type]=coupon&promotion[coupon]=half', param: 'promotion' },
      answer: {
        now: { id: 'promo_1', object: 'promotion_code', promotion: { coupon: 'half', type: 'coupon' } },
        before: { id: 'promo_1', object: 'promotion_code', coupon: { id: 'half', object: 'coupon', percent_off: 50 } },
      },
    },
  ],
};
