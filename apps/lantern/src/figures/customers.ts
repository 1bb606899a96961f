import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

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
  readonly plans: readonly string[] | null;
  readonly trialing: boolean;
}

export const STATUSES = {
  all: 'All',
  active: 'Paying',
  ending: 'About to leave',
  trial: 'On trial',
  gone: 'Gone',
  never: 'Never paid',
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
};

const ORDER: Readonly<Record<Sort, string>> = {
  mrr: 'coalesce(b.mrr, 0) desc, c.id',
  since: 'b.first_day desc nulls last, c.id',
  changed: 'b.last_day desc nulls last, c.id',
  name: "lower(coalesce(nullif(c.data->>'name', ''), c.data->>'email', c.id)), c.id",
};

/** Products of subscriptions that run; a price without a known product is named by its id. */
const PLANS = `(select array_agg(distinct coalesce(nullif(i->'price'->>'nickname', ''), p.data->>'name', i->'price'->>'id'))
  from mirror.subscriptions s cross join lateral jsonb_array_elements(s.data->'items'->'data') i
  left join mirror.products p on p.account = s.account and p.livemode = s.livemode and p.id = i->'price'->>'product'
  where s.account = c.account and s.livemode = c.livemode and s.customer = c.id and s.status in ('active', 'past_due', 'trialing') and not s.deleted)`;

export interface CustomerFilter {
  readonly status: Status;
  readonly sort: Sort;
  /** Part of a name, an address or an id. */
  readonly search: string;
  readonly offset: number;
  readonly limit: number;
}

/** Customers with where they stand; those that were deleted at Stripe stay while their past counts. */
export async function customerLines(on: Query, { account, livemode }: Place, filter: CustomerFilter): Promise<CustomerLine[]> {
  return on.query<CustomerLine>(
    `select c.id, nullif(c.data->>'name', '') as name, c.data->>'email' as email, c.data->'address'->>'country' as country, c.created,
       coalesce(b.mrr, 0)::bigint as mrr, coalesce(b.ending, 0)::bigint as ending, b.ends_at, b.first_day, b.last_day, ${PLANS} as plans, ${TRIAL} as trialing
     from mirror.customers c left join lantern.books b on b.account = c.account and b.livemode = c.livemode and b.customer = c.id
     where c.account = $1 and c.livemode = $2 and (not c.deleted or b.customer is not null) and (${WHERE[filter.status]})
       and ($3 = '' or c.id = $3 or c.data->>'name' ilike $4 or c.data->>'email' ilike $4)
     order by ${ORDER[filter.sort]} limit $5 offset $6`,
    [account, livemode, filter.search, `%${filter.search.replaceAll(/[\\%_]/g, '\\$&')}%`, filter.limit, filter.offset],
  );
}

export interface CustomerTotals {
  readonly customers: number;
  readonly mrr: number;
}

export async function customerTotals(on: Query, { account, livemode }: Place, { status, search }: CustomerFilter): Promise<CustomerTotals> {
  const [totals] = await on.query<CustomerTotals>(
    `select count(*)::int as customers, coalesce(sum(b.mrr), 0)::bigint as mrr
     from mirror.customers c left join lantern.books b on b.account = c.account and b.livemode = c.livemode and b.customer = c.id
     where c.account = $1 and c.livemode = $2 and (not c.deleted or b.customer is not null) and (${WHERE[status]})
       and ($3 = '' or c.id = $3 or c.data->>'name' ilike $4 or c.data->>'email' ilike $4)`,
    [account, livemode, search, `%${search.replaceAll(/[\\%_]/g, '\\$&')}%`],
  );
  return totals!;
}

export interface CustomerInvoice {
  readonly id: string;
  readonly number: string | null;
  readonly created: number;
  readonly status: string | null;
  readonly total: number;
  readonly paid: number;
  readonly open: number;
  readonly currency: string;
}

export function customerInvoices(on: Query, { account, livemode }: Place, customer: string): Promise<CustomerInvoice[]> {
  return on.query<CustomerInvoice>(
    `select id, data->>'number' as number, created, status, coalesce((data->>'total')::bigint, 0) as total,
       coalesce((data->>'amount_paid')::bigint, 0) as paid, coalesce((data->>'amount_remaining')::bigint, 0) as open, data->>'currency' as currency
     from mirror.invoices where account = $1 and livemode = $2 and customer = $3 and not deleted order by created desc, id desc limit 100`,
    [account, livemode, customer],
  );
}

export interface CustomerPayment {
  readonly id: string;
  readonly created: number;
  readonly status: string;
  readonly amount: number;
  readonly refunded: number;
  readonly currency: string;
  readonly failure: string | null;
}

export function customerPayments(on: Query, { account, livemode }: Place, customer: string): Promise<CustomerPayment[]> {
  return on.query<CustomerPayment>(
    `select id, created, data->>'status' as status, coalesce((data->>'amount')::bigint, 0) as amount,
       coalesce((data->>'amount_refunded')::bigint, 0) as refunded, data->>'currency' as currency, data->>'failure_message' as failure
     from mirror.charges where account = $1 and livemode = $2 and customer = $3 and not deleted order by created desc, id desc limit 100`,
    [account, livemode, customer],
  );
}
