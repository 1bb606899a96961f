import type { FC } from 'hono/jsx';
import { Count, CountOf, Live, Tile, Tiles, Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { monthOf, monthPlus, monthText } from '../design/months.ts';
import { type Column, Table } from '../design/table.tsx';
import {
  type ExpiringCard,
  expiringCards,
  type FailedInvoice,
  type FailedKind,
  type FailedTotal,
  failedInvoices,
  failedTotals,
} from '../figures/failed.ts';
import type { AccountVisit, Route } from '../web/visit.ts';

const DAYS = 90;
const LABELS: Readonly<Record<FailedKind, string>> = { open: 'Open', recovered: 'Recovered', lost: 'No longer tried' };

const Totals: FC<{ totals: readonly FailedTotal[]; currency: string }> = ({ totals, currency }) => (
  <Tiles>
    {(Object.keys(LABELS) as FailedKind[]).map((kind) => {
      const [first, ...rest] = totals
        .filter((one) => one.kind === kind)
        .sort((a, b) => Number(b.currency === currency) - Number(a.currency === currency));
      const note = kind === 'open' ? 'another attempt is planned' : `of invoices of the last ${DAYS} days`;
      return (
        <Tile label={LABELS[kind]} name={kind} note={note}>
          <Money minor={first?.amount ?? 0} currency={first?.currency ?? currency} />
          {rest.map((one) => (
            <span class="second">
              <Money minor={one.amount} currency={one.currency} />
            </span>
          ))}
        </Tile>
      );
    })}
    <Tile label="Recovery rate" name="rate" note="recovered ÷ (recovered + no longer tried)">
      <Rate totals={totals} />
    </Tile>
  </Tiles>
);

const Rate: FC<{ totals: readonly FailedTotal[] }> = ({ totals }) => {
  const count = (kind: FailedKind): number => totals.filter((one) => one.kind === kind).reduce((sum, { invoices }) => sum + invoices, 0);
  const [recovered, lost] = [count('recovered'), count('lost')];
  return <>{recovered + lost === 0 ? '–' : `${((recovered / (recovered + lost)) * 100).toFixed(1)} %`}</>;
};

const columnsOf = (base: string, zone: string, kind: FailedKind): Column<FailedInvoice>[] => [
  { head: 'Invoice', names: true, cell: ({ id, number }) => <a href={`${base}/objects/invoice/${id}`}>{number ?? id}</a> },
  {
    head: 'Customer',
    cell: ({ customer, customer_name }) =>
      customer === null ? '–' : <a href={`${base}/customers/${customer}`}>{customer_name ?? customer}</a>,
  },
  { head: 'Amount', number: true, cell: ({ due, open, currency }) => <Money minor={kind === 'open' ? open : due} currency={currency} /> },
  { head: 'Attempts', number: true, cell: ({ attempts }) => <Count n={attempts} /> },
  kind === 'open'
    ? {
        head: 'Next attempt',
        cell: ({ next_attempt }) => (next_attempt === null ? 'none planned' : <Time ms={next_attempt * 1000} zone={zone} />),
      }
    : {
        head: kind === 'recovered' ? 'Paid' : 'Made',
        cell: ({ paid_at, created }) => <Time ms={(paid_at ?? created) * 1000} zone={zone} />,
      },
];

const EMPTY: Readonly<Record<FailedKind, string>> = {
  open: 'No payment is waiting for another attempt.',
  recovered: 'No failed payment has been recovered yet.',
  lost: 'No payment was given up: Stripe still tries, or it was paid.',
};

const MOST = 100;

const Invoices: FC<{ kind: FailedKind; rows: readonly FailedInvoice[]; visit: AccountVisit }> = ({ kind, rows, visit }) => (
  <section aria-labelledby={`failed-${kind}`}>
    <h2 id={`failed-${kind}`}>{LABELS[kind]}</h2>
    {rows.length === 0 ? (
      <p class="quiet">{EMPTY[kind]}</p>
    ) : (
      <>
        <Table caption={LABELS[kind]} columns={columnsOf(visit.place.base, visit.place.timeZone, kind)} rows={rows} />
        {rows.length === MOST && <p class="quiet below">The newest {MOST} are shown.</p>}
      </>
    )}
  </section>
);

const CARDS = (base: string, now: string): Column<ExpiringCard>[] => [
  {
    head: 'Customer',
    names: true,
    cell: ({ customer, customer_name }) => <a href={`${base}/customers/${customer}`}>{customer_name ?? customer}</a>,
  },
  { head: 'Card', cell: ({ brand, last4 }) => `${brand} ···· ${last4}` },
  {
    head: 'Works until',
    cell: ({ expires }) => (
      <>
        {monthText(expires)} {expires < now && <span class="state bad">expired</span>}
      </>
    ),
  },
];

async function failed(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const nowMs = lantern.now();
  const month = monthOf(nowMs, place.timeZone);
  const totals = await failedTotals(database, place, Math.floor(nowMs / 1000) - DAYS * 86_400);
  const open = await failedInvoices(database, place, 'open', MOST);
  const recovered = await failedInvoices(database, place, 'recovered', MOST);
  const lost = await failedInvoices(database, place, 'lost', MOST);
  const cards = await expiringCards(database, place, { from: monthPlus(month, -2), to: monthPlus(month, 1) });
  const nothing = totals.length === 0 && cards.length === 0;
  return html(
    <Inside visit={visit} title="Failed payments" at="/failed">
      <p class="lead-in">Invoices whose payment failed at least once, what came of them, and cards that are about to stop working.</p>
      <Live name="failed">
        {nothing ? (
          <Empty title="No payment of an invoice has failed">
            <p>When one does, it appears here at once, with its next attempt.</p>
          </Empty>
        ) : (
          <>
            <Totals totals={totals} currency={place.currency} />
            <Invoices kind="open" rows={open} visit={visit} />
            <section aria-labelledby="cards">
              <h2 id="cards">Cards that expire</h2>
              {cards.length === 0 ? (
                <p class="quiet">No card of a subscriber expires this month or the next.</p>
              ) : (
                <>
                  <p class="quiet">
                    <CountOf n={cards.length} one="card" many="cards" /> of subscribers, until the end of {monthText(monthPlus(month, 1))}
                  </p>
                  <Table caption="Cards that expire" columns={CARDS(place.base, month)} rows={cards} />
                </>
              )}
            </section>
            <Invoices kind="recovered" rows={recovered} visit={visit} />
            <Invoices kind="lost" rows={lost} visit={visit} />
          </>
        )}
      </Live>
    </Inside>,
  );
}

export const failedRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/failed', access: 'member', run: failed }];
