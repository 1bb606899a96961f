import { type Behaviour, type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../engine/index.ts';

const exclusive = (params: string) => invalid(`You may only specify one of these parameters: ${params}.`);
const noAmount = () => invalid('Missing required param: unit_amount.', 'unit_amount', 'parameter_missing');
const badCurrency = (currency: string) =>
  invalid(`Invalid currency: ${currency}. Use a three-letter ISO currency code such as usd.`, 'currency');
const inactiveProduct = (id: string) =>
  invalid(`The product ${id} is inactive; a price of it cannot be created.`, 'product', 'product_inactive');
const keyTaken = (key: string) =>
  invalid(`A price (with lookup key \`${key}\`) already uses that lookup key. Pass transfer_lookup_key to move it.`, 'lookup_key');

export const currencyOf = (currency: string): string => {
  const lower = currency.toLowerCase();
  if (!/^[a-z]{3}$/.test(lower)) throw badCurrency(currency);
  return lower;
};

/** `unit_amount` is the whole number that `unit_amount_decimal` may be a fraction of. */
function amounts(params: Params): Fields {
  if (params.billing_scheme === 'tiered') return { unit_amount: null, unit_amount_decimal: null };
  if (params.unit_amount !== undefined && params.unit_amount_decimal !== undefined) throw exclusive('unit_amount, unit_amount_decimal');
  if (params.unit_amount !== undefined && params.unit_amount !== null) {
    return { unit_amount: params.unit_amount, unit_amount_decimal: String(params.unit_amount) };
  }
  if (typeof params.unit_amount_decimal === 'string') {
    const decimal = params.unit_amount_decimal;
    return { unit_amount: /^-?\d+(\.0+)?$/.test(decimal) ? Number(decimal) : null, unit_amount_decimal: decimal };
  }
  if (params.custom_unit_amount !== undefined) return { unit_amount: null, unit_amount_decimal: null };
  throw noAmount();
}

function recurringOf(params: Params): Fields | null {
  const given = params.recurring;
  if (given === undefined || given === null) return null;
  const { interval, interval_count: count = 1, usage_type: usage = 'licensed', meter = null, trial_period_days: trial = null } = given;
  const longest: Readonly<Record<string, number>> = { day: 1095, week: 156, month: 36, year: 3 };
  if (count < 1 || count > longest[interval]!) {
    throw invalid(
      `Invalid interval_count: a price may recur at most every three years, but ${count} ${interval}s were given.`,
      'recurring[interval_count]',
    );
  }
  return { interval, interval_count: count, meter, trial_period_days: trial, usage_type: usage };
}

/** Tiers as they are answered: the last one's `up_to` is null, amounts come with their decimals. */
function tiersOf(params: Params): Fields[] | undefined {
  if (!Array.isArray(params.tiers)) return undefined;
  const decimal = (amount: unknown, text: unknown): unknown => text ?? (amount === undefined || amount === null ? null : String(amount));
  const whole = (amount: unknown, text: unknown): unknown =>
    amount ?? (typeof text === 'string' && /^-?\d+$/.test(text) ? Number(text) : null);
  return params.tiers.map((tier: Params) => ({
    flat_amount: whole(tier.flat_amount, tier.flat_amount_decimal),
    flat_amount_decimal: decimal(tier.flat_amount, tier.flat_amount_decimal),
    unit_amount: whole(tier.unit_amount, tier.unit_amount_decimal),
    unit_amount_decimal: decimal(tier.unit_amount, tier.unit_amount_decimal),
    up_to: tier.up_to === 'inf' ? null : tier.up_to,
  }));
}

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

/** All fields that a price's parameters come to. */
function fieldsOf(draft: Draft, params: Params): Fields {
  claimLookupKey(draft, params);
  const recurring = recurringOf(params);
  const tiers = tiersOf(params);
  if (params.billing_scheme === 'tiered' && (tiers === undefined || params.tiers_mode === undefined)) {
    throw invalid('Prices with `billing_scheme=tiered` need `tiers` and `tiers_mode`.', 'tiers', 'parameter_missing');
  }
  return {
    active: params.active ?? true,
    billing_scheme: params.billing_scheme ?? 'per_unit',
    currency: currencyOf(params.currency),
    product: productOf(draft, params),
    recurring,
    tax_behavior: params.tax_behavior ?? 'unspecified',
    tiers_mode: params.tiers_mode ?? null,
    type: recurring === null ? 'one_time' : 'recurring',
    ...amounts(params),
    ...(tiers !== undefined && { tiers }),
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
export function insertPrice(draft: Draft, params: Params): StripeObject {
  const { nickname = null, metadata, transform_quantity: transform = null, lookup_key: key = null } = params;
  const own = { nickname, transform_quantity: transform, lookup_key: key, metadata: mergedMetadata({}, metadata ?? {}) };
  const fields = { ...own, ...fieldsOf(draft, params), id: draft.id('price'), created: draft.now, livemode: draft.world.livemode };
  mirrorPlan(draft, { ...fields, object: 'price' } as unknown as StripeObject);
  return draft.make('price', fields);
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
    return params.tax_behavior !== undefined && before.tax_behavior !== 'unspecified' && params.tax_behavior !== before.tax_behavior
      ? refuseTaxBehavior()
      : {};
  },
  updated: (draft, after) => {
    mirrorPlan(draft, after);
    return after;
  },
  specials: { 'POST /v1/prices': insertPrice },
};

function refuseTaxBehavior(): never {
  throw invalid('The tax behavior of a price can only be set once. Create a new price instead.', 'tax_behavior');
}

/** `POST /v1/plans` makes a price and answers its plan. */
export const plan: Behaviour = {
  object: 'plan',
  grade: 'ruled',
  id: { chosenBy: 'id' },
  create: (draft, params) => {
    const {
      amount,
      amount_decimal: decimal,
      interval,
      interval_count: count,
      product: owner,
      usage_type: usage,
      trial_period_days: trial,
      ...rest
    } = params;
    const data = typeof owner === 'object' && owner !== null ? { product_data: owner } : { product: owner };
    const recurring = {
      interval,
      ...(count !== undefined && { interval_count: count }),
      ...(usage && { usage_type: usage }),
      ...(trial && { trial_period_days: trial }),
    };
    const amountParams = decimal !== undefined ? { unit_amount_decimal: decimal } : { unit_amount: amount ?? 0 };
    const made = fieldsOf(draft, { ...rest, ...data, recurring, ...amountParams });
    const { product: productId, currency } = made;
    return {
      ...rest,
      currency,
      product: productId,
      amount: made.unit_amount,
      amount_decimal: made.unit_amount_decimal,
      interval,
      interval_count: count ?? 1,
      usage_type: usage ?? 'licensed',
      active: params.active ?? true,
      billing_scheme: made.billing_scheme,
    };
  },
  created: (draft, made) => {
    const {
      amount,
      amount_decimal: decimal,
      interval,
      interval_count: count,
      usage_type: usage,
      metadata,
      nickname,
      product: owner,
      currency,
    } = made;
    const recurring = {
      interval,
      interval_count: count,
      meter: made.meter ?? null,
      trial_period_days: made.trial_period_days ?? null,
      usage_type: usage,
    };
    const fields = {
      active: made.active,
      billing_scheme: made.billing_scheme,
      currency,
      product: owner,
      recurring,
      type: 'recurring',
      unit_amount: amount,
      unit_amount_decimal: decimal,
    };
    draft.make('price', { ...fields, metadata, nickname, tax_behavior: 'unspecified', id: made.id });
    return made;
  },
  remove: (draft, doomed) => {
    const twin = draft.get('price', doomed.id);
    if (twin !== undefined) draft.remove(twin, 'gone');
    return 'stub';
  },
};
