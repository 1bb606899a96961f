import type { VersionChange } from '../change.ts';

export const cloverDiscountSource: VersionChange = {
  version: '2025-09-30.clover',
  sentence: 'A discount names its coupon in `source`; it carried the whole coupon in `coupon`.',
  answers: {
    discount: (discount, look) => {
      const { source } = discount;
      const named = source?.coupon;
      discount.coupon = typeof named === 'string' ? (look.get('coupon', named) ?? null) : (named ?? null);
      delete discount.source;
    },
  },
  rows: [
    {
      title: 'a discount carries its coupon',
      world: [{ id: 'half', object: 'coupon', percent_off: 50 }],
      answer: {
        now: { id: 'di_1', object: 'discount', source: { coupon: 'half', type: 'coupon' } },
        before: { id: 'di_1', object: 'discount', coupon: { id: 'half', object: 'coupon', percent_off: 50 } },
      },
    },
  ],
};
