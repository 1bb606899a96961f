import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  mergedMetadata,
  notSimulated,
  type Params,
  type StripeObject,
} from '../../engine/index.ts';

const CONFIGURATION = 'billing_portal.configuration';

const REASONS = [
  'too_expensive',
  'missing_features',
  'switched_service',
  'unused',
  'customer_service',
  'too_complex',
  'low_quality',
  'other',
] as const;

const needsProducts = () =>
  invalid('Every product needs at least one of its own recurring prices.', 'features[subscription_update][products]');
const defaultStays = () => invalid('The default configuration cannot be deactivated.', 'active');

type Features = Record<string, Fields>;

/** What each feature says where the caller says nothing. */
const FEATURES: Features = {
  customer_update: { allowed_updates: [], enabled: false },
  invoice_history: { enabled: false },
  payment_method_update: { enabled: false, payment_method_configuration: null },
  subscription_cancel: {
    cancellation_reason: { enabled: false, feedback_options: null, options: REASONS },
    enabled: false,
    mode: 'at_period_end',
    proration_behavior: 'none',
  },
  subscription_pause: { duration: { interval_options: [], type: 'indefinite' }, enabled: false },
  subscription_update: {
    billing_cycle_anchor: 'unchanged',
    default_allowed_updates: [],
    enabled: false,
    products: [],
    proration_behavior: 'none',
    schedule_at_period_end: { conditions: [] },
    trial_update_behavior: 'end_trial',
  },
};

/** The configuration that an account has before it makes one: everything that a person can do here. */
const EVERYTHING: Params = {
  customer_update: { allowed_updates: ['email', 'name', 'address', 'phone'], enabled: true },
  invoice_history: { enabled: true },
  payment_method_update: { enabled: true },
  subscription_cancel: { cancellation_reason: { enabled: true, options: REASONS }, enabled: true },
  subscription_update: { default_allowed_updates: ['price', 'quantity'], enabled: true, proration_behavior: 'create_prorations' },
};

const isHash = (value: unknown): value is Fields => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Lays what is given over what there is; lists are replaced, an emptied field falls back to its empty form. */
function over(before: Fields, given: Params): Fields {
  const result: Record<string, unknown> = { ...before };
  for (const [name, value] of Object.entries(given)) {
    const old = before[name];
    result[name] = isHash(value) && isHash(old) ? over(old, value) : value === null && Array.isArray(old) ? [] : value;
  }
  return result;
}

/** Names of products and prices are real, and each price is one of its product's that recurs. */
function checkProducts(draft: Draft, features: Params): void {
  for (const [index, { product, prices }] of ((features.subscription_update?.products ?? []) as Params[]).entries()) {
    const at = `features[subscription_update][products][${index}]`;
    draft.need('product', product, `${at}[product]`);
    const found = ((prices ?? []) as string[]).map((id, place) => draft.need('price', id, `${at}[prices][${place}]`));
    if (found.length === 0 || found.some((price) => price.product !== product || price.type !== 'recurring')) throw needsProducts();
  }
}

/** What the portal's pages cannot do is refused where it is asked for, and not silently left out. */
function checkSimulated(given: Params): void {
  if (given.subscription_pause?.enabled === true) throw notSimulated('pausing a subscription in the billing portal');
  if ((given.subscription_update?.schedule_at_period_end?.conditions ?? []).length > 0)
    throw notSimulated('changes at the end of the period in the billing portal');
}

function featuresOf(draft: Draft, before: Features, given: Params): Fields {
  checkSimulated(given);
  checkProducts(draft, given);
  const features = over(before, given);
  const { products } = features.subscription_update as Params;
  const adjustable = (product: Params): Fields => ({
    ...product,
    adjustable_quantity: { enabled: false, maximum: null, minimum: 1, ...product.adjustable_quantity },
  });
  return {
    ...features,
    subscription_update: { ...(features.subscription_update as Fields), products: (products as Params[]).map(adjustable) },
  };
}

function create(draft: Draft, params: Params): Fields {
  const profile = params.business_profile ?? {};
  const enabled = params.login_page?.enabled ?? false;
  return {
    active: true,
    application: draft.actor.application,
    business_profile: {
      headline: profile.headline ?? null,
      privacy_policy_url: profile.privacy_policy_url ?? null,
      terms_of_service_url: profile.terms_of_service_url ?? null,
    },
    default_return_url: params.default_return_url ?? null,
    features: featuresOf(draft, FEATURES, params.features ?? {}),
    is_default: false,
    // Signing in by e-mail is not simulated, so there is no address to give.
    login_page: { enabled, url: null },
    metadata: mergedMetadata({}, params.metadata ?? {}),
    name: params.name ?? null,
    updated: draft.now,
  };
}

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  if (params.active === false && before.is_default === true) throw defaultStays();
  return {
    updated: draft.now,
    ...(params.features !== undefined && { features: featuresOf(draft, before.features, params.features) }),
    ...(params.business_profile !== undefined && { business_profile: over(before.business_profile, params.business_profile) }),
  };
}

/** The account's own configuration; the first portal session makes it (captured). */
export function defaultConfiguration(draft: Draft): StripeObject {
  const known = draft.find(CONFIGURATION, [['is_default', true]])[0];
  if (known !== undefined) return known;
  return draft.make(CONFIGURATION, { ...create(draft, { features: EVERYTHING }), application: null, is_default: true });
}

/** What the portal offers instead of a product's current price: the prices it was told, or, told none, all that recur. */
export function offeredPrices(draft: Draft, configuration: StripeObject, subscribed: StripeObject): StripeObject[] {
  const products = (configuration.features.subscription_update.products ?? []) as { prices: string[] }[];
  const found =
    products.length > 0
      ? products.flatMap(({ prices }) => prices).flatMap((id) => draft.get('price', id) ?? [])
      : draft.find('price', [['active', true]]).reverse();
  return found.filter(
    (price) =>
      price.type === 'recurring' &&
      price.active &&
      price.currency === subscribed.currency &&
      price.recurring.usage_type === 'licensed' &&
      draft.get('product', price.product)?.active !== false,
  );
}

export const portalConfiguration: Behaviour = { object: CONFIGURATION, grade: 'lived', create, update };
