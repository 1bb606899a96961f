import { createHash } from 'node:crypto';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import { lookupKeyOf, PLAN_FIELD, type Plan } from './plan.ts';

/** The extension's products, prices and portal as they stand on our own account. */
export interface Catalogue {
  /** `price_…` by the plan's key. */
  readonly prices: ReadonlyMap<string, string>;
  /** `bpc_…`: how the billing portal shows them. */
  readonly portal: string;
}

interface PriceShape {
  readonly id: string;
  readonly lookup_key: string | null;
  readonly unit_amount: number | null;
  readonly currency: string;
  readonly recurring: { readonly interval: string; readonly interval_count: number } | null;
}

const productOf = ({ key }: Plan): string => `annex_${key}`;

/** The same words give the same key, other words another one: what is made twice at once is made once. */
const keyOf = (form: Readonly<Record<string, string>>): string =>
  `annex-${createHash('sha256').update(JSON.stringify(form)).digest('hex').slice(0, 40)}`;

const isSame = (price: PriceShape, { amount, currency, interval }: Plan): boolean =>
  price.unit_amount === amount &&
  price.currency === currency &&
  price.recurring?.interval === interval &&
  price.recurring.interval_count === 1;

/**
 * Makes what is missing, by any number of processes at once, and answers what there is. A plan whose amount has changed gets a new price;
 * who subscribed to the old one keeps it. Throws `Refusal`.
 */
export async function ensureCatalogue(setup: Setup, livemode: boolean): Promise<Catalogue> {
  const { plans } = setup.settings;
  const query = plans.map(({ key }) => ['lookup_keys[]', lookupKeyOf(key)] as const);
  const known = await list<PriceShape>(setup, livemode, { path: '/v1/prices', query: [...query, ['active', 'true']] });
  const prices = new Map<string, string>();
  for (const plan of plans) {
    const found = known.find((price) => price.lookup_key === lookupKeyOf(plan.key));
    if (found === undefined) await makeProduct(setup, livemode, plan);
    prices.set(plan.key, found !== undefined && isSame(found, plan) ? found.id : await makePrice(setup, livemode, { plan, before: found }));
  }
  return { prices, portal: await ensurePortal(setup, livemode, prices) };
}

async function makeProduct(setup: Setup, livemode: boolean, plan: Plan): Promise<void> {
  const form = {
    id: productOf(plan),
    name: plan.name,
    [`metadata[${PLAN_FIELD}]`]: plan.key,
    ...(plan.description !== undefined && { description: plan.description }),
  };
  try {
    await setup.api.post('/v1/products', form, { livemode, key: keyOf(form) });
  } catch (error) {
    // Made before, and its price was not: exactly what is wanted.
    if (!isRefusal(error, 'request') || error.facts.code !== 'resource_already_exists') throw error;
  }
}

async function makePrice(
  setup: Setup,
  livemode: boolean,
  { plan, before }: { plan: Plan; before: PriceShape | undefined },
): Promise<string> {
  const { amount, currency, interval, key } = plan;
  const form = {
    ...{ product: productOf(plan), unit_amount: String(amount), currency, 'recurring[interval]': interval },
    ...{ lookup_key: lookupKeyOf(key), transfer_lookup_key: 'true', nickname: plan.name, [`metadata[${PLAN_FIELD}]`]: key },
  };
  // After a change there and back, the old answer would be a price that has lost its name.
  const { text } = await setup.api.post('/v1/prices', form, { livemode, key: `${keyOf(form)}-after-${before?.id ?? 'none'}` });
  return (JSON.parse(text) as PriceShape).id;
}

const PORTAL_FIELD = 'annex_portal';

/** One configuration per set of prices, found again by its fingerprint: another card, another plan, canceling, the invoices. */
async function ensurePortal(setup: Setup, livemode: boolean, prices: ReadonlyMap<string, string>): Promise<string> {
  const form: Record<string, string> = {
    'features[payment_method_update][enabled]': 'true',
    'features[invoice_history][enabled]': 'true',
    'features[customer_update][enabled]': 'true',
    'features[customer_update][allowed_updates][0]': 'email',
    'features[customer_update][allowed_updates][1]': 'address',
    'features[subscription_cancel][enabled]': 'true',
    'features[subscription_cancel][mode]': 'at_period_end',
    'features[subscription_update][enabled]': 'true',
    'features[subscription_update][default_allowed_updates][0]': 'price',
    'features[subscription_update][proration_behavior]': 'create_prorations',
    'features[subscription_update][trial_update_behavior]': 'continue_trial',
  };
  setup.settings.plans.forEach((plan, n) => {
    form[`features[subscription_update][products][${n}][product]`] = productOf(plan);
    form[`features[subscription_update][products][${n}][prices][0]`] = prices.get(plan.key)!;
  });
  const fingerprint = keyOf(form);
  const known = await list<{ id: string; metadata: Record<string, string> }>(setup, livemode, {
    path: '/v1/billing_portal/configurations',
    query: [['active', 'true']],
  });
  const found = known.find(({ metadata }) => metadata?.[PORTAL_FIELD] === fingerprint);
  if (found !== undefined) return found.id;
  const made = await setup.api.post(
    '/v1/billing_portal/configurations',
    { ...form, [`metadata[${PORTAL_FIELD}]`]: fingerprint },
    { livemode, key: fingerprint },
  );
  return (JSON.parse(made.text) as { id: string }).id;
}

async function list<T>(
  setup: Setup,
  livemode: boolean,
  { path, query }: { path: string; query: ReadonlyArray<readonly [string, string]> },
): Promise<T[]> {
  const { text } = await setup.api.get(path, [...query, ['limit', '100']], { livemode });
  return (JSON.parse(text) as { data: T[] }).data;
}
