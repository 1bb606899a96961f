import { type Draft, type Fields, invalid, type Params } from '../engine/index.ts';

export const exclusive = (params: string) => invalid(`You may only specify one of these parameters: ${params}.`);
const noAmount = () => invalid('Missing required param: unit_amount.', 'unit_amount', 'parameter_missing');
const badCurrency = (currency: string) =>
  invalid(`Invalid currency: ${currency}. Use a three-letter ISO currency code such as usd.`, 'currency');
const noTiers = () => invalid('Prices with `billing_scheme=tiered` need `tiers` and `tiers_mode`.', 'tiers', 'parameter_missing');
const notTiered = (param: string) => invalid(`You can only set ${param} where \`billing_scheme\` is \`tiered\`.`, param);
const tieredAmount = () =>
  invalid('You cannot set `unit_amount` where `billing_scheme` is `tiered`: each tier has its own.', 'unit_amount');
const tieredPackages = () => invalid('You cannot combine `transform_quantity` with `billing_scheme=tiered`.', 'transform_quantity');
const openEnd = () => invalid('The last tier must go on without end: set its `up_to` to `inf`, and that of no other.', 'tiers');
const unordered = (at: number) =>
  invalid('The `up_to` of each tier must be greater than that of the one before it.', `tiers[${at}][up_to]`);
const emptyTier = (at: number) => invalid('Each tier needs a `unit_amount` or a `flat_amount`.', `tiers[${at}]`);
const noMeter = () =>
  invalid(
    'Metered prices must be backed by meters: set `recurring[meter]` (since 2025-03-31.basil).',
    'recurring[meter]',
    'parameter_missing',
  );
const meterless = () => invalid('Only metered prices have a meter: set `recurring[usage_type]` to `metered`.', 'recurring[usage_type]');
const inactiveMeter = (id: string) => invalid(`The meter ${id} is inactive. Reactivate it, or use another one.`, 'recurring[meter]');
const onceOnly = () => invalid('A price of which the customer chooses the amount cannot recur.', 'custom_unit_amount');
const tooLong = (count: number, interval: string) =>
  invalid(
    `Invalid interval_count: a price may recur at most every three years, but ${count} ${interval}s were given.`,
    'recurring[interval_count]',
  );

export const currencyOf = (currency: string): string => {
  const lower = currency.toLowerCase();
  if (!/^[a-z]{3}$/.test(lower)) throw badCurrency(currency);
  return lower;
};

const isGiven = (value: unknown): boolean => value !== undefined && value !== null;

/** `unit_amount` is the whole number that `unit_amount_decimal` may be a fraction of. */
export function amounts(params: Params): Fields {
  const { unit_amount: amount, unit_amount_decimal: decimal } = params;
  if (params.billing_scheme === 'tiered') {
    if (isGiven(amount) || isGiven(decimal)) throw tieredAmount();
    return { unit_amount: null, unit_amount_decimal: null };
  }
  if (amount !== undefined && decimal !== undefined) throw exclusive('unit_amount, unit_amount_decimal');
  if (isGiven(amount)) return { unit_amount: amount, unit_amount_decimal: String(amount) };
  if (typeof decimal === 'string')
    return { unit_amount: /^-?\d+(\.0+)?$/.test(decimal) ? Number(decimal) : null, unit_amount_decimal: decimal };
  if (params.custom_unit_amount?.enabled === true) return { unit_amount: null, unit_amount_decimal: null };
  throw noAmount();
}

/** The customer chooses the amount within these limits, in minor units. */
export function customAmount(params: Params): Fields | null {
  const given = params.custom_unit_amount;
  if (given?.enabled !== true) return null;
  if (isGiven(params.recurring)) throw onceOnly();
  return { maximum: given.maximum ?? null, minimum: given.minimum ?? null, preset: given.preset ?? null };
}

const LONGEST: Readonly<Record<string, number>> = { day: 1095, week: 156, month: 36, year: 3 };

export function recurringOf(draft: Draft, params: Params): Fields | null {
  const given = params.recurring;
  if (given === undefined || given === null) return null;
  const { interval, interval_count: count = 1, usage_type: usage = 'licensed', meter = null, trial_period_days: trial = null } = given;
  if (count < 1 || count > LONGEST[interval]!) throw tooLong(count, interval);
  if (usage === 'metered' && meter === null) throw noMeter();
  if (usage !== 'metered' && meter !== null) throw meterless();
  if (meter !== null && draft.need('billing.meter', meter, 'recurring[meter]').status !== 'active') throw inactiveMeter(meter);
  return { interval, interval_count: count, meter, trial_period_days: trial, usage_type: usage };
}

const decimal = (amount: unknown, text: unknown): unknown => text ?? (isGiven(amount) ? String(amount) : null);
const whole = (amount: unknown, text: unknown): unknown =>
  amount ?? (typeof text === 'string' && /^-?\d+$/.test(text) ? Number(text) : null);

function checkTiers(tiers: readonly Params[]): void {
  tiers.forEach((tier, index) => {
    const isLast = index === tiers.length - 1;
    if ((tier.up_to === 'inf') !== isLast) throw openEnd();
    if (!isLast && index > 0 && tier.up_to <= tiers[index - 1]!.up_to) throw unordered(index);
    const { unit_amount: unit, unit_amount_decimal: unitText, flat_amount: flat, flat_amount_decimal: flatText } = tier;
    if (![unit, unitText, flat, flatText].some(isGiven)) throw emptyTier(index);
  });
}

/** Tiers as they are answered: the last one's `up_to` is null, amounts come with their decimals. */
export function tiersOf(params: Params): Fields[] | undefined {
  const { tiers, tiers_mode: mode } = params;
  if (params.billing_scheme !== 'tiered') {
    if (Array.isArray(tiers)) throw notTiered('tiers');
    if (isGiven(mode)) throw notTiered('tiers_mode');
    return undefined;
  }
  if (!Array.isArray(tiers) || tiers.length === 0 || !isGiven(mode)) throw noTiers();
  if (isGiven(params.transform_quantity)) throw tieredPackages();
  checkTiers(tiers);
  return tiers.map((tier: Params) => ({
    flat_amount: whole(tier.flat_amount, tier.flat_amount_decimal),
    flat_amount_decimal: decimal(tier.flat_amount, tier.flat_amount_decimal),
    unit_amount: whole(tier.unit_amount, tier.unit_amount_decimal),
    unit_amount_decimal: decimal(tier.unit_amount, tier.unit_amount_decimal),
    up_to: tier.up_to === 'inf' ? null : tier.up_to,
  }));
}

/** What the price costs in other currencies, each as the price itself is given. */
export function currencyOptions(params: Params): Fields | undefined {
  const given = params.currency_options;
  if (given === undefined || given === null) return undefined;
  const options = Object.entries(given as Record<string, Params>).map(([currency, option]) => {
    const scheme = Array.isArray(option.tiers) ? 'tiered' : 'per_unit';
    const tiers = tiersOf({ ...option, billing_scheme: scheme, ...(scheme === 'tiered' && { tiers_mode: 'graduated' }) });
    const fields = {
      custom_unit_amount: customAmount(option),
      tax_behavior: option.tax_behavior ?? 'unspecified',
      ...amounts({ ...option, billing_scheme: scheme }),
      ...(tiers !== undefined && { tiers }),
    };
    return [currencyOf(currency), fields] as const;
  });
  return Object.fromEntries(options);
}
