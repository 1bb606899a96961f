import type { FC } from 'hono/jsx';
import { Id, Live, Tile, Tiles, Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { KindTag, Why } from '../design/movement.tsx';
import { type Column, Table } from '../design/table.tsx';
import { type AccountFigures, accountFigures } from '../figures/account.ts';
import { type Book, bookOf, countingOf } from '../figures/books.ts';
import { type CustomerInvoice, type CustomerPayment, customerInvoices, customerPayments } from '../figures/customers.ts';
import { storedObject } from '../figures/objects.ts';
import { type Origin, originKey } from '../history/compose.ts';
import { readHistories } from '../history/read.ts';
import type { LedgerRow, Movement } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { ObjectLink } from './objects.tsx';
import { problem } from './problem.tsx';

/** Where it is known from: the event, or the invoices it was read off. */
const From: FC<{ origin: Origin | undefined; row: LedgerRow; base: string }> = ({ origin, row, base }) => {
  if (origin?.kind === 'event') return <a href={`${base}/events/${origin.event}`}>{origin.type}</a>;
  if (origin?.kind === 'invoices') return <a href={`${base}/objects/subscription/${row.subscription}`}>read off its invoices</a>;
  if (origin?.kind === 'fetch') return <a href={`${base}/objects/subscription/${row.subscription}`}>fetched again</a>;
  return <>it came with time: nothing had to happen</>;
};

const rowColumns = (book: Book, about: { base: string; zone: string }): Column<LedgerRow>[] => [
  { head: 'At', cell: ({ at }) => <Time ms={at * 1000} zone={about.zone} /> },
  {
    head: 'Item',
    names: true,
    cell: ({ subscription, item }) => (
      <>
        <ObjectLink base={about.base} id={subscription} />
        <span class="reason">{item}</span>
      </>
    ),
  },
  { head: 'Reason', cell: (row) => <Why {...row} /> },
  { head: 'Before', number: true, cell: ({ before, currency }) => <Money minor={before} currency={currency} /> },
  { head: 'After', number: true, cell: ({ mrr, currency }) => <Money minor={mrr} currency={currency} /> },
  { head: 'Known from', cell: (row) => <From origin={book.origins.get(originKey(row))} row={row} base={about.base} /> },
];

/** One day of the customer: what it did, why, and the rows of the ledger behind it. */
const Step: FC<{ movement: Movement; book: Book; figures: AccountFigures; base: string }> = ({ movement, book, figures, base }) => {
  const { currency, timeZone } = figures.desk;
  return (
    <li class={`step ${movement.kind}`} data-movement={movement.kind} data-day={movement.day}>
      <p class="step-head">
        <time datetime={movement.day}>{movement.day}</time>
        <KindTag kind={movement.kind} />
        <Money minor={movement.amount} currency={currency} signed />
        <span>
          <Why {...movement} tax_unknown={movement.rows.some((n) => book.rows[n]!.tax_unknown)} />
        </span>
        <span class="quiet">
          <Money minor={movement.before} currency={currency} /> → <Money minor={movement.after} currency={currency} />
        </span>
      </p>
      <details>
        <summary>What it is made of</summary>
        <Table
          caption={`The ledger on ${movement.day}`}
          columns={rowColumns(book, { base, zone: timeZone })}
          rows={movement.rows.map((n) => book.rows[n]!)}
        />
      </details>
    </li>
  );
};

const INVOICES = (base: string, zone: string): Column<CustomerInvoice>[] => [
  { head: 'Invoice', names: true, cell: ({ id, number }) => <a href={`${base}/objects/invoice/${id}`}>{number ?? id}</a> },
  { head: 'Made', cell: ({ created }) => <Time ms={created * 1000} zone={zone} /> },
  { head: 'State', cell: ({ status }) => status ?? '' },
  { head: 'Total', number: true, cell: ({ total, currency }) => <Money minor={total} currency={currency} /> },
  { head: 'Paid', number: true, cell: ({ paid, currency }) => <Money minor={paid} currency={currency} /> },
  { head: 'Open', number: true, cell: ({ open, currency }) => <Money minor={open} currency={currency} /> },
];

const PAYMENTS = (base: string, zone: string): Column<CustomerPayment>[] => [
  { head: 'Payment', names: true, cell: ({ id }) => <Id id={id} href={`${base}/objects/charge/${id}`} /> },
  { head: 'When', cell: ({ created }) => <Time ms={created * 1000} zone={zone} /> },
  {
    head: 'State',
    cell: ({ status, failure }) => (
      <>
        <span class={`state ${status === 'failed' ? 'bad' : 'good'}`}>{status}</span>
        {failure !== null && <span class="reason">{failure}</span>}
      </>
    ),
  },
  { head: 'Amount', number: true, cell: ({ amount, currency }) => <Money minor={amount} currency={currency} /> },
  { head: 'Refunded', number: true, cell: ({ refunded, currency }) => <Money minor={refunded} currency={currency} /> },
];

function sums(rows: readonly { currency: string; amount: number }[]): { currency: string; amount: number }[] {
  const found = new Map<string, number>();
  for (const { currency, amount } of rows) found.set(currency, (found.get(currency) ?? 0) + amount);
  return [...found].map(([currency, amount]) => ({ currency, amount })).filter(({ amount }) => amount !== 0);
}

const Sum: FC<{ rows: readonly { currency: string; amount: number }[]; otherwise: string }> = ({ rows, otherwise }) => {
  const found = sums(rows);
  return (
    <>
      {found.length === 0 && <Money minor={0} currency={otherwise} />}
      {found.map(({ currency, amount }) => (
        <span class="each">
          <Money minor={amount} currency={currency} />
        </span>
      ))}
    </>
  );
};

interface Shown {
  readonly book: Book;
  readonly figures: AccountFigures;
  readonly invoices: readonly CustomerInvoice[];
  readonly payments: readonly CustomerPayment[];
}

const Standing: FC<Shown> = ({ book, figures, invoices, payments }) => {
  const { currency } = figures.desk;
  const paid = payments
    .filter(({ status }) => status === 'succeeded')
    .map((one) => ({ currency: one.currency, amount: one.amount - one.refunded }));
  const open = invoices.filter(({ status }) => status === 'open').map((one) => ({ currency: one.currency, amount: one.open }));
  return (
    <Tiles>
      <Tile
        label="MRR now"
        name="mrr"
        note={
          book.nextAt === null ? undefined : (
            <>
              changes by itself on <Time ms={book.nextAt * 1000} zone={figures.desk.timeZone} />
            </>
          )
        }
      >
        <Money minor={book.mrr} currency={currency} />
      </Tile>
      <Tile label="Paying since" note={book.movements.length === 0 ? 'never' : undefined}>
        {book.movements.find(({ after }) => after > 0)?.day ?? '–'}
      </Tile>
      <Tile label="Paid, less refunds" name="paid">
        <Sum rows={paid} otherwise={currency} />
      </Tile>
      <Tile label="Open" name="open">
        <Sum rows={open} otherwise={currency} />
      </Tile>
    </Tiles>
  );
};

async function customer(visit: AccountVisit): Promise<Response> {
  const { lantern, place, params } = visit;
  const { database } = lantern.kit;
  const { customer: id = '' } = params;
  const found = await storedObject(database, place, 'customer', id);
  const [history] = await readHistories(database, place, [id]);
  if (found === undefined && history!.present.length === 0 && history!.events.length === 0)
    return problem(visit, { status: 404, title: 'There is no such customer', text: 'The mirror of this account does not have it.' });
  const figures = await accountFigures(lantern, place);
  const counting = countingOf(figures.desk, figures.rates, Math.floor(figures.nowMs / 1000));
  const shown: Shown = {
    book: bookOf(history!, figures.desk.rules, counting),
    figures,
    invoices: await customerInvoices(database, place, id),
    payments: await customerPayments(database, place, id),
  };
  const { base } = place;
  const zone = figures.desk.timeZone;
  const data = found?.data as { name?: string | null; email?: string | null } | undefined;
  return html(
    <Inside visit={visit} title={data?.name || data?.email || id} at="/customers">
      <p class="row quiet">
        <a href={`${base}/customers`}>All customers</a>
        {data?.email && <span>{data.email}</span>}
        <Id id={id} href={`${base}/objects/customer/${id}`} />
      </p>
      <Live name="customer">
        <Standing {...shown} />
        <section aria-labelledby="timeline">
          <h2 id="timeline">Timeline</h2>
          {shown.book.movements.length === 0 ? (
            <Empty title="No recurring revenue yet">
              <p>When a subscription of this customer counts, its movements appear here.</p>
            </Empty>
          ) : (
            <ol class="steps">
              {[...shown.book.movements].reverse().map((movement) => (
                <Step movement={movement} book={shown.book} figures={figures} base={base} />
              ))}
            </ol>
          )}
        </section>
        <section aria-labelledby="invoices">
          <h2 id="invoices">Invoices</h2>
          {shown.invoices.length === 0 ? (
            <p class="quiet">None.</p>
          ) : (
            <Table caption="Invoices" columns={INVOICES(base, zone)} rows={shown.invoices} />
          )}
        </section>
        <section aria-labelledby="payments">
          <h2 id="payments">Payments</h2>
          {shown.payments.length === 0 ? (
            <p class="quiet">None.</p>
          ) : (
            <Table caption="Payments" columns={PAYMENTS(base, zone)} rows={shown.payments} />
          )}
        </section>
      </Live>
    </Inside>,
  );
}

export const customerRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/customers/:customer', access: 'member', run: customer },
];
