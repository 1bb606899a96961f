import type { FC } from 'hono/jsx';
import { Live } from '../design/bits.tsx';
import { BarChart, type Series } from '../design/charts/bars.tsx';
import { LineChart } from '../design/charts/line.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { moneyText, shortMoneyText } from '../design/money-text.ts';
import { isMonth, monthText, monthTick } from '../design/months.ts';
import { type Column, Table } from '../design/table.tsx';
import { type Chosen, chosenLedger } from '../figures/chosen.ts';
import { type Kind, type Month, type Movement, monthOf, ratesOf } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { problem } from './problem.tsx';
import { RulesChoice } from './rules-choice.tsx';

const SERIES: readonly (Series & { readonly name: Kind })[] = [
  { name: 'new', label: 'New' },
  { name: 'reactivation', label: 'Reactivation' },
  { name: 'expansion', label: 'Expansion' },
  { name: 'contraction', label: 'Contraction' },
  { name: 'churn', label: 'Churn' },
];

const percent = (rate: number | null): string => (rate === null ? '–' : `${(rate * 100).toFixed(1)} %`);

/** Start and movements add up to the end in every row; the exchange line is there where it is not nothing. */
export function monthColumns(base: string, chosen: Chosen): Column<Month>[] {
  const { currency, query, ledger } = chosen;
  const amount = (head: string, of: (month: Month) => number, signed = false): Column<Month> => ({
    ...{ head, number: true },
    cell: (month) => <Money minor={of(month)} currency={currency} signed={signed} />,
  });
  return [
    { head: 'Month', names: true, cell: ({ month }) => <a href={`${base}/mrr/${month}?${query}`}>{monthText(month)}</a> },
    amount('Start', (month) => month.start),
    ...SERIES.map(({ name, label }) => amount(label, (month) => month[name], true)),
    ...(ledger.months.some((month) => month.fx !== 0) ? [amount('Exchange rates', (month) => month.fx, true)] : []),
    amount('End', (month) => month.end),
    { head: 'Customers', number: true, cell: (month) => String(month.active) },
    { head: 'Customer churn', number: true, cell: (month) => percent(ratesOf(month).customerChurn) },
    { head: 'Net MRR churn', number: true, cell: (month) => percent(ratesOf(month).netMrrChurn) },
  ];
}

const SHOWN = 24;

export const MrrCharts: FC<{ chosen: Chosen; base: string }> = ({ chosen, base }) => {
  const { currency, query, ledger } = chosen;
  const shown = ledger.months.slice(-SHOWN);
  const href = (month: Month): string => `${base}/mrr/${month.month}?${query}`;
  const table = <Table caption="MRR by month" columns={monthColumns(base, chosen)} rows={[...shown].reverse()} />;
  return (
    <>
      <LineChart
        id="mrr"
        title="MRR at the end of each month"
        points={shown.map((month) => ({
          label: monthTick(month.month),
          value: month.end,
          href: href(month),
          says: `${monthText(month.month)}: ${moneyText(month.end, currency)}`,
        }))}
        tick={(value) => shortMoneyText(value, currency)}
        table={table}
      />
      <BarChart
        id="movements"
        title="What moved it"
        series={SERIES}
        bars={shown.map((month) => ({
          label: monthTick(month.month),
          values: SERIES.map(({ name }) => month[name]),
          href: href(month),
          says: `${monthText(month.month)}: ${moneyText(month.end - month.start, currency)} in all`,
        }))}
        tick={(value) => shortMoneyText(value, currency)}
        table={table}
      />
    </>
  );
};

