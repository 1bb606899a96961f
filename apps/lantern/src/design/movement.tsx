import type { FC } from 'hono/jsx';
import { KIND_TEXT, type MovementLine } from '../figures/movements.ts';
import type { Kind } from '../ledger/index.ts';
import { Day } from './bits.tsx';
import { Money } from './money.tsx';
import type { Column } from './table.tsx';

/** The kind of a movement, with its colour and its name. */
export const KindTag: FC<{ kind: Kind }> = ({ kind }) => (
  <span class="kind">
    <span class={`swatch ${kind}`} aria-hidden="true"></span>
    {KIND_TEXT[kind]}
  </span>
);

interface WhyProps {
  readonly reason: string;
  readonly because: string | null;
  readonly reconstructed: boolean;
  readonly tax_unknown?: boolean;
}

/** Why: the ledger's reason, and what the customer said. */
export const Why: FC<WhyProps> = ({ reason, because, reconstructed, tax_unknown: unknown = false }) => (
  <>
    {reason}
    {because !== null && <span class="quiet"> · {because.replaceAll('_', ' ')}</span>}
    {reconstructed && (
      <span class="tag" title="Read off invoices: it happened before the account was connected">
        reconstructed
      </span>
    )}
    {unknown && (
      <span class="tag" title="The price includes tax, and no invoice has shown how much: the tax is still in it">
        tax included, share unknown
      </span>
    )}
  </>
);

export const movementColumns = (base: string, currency: string): Column<MovementLine>[] => [
  { head: 'Day', cell: ({ day }) => <Day day={day} /> },
  { head: 'Customer', names: true, cell: ({ customer, name }) => <a href={`${base}/customers/${customer}`}>{name ?? customer}</a> },
  { head: 'Movement', cell: ({ kind }) => <KindTag kind={kind} /> },
  { head: 'Reason', cell: (line) => <Why {...line} /> },
  { head: 'Before', number: true, cell: ({ before }) => <Money minor={before} currency={currency} /> },
  { head: 'Change', number: true, cell: ({ amount }) => <Money minor={amount} currency={currency} signed /> },
  { head: 'After', number: true, cell: ({ after }) => <Money minor={after} currency={currency} /> },
];
