import type { Query } from '@annex/kit';
import type { Kind } from '../ledger/index.ts';
import type { Place } from '../web/place.ts';

export interface MovementLine {
  readonly customer: string;
  readonly name: string | null;
  readonly day: string;
  readonly kind: Kind;
  readonly amount: number;
  readonly before: number;
  readonly after: number;
  readonly reason: string;
  readonly because: string | null;
  readonly reconstructed: boolean;
}

export const KIND_TEXT: Readonly<Record<Kind, string>> = {
  new: 'New',
  reactivation: 'Reactivation',
  expansion: 'Expansion',
  contraction: 'Contraction',
  churn: 'Churn',
};

export const isKind = (text: string | null): text is Kind => text !== null && Object.hasOwn(KIND_TEXT, text);

const NAME = "coalesce(nullif(c.data->>'name', ''), c.data->>'email')";

const LINES = `
  select m.customer, ${NAME} as name, m.day, m.kind, m.amount, m.before, m.after, m.reason, m.because, m.reconstructed
  from lantern.movements m left join mirror.customers c on c.account = m.account and c.livemode = m.livemode and c.id = m.customer
  where m.account = $1 and m.livemode = $2`;

export interface MovementFilter {
  readonly month?: string;
  readonly kind?: Kind;
  readonly customer?: string;
  /** Only what comes after this one in the order of the list. */
  readonly after?: { readonly day: string; readonly customer: string };
  readonly limit: number;
}

/** Movements, the newest day first; of a month, a kind, or a customer. */
export function movementLines(on: Query, { account, livemode }: Place, filter: MovementFilter): Promise<MovementLine[]> {
  return on.query<MovementLine>(
    `${LINES} and ($3::text is null or substr(m.day, 1, 7) = $3) and ($4::text is null or m.kind = $4) and ($5::text is null or m.customer = $5)
       and ($6::text is null or (m.day, m.customer) < ($6, $7)) order by m.day desc, m.customer desc limit $8`,
    [
      ...[account, livemode, filter.month ?? null, filter.kind ?? null, filter.customer ?? null],
      ...[filter.after?.day ?? null, filter.after?.customer ?? null, filter.limit],
    ],
  );
}
