import { type Behaviour, type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../engine/index.ts';
import { amounts, currencyOf, currencyOptions, customAmount, exclusive, recurringOf, tiersOf } from './price-amounts.ts';

const taxBehaviorIsSet = () => invalid('The tax behavior of a price can only be set once. Create a new price instead.', 'tax_behavior');
const inactiveProduct = (id: string) =>
  invalid(`The product ${id} is inactive; a price of it cannot be created.`, 'product', 'product_inactive');
const keyTaken = (key: string) =>
  invalid(`A price (with lookup key \`${key}\`) already uses that lookup key. Pass transfer_lookup_key to move it.`, 'lookup_key');

function productOf(draft: Draft, params: Params): string {
  if (params.product !== undefined && params.product_data !== undefined) throw exclusive('product, product_data');
  if (params.product !== undefined) {
    const product = draft.need('product', params.product, 'product');
    if (product.active === false && params.active !== false) throw inactiveProduct(product.id);
    return product.id;
  }
  if (params.product_data === undefined)
    throw invalid('You must specify either `product` or `product_data` when creating a price.', 'product', 'parameter_missing');
  const { metadata, ...data } = params.product_data;
  const fields = { type: 'service', active: true, updated: draft.now, metadata: mergedMetadata({}, metadata ?? {}) };
  return draft.make('product', { ...fields, ...data }).id;
}

function claimLookupKey(draft: Draft, params: Params, own?: string): void {
  if (typeof params.lookup_key !== 'string') return;
  const holder = draft.find('price', [['lookup_key', params.lookup_key]]).find((row) => row.id !== own);
  if (holder === undefined) return;
  if (params.transfer_lookup_key !== true) throw keyTaken(params.lookup_key);
  draft.set(holder, { lookup_key: null });
}

const AMOUNTS = ['unit_amount', 'unit_amount_decimal', 'tiers'];
const twoAmounts = () => invalid('You may only specify one of these parameters: unit_amount, custom_unit_amount.', 'custom_unit_amount');

/** All fields that a price's parameters come to. */
function fieldsOf(draft: Draft, params: Params): Fields {
  if (params.custom_unit_amount?.enabled === true && AMOUNTS.some((name) => params[name] !== undefined)) throw twoAmounts();
  claimLookupKey(draft, params);
  const recurring = recurringOf(draft, params);
  const tiers = tiersOf(params);
  const options = currencyOptions(params);
  return {
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? 'per_unit',
    currency: currencyOf(params.currency),
    product: productOf(draft, params),
    recurring,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    tiers_mode: params.tiers_mode ?? null,
    type: recurring === null ? 'one_time' : 'recurring',
    custom_unit_amount: customAmount(params),
    ...amounts(params),
    ...(tiers !== undefined && { tiers }),
    ...(options !== undefined && { currency_options: options }),
  };
}

/** The price as it is in a currency: its own, or one of its `currency_options`; nothing where it is not sold in it. */
export function priceIn(price: StripeObject, currency: string): StripeObject | undefined {
  if (price.currency === currency) return price;
  const option = price.currency_options?.[currency];
  return option === undefined ? undefined : { ...price, ...option, currency };
}

/** The price seen the old way: same id, same amounts. Subscription items carry both. */
export function planOfPrice(price: StripeObject): StripeObject {
  const { recurring, tiers, ...rest } = price;
  return {
    id: price.id,
    object: 'plan',
    active: price.active,
    amount: price.unit_amount,
    amount_decimal: price.unit_amount_decimal,
    billing_scheme: price.billing_scheme,
    created: price.created,
    currency: price.currency,
    interval: recurring.interval,
    interval_count: recurring.interval_count,
    livemode: price.livemode,
    metadata: rest.metadata,
    meter: recurring.meter ?? null,
    nickname: price.nickname,
    product: price.product,
    tiers_mode: price.tiers_mode,
    transform_usage: price.transform_quantity,
    trial_period_days: recurring.trial_period_days ?? null,
    usage_type: recurring.usage_type,
    ...(tiers !== undefined && { tiers }),
  };
}

/** A recurring price tells `plan.created` beside `price.created` (captured). */
function mirrorPlan(draft: Draft, price: StripeObject): void {
  if (price.type !== 'recurring') return;
  const plan = planOfPrice(price);
  const known = draft.get('plan', price.id);
  if (known === undefined) draft.insert(plan);
  else draft.set(known, plan);
}

/** A new price, its plan first; also one made by another object's creation (`default_price_data`, `price_data`). */
export function insertPrice(draft: Draft, params: Params, id: string = draft.id('price')): StripeObject {
  const { nickname = null, metadata, transform_quantity: transform = null, lookup_key: key = null } = params;
  const own = { nickname, transform_quantity: transform, lookup_key: key, metadata: mergedMetadata({}, metadata ?? {}) };
  const fields = { ...own, ...fieldsOf(draft, params), id, created: draft.now, livemode: draft.world.livemode };
  mirrorPlan(draft, { ...fields, object: 'price' } as unknown as StripeObject);
  return draft.make('price', fields);
}

const needsPrice = (at: string) => invalid(`Missing required param: ${at}[price].`, `${at}[price]`, 'parameter_missing');

/** The price that an element of a list names, or that is made of its `price_data`. */
export function priceFor(draft: Draft, given: Params, at: string): StripeObject {
  if (given.price !== undefined) return draft.need('price', given.price, `${at}[price]`);
  if (given.price_data === undefined) throw needsPrice(at);
  return insertPrice(draft, given.price_data);
}

export const price: Behaviour = {
  object: 'price',
  grade: 'lived',
  filters: {
    lookup_keys: (row, value) => Array.isArray(value) && value.includes(row.lookup_key),
    product: 'product',
  },
  update: (draft, before, params) => {
    claimLookupKey(draft, params, before.id);
    const { tax_behavior: behavior } = params;
    if (behavior !== undefined && before.tax_behavior !== 'unspecified' && behavior !== before.tax_behavior) throw taxBehaviorIsSet();
    const options = currencyOptions(params);
    return options === undefined ? {} : { currency_options: { ...before.currency_options, ...options } };
  },
  updated: (draft, after) => {
    mirrorPlan(draft, after);
    return after;
  },
  specials: { 'POST /v1/prices': (draft, params) => insertPrice(draft, params) },
};

export { currencyOf };
