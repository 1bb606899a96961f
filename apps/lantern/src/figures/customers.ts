import type { Query } from '@annex/kit';
import type { Place } from '../web/place.ts';

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
