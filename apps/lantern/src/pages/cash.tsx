import type { FC } from 'hono/jsx';
import { Id, Live, Time } from '../design/bits.tsx';
import { BarChart, type Series } from '../design/charts/bars.tsx';
import { Empty } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { moneyText, shortMoneyText } from '../design/money-text.ts';
import { isMonth, monthText, monthTick } from '../design/months.ts';
import { Choices, type Column, Pager, Table } from '../design/table.tsx';
import { type CashLine, type CashMonth, cashCurrencies, cashLines, readCash } from '../figures/cash.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { problem } from './problem.tsx';

const SERIES: readonly (Series & { readonly part: keyof CashMonth })[] = [
  { name: 'new', label: 'Payments', part: 'gross' },
  { name: 'contraction', label: 'Refunds', part: 'refunds' },
  { name: 'churn', label: 'Disputes', part: 'disputes' },
  { name: 'fx', label: 'Fees', part: 'fees' },
];

const columnsOf = (base: string, currency: string): Column<CashMonth>[] => {
  const amount = (head: string, part: 'gross' | 'refunds' | 'disputes' | 'fees' | 'other' | 'net' | 'payouts'): Column<CashMonth> => ({
    ...{ head, number: true },
    cell: (month) => <Money minor={month[part]} currency={currency} />,
  });
  return [
    { head: 'Month', names: true, cell: ({ month }) => <a href={`${base}/cash/${month}?currency=${currency}`}>{monthText(month)}</a> },
    amount('Payments', 'gross'),
    amount('Refunds', 'refunds'),
    amount('Disputes', 'disputes'),
    amount('Fees', 'fees'),
    amount('Other', 'other'),
    amount('Net', 'net'),
    amount('Payouts', 'payouts'),
  ];
};

const CHART_MONTHS = 24;

const Chart: FC<{ months: readonly CashMonth[]; visit: AccountVisit; currency: string }> = ({ months, visit, currency }) => {
  const { base } = visit.place;
  const shown = months.slice(0, CHART_MONTHS).reverse();
  const bars = shown.map((month) => ({
    label: monthTick(month.month),
    values: SERIES.map(({ part }) => month[part] as number),
    href: `${base}/cash/${month.month}?currency=${currency}`,
    says: `${monthText(month.month)}: net ${moneyText(month.net, currency)}`,
  }));
  return (
    <BarChart
      id="cash"
      title="Cash flow by month"
      series={SERIES}
      bars={bars}
      tick={(value) => shortMoneyText(value, currency)}
      table={<Table caption="Cash flow by month" columns={columnsOf(base, currency)} rows={[...shown].reverse()} />}
    />
  );
};

async function chosenCurrency(visit: AccountVisit): Promise<{ currency: string; currencies: string[] }> {
  const currencies = await cashCurrencies(visit.lantern.kit.database, visit.place);
  const asked = visit.url.searchParams.get('currency');
  const known = currencies.find((one) => one === asked) ?? currencies.find((one) => one === visit.place.currency) ?? currencies[0];
  return { currency: known ?? visit.place.currency, currencies };
}

async function cash(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { currency, currencies } = await chosenCurrency(visit);
  const months = await readCash(lantern.kit.database, place, currency);
  return html(
    <Inside visit={visit} title="Cash flow" at="/cash">
      <p class="lead-in">
        What the balance gained and what was paid out, from every balance transaction. Refunds and disputes are here and never in MRR.
      </p>
      {currencies.length > 1 && (
        <Choices
          label="Currency"
          choices={currencies.map((one) => ({ label: one.toUpperCase(), href: `?currency=${one}`, current: one === currency }))}
        />
      )}
      <Live name="cash">
        {months.length === 0 ? (
          <Empty title="No money has moved yet">
            <p>Payments, refunds, disputes, fees and payouts appear here as they are booked.</p>
          </Empty>
        ) : (
          <>
            <Chart months={months} visit={visit} currency={currency} />
            <Table caption="Cash flow by month" columns={columnsOf(place.base, currency)} rows={months} />
          </>
        )}
      </Live>
    </Inside>,
  );
}

const PAGE = 100;

const LINES = (base: string, zone: string, currency: string): Column<CashLine>[] => [
  { head: 'When', cell: ({ created }) => <Time ms={created * 1000} zone={zone} /> },
  {
    head: 'Transaction',
    names: true,
    cell: ({ id, category, description }) => (
      <>
        {category.replaceAll('_', ' ')}
        {description !== null && <span class="quiet"> · {description}</span>}
        <br />
        <Id id={id} href={`${base}/objects/balance_transaction/${id}`} />
      </>
    ),
  },
  { head: 'Amount', number: true, cell: ({ amount }) => <Money minor={amount} currency={currency} /> },
  { head: 'Fee', number: true, cell: ({ fee }) => <Money minor={-fee} currency={currency} /> },
  { head: 'Net', number: true, cell: ({ net }) => <Money minor={net} currency={currency} /> },
];

async function month(visit: AccountVisit): Promise<Response> {
  const { lantern, place, params, url } = visit;
  const { month: asked } = params;
  if (!isMonth(asked)) return problem(visit, { status: 404, title: 'There is no such month', text: 'Write a month like 2026-03.' });
  const { currency } = await chosenCurrency(visit);
  const { database } = lantern.kit;
  const after = url.searchParams.get('after') ?? undefined;
  const lines = await cashLines(database, place, { currency, month: asked, limit: PAGE, ...(after !== undefined && { after }) });
  const total = (await readCash(database, place, currency)).find((one) => one.month === asked);
  const here = `${place.base}/cash/${asked}?currency=${currency}`;
  return html(
    <Inside visit={visit} title={`Cash flow, ${monthText(asked)}`} at="/cash" live={false}>
      <p>
        <a href={`${place.base}/cash?currency=${currency}`}>All months</a>
      </p>
      {total === undefined ? (
        <Empty title="No money moved in this month" />
      ) : (
        <>
          <p class="headline">
            Net <Money minor={total.net} currency={currency} /> in {total.transactions} transactions
          </p>
          <Table caption="Balance transactions" columns={LINES(place.base, place.timeZone, currency)} rows={lines} />
          <Pager
            older={lines.length === PAGE ? `${here}&after=${lines.at(-1)!.id}` : undefined}
            first={after === undefined ? undefined : here}
          />
        </>
      )}
    </Inside>,
  );
}

export const cashRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/cash', access: 'member', run: cash },
  { method: 'GET', path: '/a/:account/:mode/cash/:month', access: 'member', run: month },
];
