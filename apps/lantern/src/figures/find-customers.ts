import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';
import { NO_COUNTRY } from './customer-choices.ts';

export interface CustomerLine {
  readonly id: string;
  readonly name: string | null;
  readonly email: string | null;
  readonly country: string | null;
  /** Seconds. */
  readonly created: number | null;
  readonly mrr: number;
  readonly ending: number;
  readonly ends_at: number | null;
  readonly first_day: string | null;
  readonly last_day: string | null;
  /** Of the subscriptions that run. */
  readonly plans: readonly string[] | null;
  /** Where none runs: of those that did. */
  readonly former_plans: readonly string[] | null;
  readonly trialing: boolean;
}

export const STATUSES = {
  all: 'All',
  active: 'Paying',
  ending: 'About to leave',
  trial: 'On trial',
  gone: 'Gone',
  never: 'Never paid',
  tax_unknown: 'Tax included, share unknown',
} as const;

export type Status = keyof typeof STATUSES;

export const SORTS = { mrr: 'by MRR', since: 'newest first', changed: 'last moved first', name: 'by name' } as const;

export type Sort = keyof typeof SORTS;

const TRIAL = `exists (select 1 from mirror.subscriptions t where t.account = c.account and t.livemode = c.livemode and t.customer = c.id
  and t.status = 'trialing' and not t.deleted)`;

const WHERE: Readonly<Record<Status, string>> = {
  all: 'true',
  active: 'b.mrr > 0',
  ending: 'b.ending > 0',
  trial: TRIAL,
  gone: 'b.mrr = 0 and b.first_day is not null',
  never: 'b.first_day is null',
  tax_unknown: 'b.tax_unknown',
};

const ORDER: Readonly<Record<Sort, string>> = {
  mrr: 'coalesce(b.mrr, 0) desc, c.id',
  since: 'b.first_day desc nulls last, c.id',
  changed: 'b.last_day desc nulls last, c.id',
  name: "lower(coalesce(nullif(c.data->>'name', ''), c.data->>'email', c.id)), c.id",
};

const RUNS = `('active', 'past_due', 'trialing')`;

/** Whether a subscription of the customer runs. */
const ANY_RUNS = (customer: string): string => `exists (select 1 from mirror.subscriptions r
  where r.account = c.account and r.livemode = c.livemode and r.customer = ${customer} and r.status in ${RUNS} and not r.deleted)`;

/** Products of the customer's subscriptions; a price without a known product is named by its id. */
const plansOf = (
  which: string,
): string => `(select array_agg(distinct coalesce(nullif(i->'price'->>'nickname', ''), p.data->>'name', i->'price'->>'id'))
  from mirror.subscriptions s cross join lateral jsonb_array_elements(s.data->'items'->'data') i
  left join mirror.products p on p.account = s.account and p.livemode = s.livemode and p.id = i->'price'->>'product'
  where s.account = c.account and s.livemode = c.livemode and s.customer = c.id and not s.deleted and ${which})`;

const PLANS = plansOf(`s.status in ${RUNS}`);
const FORMER = `case when ${ANY_RUNS('c.id')} then null else ${plansOf("s.status not in ('incomplete', 'incomplete_expired')")} end`;

/** The prices and products of a subscription, written as in the index `subscriptions_plans`. */
const BOUGHT = `(jsonb_path_query_array(s.data, '$.items.data[*].price.id') || jsonb_path_query_array(s.data, '$.items.data[*].price.product'))`;

/** Who is on a plan: by what runs; of a customer with nothing that runs, by what did. The column of plans shows the same. */
const onPlan = (plan: string): string => `c.id in (select s.customer from mirror.subscriptions s
  where s.account = $1 and s.livemode = $2 and not s.deleted and ${BOUGHT} ? ${plan}::text
    and (s.status in ${RUNS} or (s.status not in ('incomplete', 'incomplete_expired')
      and not exists (select 1 from mirror.subscriptions r where r.account = $1 and r.livemode = $2 and r.customer = s.customer and r.status in ${RUNS} and not r.deleted))))`;

export interface CustomerFilter {
  readonly status: Status;
  readonly sort: Sort;
  /** Part of a name, an address or an id; empty for all, as with the two below. */
  readonly search: string;
  /** The id of a price or a product. */
  readonly plan: string;
  /** As Stripe has it, two letters; `none`: not known. */
  readonly country: string;
  readonly offset: number;
  readonly limit: number;
}

const FROM = `mirror.customers c
  left join lantern.books b on b.account = c.account and b.livemode = c.livemode and b.customer = c.id`;

/** `values` begins with account and mode. Customers that were deleted at Stripe stay while their past counts. */
function conditionOf({ account, livemode }: Place, filter: Omit<CustomerFilter, 'sort' | 'offset' | 'limit'>) {
  const values: unknown[] = [account, livemode];
  const given = (value: unknown): string => `$${values.push(value)}`;
  const parts = ['c.account = $1 and c.livemode = $2 and (not c.deleted or b.customer is not null)', `(${WHERE[filter.status]})`];
  if (filter.search !== '') {
    const like = given(`%${filter.search.replaceAll(/[\\%_]/g, '\\$&')}%`);
    parts.push(`(c.id = ${given(filter.search)} or c.data->>'name' ilike ${like} or c.data->>'email' ilike ${like})`);
  }
  if (filter.plan !== '') parts.push(onPlan(given(filter.plan)));
  if (filter.country === NO_COUNTRY) parts.push("nullif(c.data->'address'->>'country', '') is null");
  else if (filter.country !== '') parts.push(`c.data->'address'->>'country' = ${given(filter.country)}`);
  return { where: parts.join(' and '), values };
}

/** Customers with where they stand. */
export async function customerLines(on: Query, place: Place, filter: CustomerFilter): Promise<CustomerLine[]> {
  const { where, values } = conditionOf(place, filter);
  return on.query<CustomerLine>(
    `select c.id, nullif(c.data->>'name', '') as name, c.data->>'email' as email, c.data->'address'->>'country' as country, c.created,
       coalesce(b.mrr, 0)::bigint as mrr, coalesce(b.ending, 0)::bigint as ending, b.ends_at, b.first_day, b.last_day,
       ${PLANS} as plans, ${FORMER} as former_plans, ${TRIAL} as trialing
     from ${FROM} where ${where} order by ${ORDER[filter.sort]} limit $${values.length + 1} offset $${values.length + 2}`,
    [...values, filter.limit, filter.offset],
  );
}

export interface CustomerTotals {
  readonly customers: number;
  readonly mrr: number;
}

/** Of all who fit the filter, not only of the page that is shown. */
export async function customerTotals(on: Query, place: Place, filter: CustomerFilter): Promise<CustomerTotals> {
  const { where, values } = conditionOf(place, filter);
  const [totals] = await on.query<CustomerTotals>(
    `select count(*)::int as customers, coalesce(sum(b.mrr), 0)::bigint as mrr from ${FROM} where ${where}`,
    values,
  );
  return totals!;
}