async function mrr(visit: AccountVisit): Promise<Response> {
  const chosen = await chosenLedger(visit);
  const { base } = visit.place;
  const { months } = chosen.ledger;
  return html(
    <Inside visit={visit} title="MRR" at="/mrr">
      <p class="lead-in">
        Monthly recurring revenue, and every movement that made it. Each month closes: start and movements are the end. What lies before the
        connection is reconstructed from invoices.
      </p>
      <RulesChoice chosen={chosen} />
      <p>
        <a href={`${base}/why?to=${chosen.preset.id === 'plain' ? 'stripe' : chosen.preset.id}&currency=${chosen.currency}`}>
          Why do other tools differ?
        </a>{' '}
        · <a href={`${base}/mrr.csv?${chosen.query}`}>Metrics summary (CSV)</a> ·{' '}
        <a href={`${base}/movements.csv?${chosen.query}`}>Log of changes (CSV)</a> ·{' '}
        <a href={`${base}/subscribers.csv?${chosen.query}`}>MRR per subscriber (CSV)</a>
      </p>
      <Live name="mrr">
        {months.length === 0 ? (
          <Empty title="No subscription yet">
            <p>The first one starts the line.</p>
          </Empty>
        ) : (
          <>
            <MrrCharts chosen={chosen} base={base} />
            <Table caption="MRR by month" columns={monthColumns(base, chosen)} rows={[...months].reverse()} />
          </>
        )}
      </Live>
    </Inside>,
  );
}

/** `seats`, or `canceled: too expensive`. */
export const reasonText = ({ reason, because, reconstructed }: Movement): string =>
  `${reason}${because === null ? '' : `: ${because.replaceAll('_', ' ')}`}${reconstructed ? ' (reconstructed)' : ''}`;

export const movementColumns = (base: string, chosen: Chosen, names: ReadonlyMap<string, string>): Column<Movement>[] => [
  { head: 'Day', cell: ({ day }) => day },
  {
    head: 'Customer',
    names: true,
    cell: ({ customer }) => <a href={`${base}/customers/${customer}?${chosen.query}`}>{names.get(customer) ?? customer}</a>,
  },
  { head: 'Movement', cell: ({ kind }) => kind },
  { head: 'Why', cell: reasonText },
  { head: 'Change', number: true, cell: ({ amount }) => <Money minor={amount} currency={chosen.currency} signed={true} /> },
  { head: 'MRR after', number: true, cell: ({ after }) => <Money minor={after} currency={chosen.currency} /> },
];

/** Names of customers, for lists that would otherwise show ids. */
export async function customerNames(visit: AccountVisit): Promise<ReadonlyMap<string, string>> {
  const { account, livemode } = visit.place;
  const rows = await visit.lantern.kit.database.query<{ id: string; name: string | null }>(
    `select id, coalesce(nullif(data->>'name', ''), data->>'email') as name from mirror.customers where account = $1 and livemode = $2`,
    [account, livemode],
  );
  return new Map(rows.flatMap(({ id, name }) => (name === null ? [] : [[id, name] as const])));
}

async function month(visit: AccountVisit): Promise<Response> {
  const asked = visit.params.month;
  const chosen = await chosenLedger(visit);
  const found = chosen.ledger.months.find(({ month: name }) => name === asked);
  if (!isMonth(asked) || found === undefined)
    return problem(visit, {
      status: 404,
      title: 'There is no such month',
      text: 'The ledger begins with the first subscription and ends with this month.',
    });
  const { base } = visit.place;
  const movements = chosen.ledger.movements.filter(({ day }) => monthOf(day) === asked);
  return html(
    <Inside visit={visit} title={`MRR, ${monthText(asked)}`} at="/mrr" live={false}>
      <p>
        <a href={`${base}/mrr?${chosen.query}`}>All months</a>
      </p>
      <p class="headline">
        <Money minor={found.start} currency={chosen.currency} /> at the start, <Money minor={found.end} currency={chosen.currency} /> at the
        end
      </p>
      <Table caption="The month" columns={monthColumns(base, chosen)} rows={[found]} />
      {movements.length === 0 ? (
        <Empty title="Nothing moved in this month" />
      ) : (
        <Table caption="Movements" columns={movementColumns(base, chosen, await customerNames(visit))} rows={[...movements].reverse()} />
      )}
    </Inside>,
  );
}

export const mrrRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/mrr', access: 'member', run: mrr },
  { method: 'GET', path: '/a/:account/:mode/mrr/:month', access: 'member', run: month },
];
