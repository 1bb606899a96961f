import { type Behaviour, type Draft, invalid, type Params, type StripeObject } from '../engine/index.ts';
import { insertPrice } from './price.ts';

const exists = () => invalid('Plan already exists.', 'id', 'resource_already_exists');

/** `POST /v1/plans` makes a price in the old words and answers its plan, which has the same id. */
function createPlan(draft: Draft, params: Params): StripeObject {
  const {
    amount,
    amount_decimal: decimal,
    id,
    interval,
    interval_count,
    meter,
    product,
    transform_usage,
    trial_period_days,
    usage_type,
    ...rest
  } = params;
  if (typeof id === 'string' && draft.get('price', id) !== undefined) throw exists();
  const owner = typeof product === 'object' && product !== null ? { product_data: product } : { product };
  const priced =
    rest.billing_scheme === 'tiered' ? {} : decimal !== undefined ? { unit_amount_decimal: decimal } : { unit_amount: amount ?? 0 };
  const given = { interval, interval_count, meter, trial_period_days, usage_type };
  const recurring = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined && value !== null));
  const price = insertPrice(draft, { ...rest, ...owner, ...priced, recurring, transform_quantity: transform_usage }, id);
  return draft.get('plan', price.id)!;
}

export const plan: Behaviour = {
  object: 'plan',
  grade: 'lived',
  updated: (draft, after) => {
    const twin = draft.get('price', after.id);
    const { active, metadata, nickname } = after;
    if (twin !== undefined) draft.set(twin, { active, metadata, nickname });
    return after;
  },
  remove: (draft, doomed) => {
    const twin = draft.get('price', doomed.id);
    if (twin !== undefined) draft.remove(twin, 'gone');
    return 'stub';
  },
  specials: { 'POST /v1/plans': createPlan },
};
