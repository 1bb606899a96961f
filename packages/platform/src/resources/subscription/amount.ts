import type { StripeObject } from '../../engine/index.ts';

/** A decimal string of minor units times a whole quantity, rounded half away from zero: `"0.5"` × 3 → 2. */
function times(decimal: string, quantity: number): number {
  const negative = decimal.startsWith('-');
  const [whole = '0', fraction = ''] = decimal.replace('-', '').split('.');
  const scale = 10n ** BigInt(fraction.length);
  const product = BigInt(whole + fraction) * BigInt(quantity);
  const rounded = Number((2n * product + scale) / (2n * scale));
  return negative ? -rounded : rounded;
}

const each = (tier: { unit_amount_decimal: string | null; flat_amount_decimal: string | null }, quantity: number): number =>
  (quantity > 0 ? times(tier.unit_amount_decimal ?? '0', quantity) : 0) + times(tier.flat_amount_decimal ?? '0', 1);

/** What a quantity of a price costs for one of its periods, in minor units: per unit, packaged, by graduated or volume tiers. */
export function priceAmount(price: StripeObject, quantity: number): number {
  if (price.recurring?.usage_type === 'metered') return 0;
  if (price.billing_scheme !== 'tiered') {
    const by = price.transform_quantity;
    const units = by == null ? quantity : by.round === 'up' ? Math.ceil(quantity / by.divide_by) : Math.floor(quantity / by.divide_by);
    return times(price.unit_amount_decimal ?? '0', units);
  }
  const tiers: { up_to: number | null; unit_amount_decimal: string | null; flat_amount_decimal: string | null }[] = price.tiers ?? [];
  if (price.tiers_mode === 'volume') {
    const tier = tiers.find((row) => row.up_to === null || quantity <= row.up_to);
    return tier === undefined ? 0 : each(tier, quantity);
  }
  let below = 0;
  let total = 0;
  for (const tier of tiers) {
    if (quantity <= below && below > 0) break;
    const upTo = tier.up_to ?? Number.POSITIVE_INFINITY;
    total += each(tier, Math.min(quantity, upTo) - below);
    below = upTo;
  }
  return total;
}
