import type { MirrorSubscription } from '../ledger/index.ts';

/** A price as the ledger reads it. */
export type MirrorPrice = MirrorSubscription['items']['data'][number]['price'];

/** What of a subscription its MRR depends on: some 500 bytes instead of five kB. Stripe's fields. */
export interface CompactSubscription extends MirrorSubscription {
  /** Ids, in the order in which they are taken off. */
  readonly discounts: readonly string[];
}

const idsIn = (discounts: unknown): string[] => ((discounts ?? []) as unknown[]).map(idOf);

// biome-ignore lint/suspicious/noExplicitAny: objects come as Stripe gave them; only the fields named here are read
type Json = Record<string, any>;

const idOf = (value: unknown): string => (typeof value === 'string' ? value : ((value as { id?: string } | null)?.id ?? ''));

function price(given: Json): MirrorPrice {
  const { recurring } = given;
  return {
    id: given.id,
    product: idOf(given.product),
    billing_scheme: given.billing_scheme ?? 'per_unit',
    unit_amount_decimal: given.unit_amount_decimal ?? (given.unit_amount == null ? null : String(given.unit_amount)),
    transform_quantity: given.transform_quantity ?? null,
    tiers_mode: given.tiers_mode ?? null,
    tiers: tiers(given.tiers),
    // Said only where it changes a figure, so that all other states stay as short as they are.
    ...(given.tax_behavior === 'inclusive' && { tax_behavior: 'inclusive' }),
    recurring: {
      interval: recurring?.interval ?? 'month',
      interval_count: recurring?.interval_count ?? 1,
      usage_type: recurring?.usage_type ?? 'licensed',
    },
  };
}

const tiers = (given: Json[] | null | undefined) =>
  given == null
    ? null
    : given.map((tier) => ({
        up_to: tier.up_to ?? null,
        unit_amount_decimal: tier.unit_amount_decimal ?? null,
        flat_amount_decimal: tier.flat_amount_decimal ?? null,
      }));

/** A price of the mirror, in the same form as those inside subscriptions. */
export const compactPrice = (given: unknown) => price(given as Json);

/** A subscription from an event or from the mirror. Equal content gives equal text (`JSON.stringify`), whoever sent it. */
export function compactOf(given: unknown): CompactSubscription {
  const object = given as Json;
  const details = object.cancellation_details;
  return {
    id: object.id,
    customer: idOf(object.customer),
    currency: object.currency,
    status: object.status,
    created: object.created,
    start_date: object.start_date ?? object.created,
    ended_at: object.ended_at ?? null,
    trial_start: object.trial_start ?? null,
    trial_end: object.trial_end ?? null,
    cancel_at: object.cancel_at ?? null,
    canceled_at: object.canceled_at ?? null,
    cancel_at_period_end: object.cancel_at_period_end ?? false,
    cancellation_details: { reason: details?.reason ?? null, feedback: details?.feedback ?? null },
    pause_collection: object.pause_collection == null ? null : { behavior: object.pause_collection.behavior },
    discounts: idsIn(object.discounts),
    items: {
      data: ((object.items?.data ?? []) as Json[])
        .map((item) => ({
          ...{ id: item.id as string, quantity: (item.quantity ?? 1) as number, price: price(item.price ?? {}) },
          // Said only where there are any: most items have none.
          ...(item.discounts?.length > 0 && { discounts: idsIn(item.discounts) }),
        }))
        .sort((a, b) => (a.id < b.id ? -1 : 1)),
    },
  };
}

/** What an object was before an event: its fields with `previous_attributes` laid over them. Lists come whole, objects in part. */
export function before(object: unknown, previous: unknown): Json {
  const result: Json = { ...(object as Json) };
  for (const [name, old] of Object.entries(previous as Json)) {
    const isPart = typeof old === 'object' && old !== null && !Array.isArray(old);
    const now = result[name];
    result[name] = isPart && typeof now === 'object' && now !== null && !Array.isArray(now) ? before(now, old) : old;
  }
  return result;
}

/**
 * When a state began, in seconds. Events of real subscriptions tell; those of a subscription on a test clock happen in real time while
 * its life goes on in simulated time, so there the subscription's own dates tell: the last of them that it has reached.
 */
export function instantOf(given: unknown, eventAt: number): number {
  const object = given as Json;
  if (typeof object.test_clock !== 'string') return eventAt;
  const items = (object.items?.data ?? []) as Json[];
  const reached = [
    object.created,
    object.start_date,
    object.canceled_at,
    object.ended_at,
    ...items.map((item) => item.current_period_start),
  ];
  if (object.status !== 'trialing') reached.push(object.trial_end);
  return Math.max(...reached.filter((at): at is number => typeof at === 'number'));
}
