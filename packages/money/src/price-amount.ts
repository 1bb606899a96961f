import { type Amount, plus, type Ratio, ratio, rounded, times, whole } from './amount.ts';

/** One tier: units up to and including `up_to` (null: without end). */
export interface Tier {
  readonly up_to: number | null;
  readonly unit_amount_decimal: string | null;
  readonly flat_amount_decimal: string | null;
}

/** What of a price its amount depends on, in Stripe's words. */
export interface Priced {
  readonly billing_scheme?: string | null;
  readonly unit_amount_decimal?: string | null;
  /** Read where there is no decimal (older API versions). */
  readonly unit_amount?: number | null;
  readonly transform_quantity?: { readonly divide_by: number; readonly round: string } | null;
  readonly tiers?: readonly Tier[] | null;
  readonly tiers_mode?: string | null;
}

const NOTHING: Ratio = whole(0);
const cost = (decimal: string | null | undefined, quantity: number): Ratio =>
  decimal === null || decimal === undefined ? NOTHING : times(ratio(decimal), whole(quantity));

const tierCost = (tier: Tier, quantity: number): Ratio => plus(cost(tier.unit_amount_decimal, quantity), cost(tier.flat_amount_decimal, 1));

/** The whole quantity at the tier that it reaches, with that tier's flat amount. */
function volume(tiers: readonly Tier[], quantity: number): Ratio {
  const tier = tiers.find((each) => each.up_to === null || quantity <= each.up_to);
  return tier === undefined ? NOTHING : tierCost(tier, quantity);
}

/** Each tier's own units at its price, with the flat amount of every tier that is reached. */
function graduated(tiers: readonly Tier[], quantity: number): Ratio {
  let below = 0;
  let total = NOTHING;
  for (const tier of tiers) {
    if (quantity <= below && below > 0) break;
    const upTo = tier.up_to ?? Number.POSITIVE_INFINITY;
    total = plus(total, tierCost(tier, Math.min(quantity, upTo) - below));
    below = upTo;
  }
  return total;
}

/** What a quantity of a price costs for one of its periods, exactly: fractions of a minor unit are kept. */
export function exactPriceAmount(price: Priced, quantity: number): Ratio {
  if (price.billing_scheme === 'tiered') {
    const tiers = price.tiers ?? [];
    return price.tiers_mode === 'volume' ? volume(tiers, quantity) : graduated(tiers, quantity);
  }
  const by = price.transform_quantity;
  const units =
    by === null || by === undefined
      ? quantity
      : by.round === 'up'
        ? Math.ceil(quantity / by.divide_by)
        : Math.floor(quantity / by.divide_by);
  const decimal = price.unit_amount_decimal ?? (typeof price.unit_amount === 'number' ? String(price.unit_amount) : null);
  return cost(decimal, units);
}

/** The same in whole minor units, as an invoice bills it: rounded once. */
export const priceAmount = (price: Priced, quantity: number): Amount => rounded(exactPriceAmount(price, quantity));
