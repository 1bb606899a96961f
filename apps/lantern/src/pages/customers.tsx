import { Id, Live, Time } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { monthText } from '../design/months.ts';
import { type Column, Table } from '../design/table.tsx';
import { chosenLedger } from '../figures/chosen.ts';
import { type Cohort, cohortsOf, type LedgerRow, type Movement } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { customerNames, movementColumns } from './mrr.tsx';
import { problem } from './problem.tsx';
import { RulesChoice } from './rules-choice.tsx';

/** The last movement of each customer says what it pays now. */
function present(movements: readonly Movement[]): Movement[] {
  const last = new Map(movements.map((movement) => [movement.customer, movement]));
  return [...last.values()].sort((a, b) => b.after - a.after || (a.day < b.day ? 1 : -1));
}

async function customers(visit: AccountVisit): Promise<Response> {
  const chosen = await chosenLedger(visit);
  const names = await customerNames(visit);
  const rows = present(chosen.ledger.movements);
  const { base } = visit.place;
  const columns: Column<Movement>[] = [
    {
      head: 'Customer',
      names: true,
      cell: ({ customer }) => <a href={`${base}/customers/${customer}?${chosen.query}`}>{names.get(customer) ?? customer}</a>,
    },
    { head: 'MRR now', number: true, cell: ({ after }) => <Money minor={after} currency={chosen.currency} /> },
    { head: 'Last movement', cell: ({ kind, day }) => `${kind}, ${day}` },
  ];
  return html(
    <Inside visit={visit} title="Customers" at="/customers">
      <RulesChoice chosen={chosen} />
      <Live name="customers">
        {rows.length === 0 ? (
          <Empty title="Nobody has subscribed yet" />
        ) : (
          <Table caption="Customers by MRR" columns={columns} rows={rows} />
        )}
      </Live>
    </Inside>,
  );
}

async function customer(visit: AccountVisit): Promise<Response> {
  const id = visit.params.customer!;
  const chosen = await chosenLedger(visit);
  const names = await customerNames(visit);
  const movements = chosen.ledger.movements.filter((movement) => movement.customer === id);
  const rows = chosen.ledger.rows.filter((row) => row.customer === id);
  if (rows.length === 0 && !names.has(id))
    return problem(visit, { status: 404, title: 'There is no such customer', text: 'It is not in this account, or it was deleted.' });
  const { base, timeZone } = visit.place;
  const columns: Column<LedgerRow>[] = [
    { head: 'When', cell: ({ at }) => <Time ms={at * 1000} zone={timeZone} /> },
    {
      head: 'Subscription',
      names: true,
      cell: ({ subscription }) => <Id id={subscription} href={`${base}/objects/subscription/${subscription}`} />,
    },
    { head: 'Item', cell: ({ item }) => <code>{item}</code> },
    { head: 'Why', cell: ({ reason, reconstructed }) => `${reason}${reconstructed ? ' (reconstructed)' : ''}` },
    { head: 'From', number: true, cell: ({ before }) => <Money minor={before} currency={chosen.currency} /> },
    { head: 'To', number: true, cell: ({ mrr }) => <Money minor={mrr} currency={chosen.currency} /> },
  ];
  return html(
    <Inside visit={visit} title={names.get(id) ?? id} at="/customers" live={false}>
      <p>
        <a href={`${base}/customers?${chosen.query}`}>All customers</a> · <Id id={id} href={`${base}/objects/customer/${id}`} />
      </p>
      <p class="headline">
        <Money minor={movements.at(-1)?.after ?? 0} currency={chosen.currency} /> a month
      </p>
      <h2>Movements</h2>
      {movements.length === 0 ? (
        <Empty title="Nothing has moved" />
      ) : (
        <Table caption="Movements" columns={movementColumns(base, chosen, names)} rows={[...movements].reverse()} />
      )}
      <h2>The ledger behind them</h2>
      {rows.length === 0 ? <Empty title="No rows" /> : <Table caption="Ledger rows" columns={columns} rows={[...rows].reverse()} />}
    </Inside>,
  );
}

const share = (part: number, whole: number): string => (whole === 0 ? '–' : `${Math.round((part / whole) * 100)} %`);

async function cohorts(visit: AccountVisit): Promise<Response> {
  const chosen = await chosenLedger(visit);
  const last = chosen.ledger.months.at(-1)?.month;
  const rows = last === undefined ? [] : cohortsOf(chosen.ledger.movements, last);
  const widest = Math.min(12, Math.max(0, ...rows.map((row) => row.remaining.length - 1)));
  const columns: Column<Cohort>[] = [
    { head: 'First month', names: true, cell: ({ month }) => monthText(month) },
    { head: 'Customers', number: true, cell: ({ customers: n }) => String(n) },
    ...Array.from(
      { length: widest },
      (_, n): Column<Cohort> => ({
        head: `${n + 1}`,
        number: true,
        cell: (row) => (row.remaining[n + 1] === undefined ? '' : share(row.remaining[n + 1]!.customers, row.customers)),
      }),
    ),
  ];
  return html(
    <Inside visit={visit} title="Cohorts" at="/cohorts">
      <p class="lead-in">
        Customers by the month of their first MRR, and the share of them that is still there at the end of each later month.
      </p>
      <RulesChoice chosen={chosen} />
      <Live name="cohorts">
        {rows.length === 0 ? <Empty title="No cohort yet" /> : <Table caption="Cohorts" columns={columns} rows={[...rows].reverse()} />}
      </Live>
    </Inside>,
  );
}

export const customersRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/customers', access: 'member', run: customers },
  { method: 'GET', path: '/a/:account/:mode/customers/:customer', access: 'member', run: customer },
  { method: 'GET', path: '/a/:account/:mode/cohorts', access: 'member', run: cohorts },
];
