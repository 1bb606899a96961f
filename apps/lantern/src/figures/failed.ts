import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

/** An invoice whose payment failed at least once. Amounts in minor units. */
export interface FailedInvoice {
  readonly id: string;
  readonly number: string | null;
  readonly created: number;
  readonly customer: string | null;
  readonly customer_name: string | null;
  readonly currency: string;
  /** What was or is asked for, and what is still open. */
  readonly due: number;
  readonly open: number;
  readonly attempts: number;
  readonly status: string;
  /** Seconds; when Stripe tries again. */
  readonly next_attempt: number | null;
  readonly paid_at: number | null;
}

export type FailedKind = 'open' | 'recovered' | 'lost';

const FAILED = `coalesce((i.data->>'attempt_count')::int, 0) > 0`;
const PLANNED = `i.data->>'next_payment_attempt' is not null`;

/** Open: another attempt is planned. Recovered: paid after a failure. Lost: nobody tries again, or it was written off. */
const KINDS: Readonly<Record<FailedKind, string>> = {
  open: `i.status = 'open' and ${FAILED} and ${PLANNED}`,
  recovered: `i.status = 'paid' and coalesce((i.data->>'attempt_count')::int, 0) > 1 and coalesce((i.data->>'amount_paid')::bigint, 0) > 0`,
  lost: `(i.status in ('uncollectible', 'void') or (i.status = 'open' and not (${PLANNED}))) and ${FAILED}`,
};

const WHERE = 'i.account = $1 and i.livemode = $2 and not i.deleted';

export function failedInvoices(on: Query, { account, livemode }: Place, kind: FailedKind, limit: number): Promise<FailedInvoice[]> {
  return on.query<FailedInvoice>(
    `select i.id, i.data->>'number' as number, i.created, i.customer, coalesce(nullif(c.data->>'name', ''), c.data->>'email') as customer_name,
       i.data->>'currency' as currency, coalesce((i.data->>'amount_due')::bigint, 0) as due, coalesce((i.data->>'amount_remaining')::bigint, 0) as open,
       coalesce((i.data->>'attempt_count')::int, 0) as attempts, i.status, (i.data->>'next_payment_attempt')::bigint as next_attempt,
       (i.data->'status_transitions'->>'paid_at')::bigint as paid_at
     from mirror.invoices i left join mirror.customers c on c.account = i.account and c.livemode = i.livemode and c.id = i.customer
     where ${WHERE} and ${KINDS[kind]} order by i.created desc, i.id desc limit $3`,
    [account, livemode, limit],
  );
}

export interface FailedTotal {
  readonly kind: FailedKind;
  readonly currency: string;
  readonly invoices: number;
  readonly amount: number;
}

/** Sums per kind and currency: what is open, what was paid after all, what was given up. `since` in seconds is for the last two. */
export async function failedTotals(on: Query, { account, livemode }: Place, since: number): Promise<FailedTotal[]> {
  const amounts = { open: 'amount_remaining', recovered: 'amount_paid', lost: 'amount_due' } as const;
  const parts = (Object.keys(KINDS) as FailedKind[]).map(
    (kind) => `select '${kind}' as kind, i.data->>'currency' as currency, count(*)::int as invoices,
       sum(coalesce((i.data->>'${amounts[kind]}')::bigint, 0))::bigint as amount
     from mirror.invoices i where ${WHERE} and ${KINDS[kind]} and ('${kind}' = 'open' or i.created >= $3::bigint) group by 2`,
  );
  return on.query<FailedTotal>(parts.join(' union all '), [account, livemode, since]);
}

export interface ExpiringCard {
  readonly id: string;
  readonly customer: string;
  readonly customer_name: string | null;
  readonly brand: string;
  readonly last4: string;
  /** `2026-12`: the last month in which it works. */
  readonly expires: string;
}

/** Cards of customers with a running subscription that stop working in this month or the next, or have already. */
export function expiringCards(
  on: Query,
  { account, livemode }: Place,
  { from, to }: { from: string; to: string },
): Promise<ExpiringCard[]> {
  return on.query<ExpiringCard>(
    `select distinct p.id, p.data->>'customer' as customer, coalesce(nullif(c.data->>'name', ''), c.data->>'email') as customer_name,
       p.data->'card'->>'brand' as brand, p.data->'card'->>'last4' as last4,
       (p.data->'card'->>'exp_year') || '-' || lpad(p.data->'card'->>'exp_month', 2, '0') as expires
     from mirror.payment_methods p
     join mirror.subscriptions s on s.account = p.account and s.livemode = p.livemode and s.customer = p.data->>'customer'
       and s.status in ('active', 'past_due', 'trialing') and not s.deleted
     left join mirror.customers c on c.account = p.account and c.livemode = p.livemode and c.id = p.data->>'customer'
     where p.account = $1 and p.livemode = $2 and not p.deleted and p.data->'card' is not null
       and (p.data->'card'->>'exp_year') || '-' || lpad(p.data->'card'->>'exp_month', 2, '0') between $3 and $4
     order by expires, p.id limit 200`,
    [account, livemode, from, to],
  );
}
