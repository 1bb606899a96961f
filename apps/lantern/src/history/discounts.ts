import type { Query } from '@annex/kit';
import type { KnownDiscount } from './compose.ts';

interface Coupon {
  readonly duration?: string;
  readonly percent_off?: number | null;
  readonly amount_off?: number | null;
  readonly applies_to?: { readonly products?: readonly string[] } | null;
}

/** A discount as it is stored or named. Times in unix seconds. */
interface DiscountRow {
  readonly id: string;
  readonly customer: string | null;
  readonly subscription: string | null;
  readonly item: string | null;
  readonly coupon: Coupon | null;
  readonly starts: number | null;
  readonly ends: number | null;
  readonly gone_at: number | null;
}

const KEPT = `select id, customer, subscription, subscription_item as item, coupon, starts, ends, gone_at from lantern.discounts
  where account = $1 and livemode = $2 and customer = any($3::text[]) order by id`;

interface NamedRow extends DiscountRow {
  readonly customer: string;
  /** When the newest invoice that names it was made. */
  readonly named: number;
  /** When an invoice that it lowered was first paid. */
  readonly spent: number | null;
}

/** Discounts as invoices name them, those too that were over before anybody told of them. */
const NAMED = `
  select i.customer, d->>'id' as id, d->>'subscription' as subscription, (d->>'start')::bigint as starts, (d->>'end')::bigint as ends, null as gone_at, null as item,
    (array_agg(case when jsonb_typeof(d->'source'->'coupon') = 'object' then d->'source'->'coupon' else c.data end order by i.id))[1] as coupon,
    max(i.created)::bigint as named, min((i.data->'status_transitions'->>'paid_at')::bigint) filter (where i.data->'total_discount_amounts'
      @> jsonb_build_array(jsonb_build_object('discount', d->'id')) and not i.data->'total_discount_amounts'
      @> jsonb_build_array(jsonb_build_object('discount', d->'id', 'amount', 0)))::bigint as spent
  from mirror.invoices i cross join lateral jsonb_array_elements(i.data->'discounts') d
    left join mirror.coupons c on c.account = i.account and c.livemode = i.livemode and c.id = d->'source'->>'coupon' and not c.deleted
  where i.account = $1 and i.livemode = $2 and i.customer = any($3::text[]) and not i.deleted
    and jsonb_typeof(i.data->'discounts') = 'array' and jsonb_typeof(d) = 'object' and coalesce(d->>'subscription_item', d->>'invoice', d->>'invoice_item', d->>'checkout_session') is null
  group by i.customer, d->>'id', d->>'subscription', d->>'start', d->>'end' order by 2`;

interface World {
  readonly account: string;
  readonly livemode: boolean;
}

/** By subscription, when (unix seconds) its invoices were made. */
type Made = ReadonlyMap<string, readonly { readonly made: number }[]>;

/**
 * Everything that is known of these customers' discounts, by customer: what was told, and of those with a past what only invoices name. Of the
 * latter those of a customer count only if they have an end of their own: one that was taken off would count for ever.
 */
export async function readDiscounts(
  on: Query,
  { account, livemode }: World,
  { customers, withPast, made }: { customers: readonly string[]; withPast: readonly string[]; made: Made },
): Promise<ReadonlyMap<string, readonly KnownDiscount[]>> {
  const found = new Map<string, Map<string, KnownDiscount>>(customers.map((customer) => [customer, new Map()]));
  for (const row of await on.query<DiscountRow>(KEPT, [account, livemode, customers]))
    for (const one of discountOf(row)) found.get(row.customer ?? '')?.set(one.id, one);
  const named = withPast.length === 0 ? [] : await on.query<NamedRow>(NAMED, [account, livemode, withPast]);
  for (const row of named) {
    const known = found.get(row.customer)!;
    for (const one of namedOf(row, made)) if (!known.has(one.id) && (one.subscription !== null || one.end !== null)) known.set(one.id, one);
  }
  return new Map([...found].map(([customer, known]) => [customer, [...known.values()]]));
}

/** A coupon of duration `once` is over when it has lowered an invoice; any other when an invoice comes that does not name it. */
function namedOf(row: NamedRow, made: Made): KnownDiscount[] {
  return discountOf({ ...row, gone_at: row.coupon?.duration === 'once' ? row.spent : null }).map((one) => {
    const without = (made.get(one.subscription ?? '') ?? []).map((invoice) => invoice.made).filter((at) => at > row.named);
    const ends = [one.end, ...without].filter((at) => at !== null);
    return { ...one, end: ends.length === 0 ? null : Math.min(...ends) };
  });
}

const DURATIONS = ['forever', 'repeating', 'once'] as const;

/** A discount whose coupon was never seen counts for nothing: there is nothing to compute with. */
function discountOf(row: DiscountRow): KnownDiscount[] {
  const { coupon } = row;
  const duration = DURATIONS.find((one) => one === coupon?.duration);
  if (coupon === null || duration === undefined) return [];
  // On a test clock the removal is told in real time, which may lie before the discount began: then its own end tells.
  const ends = [row.ends, row.gone_at].filter((at): at is number => at !== null && at >= (row.starts ?? 0));
  const products = coupon.applies_to?.products;
  return [
    {
      ...{ id: row.id, subscription: row.subscription, item: row.item, starts: row.starts, duration },
      ...{ percent_off: coupon.percent_off ?? null, amount_off: coupon.amount_off ?? null },
      end: ends.length === 0 ? null : Math.min(...ends),
      ...(products !== undefined && products.length > 0 && { products }),
    },
  ];
}
