import { type EventRow, row } from './row.ts';

const recurring = { interval: 'month' } as const;
const coupon = { percent_off: 10, duration: 'forever' } as const;

/** Products, prices, plans, coupons and promotion codes. */
export const catalog: readonly EventRow[] = [
  row({
    operation: 'create a product with a price',
    given: () => Promise.resolve(),
    when: (shop) => shop.stripe.products.create({ name: 'Pro', default_price_data: { currency: 'usd', unit_amount: 500, recurring } }),
    tells: ['product.created', 'plan.created', 'price.created', ['product.updated', { default_price: null }]],
  }),
  row({
    operation: 'create a price that is paid once',
    given: (shop) => shop.stripe.products.create({ name: 'Pro' }),
    when: (shop, product) => shop.stripe.prices.create({ product: product.id, currency: 'usd', unit_amount: 500 }),
    tells: ['price.created'],
  }),
  row({
    operation: 'archive a price that recurs',
    given: (shop) => shop.price(500),
    when: (shop, price) => shop.stripe.prices.update(price.id, { active: false }),
    tells: [
      ['price.updated', { active: true }],
      ['plan.updated', { active: true }],
    ],
  }),
  row({
    operation: 'rename a product',
    given: (shop) => shop.stripe.products.create({ name: 'Pro' }),
    when: (shop, { id }) => shop.stripe.products.update(id, { name: 'Plus' }),
    tells: [['product.updated', { name: 'Pro' }]],
  }),
  row({
    operation: 'delete a product',
    given: (shop) => shop.stripe.products.create({ name: 'Pro' }),
    when: (shop, { id }) => shop.stripe.products.del(id),
    tells: ['product.deleted'],
  }),
  row({
    operation: 'delete a plan',
    given: (shop) => shop.price(500),
    when: (shop, price) => shop.stripe.plans.del(price.id),
    tells: ['price.deleted', 'plan.deleted'],
  }),
  row({
    operation: 'create a coupon',
    given: () => Promise.resolve(),
    when: (shop) => shop.stripe.coupons.create(coupon),
    tells: ['coupon.created'],
  }),
  row({
    operation: 'rename a coupon',
    given: (shop) => shop.stripe.coupons.create(coupon),
    when: (shop, { id }) => shop.stripe.coupons.update(id, { name: 'Ten' }),
    tells: [['coupon.updated', { name: null }]],
  }),
  row({
    operation: 'delete a coupon',
    given: (shop) => shop.stripe.coupons.create(coupon),
    when: (shop, { id }) => shop.stripe.coupons.del(id),
    tells: ['coupon.deleted'],
  }),
  row({
    operation: 'create a promotion code',
    given: (shop) => shop.stripe.coupons.create(coupon),
    when: (shop, { id }) => shop.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: id } }),
    tells: ['promotion_code.created'],
  }),
  row({
    operation: 'deactivate a promotion code',
    given: async (shop) =>
      shop.stripe.promotionCodes.create({ promotion: { type: 'coupon', coupon: (await shop.stripe.coupons.create(coupon)).id } }),
    when: (shop, { id }) => shop.stripe.promotionCodes.update(id, { active: false }),
    tells: [['promotion_code.updated', { active: true }]],
  }),
];

const meterParams = { display_name: 'Calls', event_name: 'calls', default_aggregation: { formula: 'sum' } } as const;

export const meter: readonly EventRow[] = [
  row({
    operation: 'create a meter',
    given: () => Promise.resolve(),
    when: (shop) => shop.stripe.billing.meters.create(meterParams),
    tells: ['billing.meter.created'],
  }),
  row({
    operation: 'rename a meter',
    given: (shop) => shop.stripe.billing.meters.create(meterParams),
    when: (shop, { id }) => shop.stripe.billing.meters.update(id, { display_name: 'API calls' }),
    tells: [['billing.meter.updated', ['display_name']]],
  }),
  row({
    operation: 'deactivate a meter',
    given: (shop) => shop.stripe.billing.meters.create(meterParams),
    when: (shop, { id }) => shop.stripe.billing.meters.deactivate(id),
    tells: ['billing.meter.deactivated'],
  }),
  row({
    operation: 'reactivate a meter',
    given: async (shop) => shop.stripe.billing.meters.deactivate((await shop.stripe.billing.meters.create(meterParams)).id),
    when: (shop, { id }) => shop.stripe.billing.meters.reactivate(id),
    tells: ['billing.meter.reactivated'],
  }),
];
