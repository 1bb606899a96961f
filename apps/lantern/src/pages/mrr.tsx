import { Live } from '../design/bits.tsx';
import { Empty } from '../design/form.tsx';
import { percentText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { Money } from '../design/money.tsx';
import { monthText } from '../design/months.ts';
import { Choices, type Column, Table } from '../design/table.tsx';
import { UnknownTax } from '../design/unknown-tax.tsx';
import { type AccountFigures, accountFigures } from '../figures/account.ts';
import { KINDS, readMonths } from '../figures/months.ts';
import { KIND_TEXT } from '../figures/movements.ts';
import { type Month, PRESETS, type Preset, presetOf, ratesOf } from '../ledger/index.ts';
import type { AccountVisit, Route } from '../web/visit.ts';
import { MrrCharts } from './mrr-charts.tsx';

/** Start and movements add up to the end in every row; the exchange line is there where it is not nothing. */
export function monthColumns(about: {
  currency: string;
  months: readonly Month[];
  href: ((month: string) => string) | undefined;
}): Column<Month>[] {
  const { currency, months, href } = about;
  const amount = (head: string, of: (month: Month) => number): Column<Month> => ({
    ...{ head, number: true },
    cell: (month) => <Money minor={of(month)} currency={currency} />,
  });
  const rate = (head: string, of: (month: Month) => number | null): Column<Month> => ({
    ...{ head, number: true },
    cell: (month) => percentText(of(month) ?? undefined),
  });
  return [
    {
      head: 'Month',
      names: true,
      cell: ({ month }) => (href === undefined ? monthText(month) : <a href={href(month)}>{monthText(month)}</a>),
    },
    amount('Start', (month) => month.start),
    ...KINDS.map((kind) => amount(KIND_TEXT[kind], (month) => month[kind])),
    ...(months.some(({ fx }) => fx !== 0) ? [amount('Exchange rates', (month) => month.fx)] : []),
    amount('End', (month) => month.end),
    { head: 'Customers', number: true, cell: ({ active }) => String(active) },
    rate('Customer churn', (month) => ratesOf(month).customerChurn),
    rate('Net MRR churn', (month) => ratesOf(month).netMrrChurn),
  ];
}

const EXPORTS = [
  { path: 'subscribers.csv', label: 'MRR per subscriber and month' },
  { path: 'mrr.csv', label: 'metrics summary' },
  { path: 'movements.csv', label: 'log of changes' },
] as const;

/** The preset that is looked at, where it is not how the account is counted anyway. */
export function previewOf(visit: AccountVisit, { desk }: AccountFigures): Preset | undefined {
  const asked = presetOf(visit.url.searchParams.get('rules') ?? '');
  return asked === undefined || asked.id === desk.preset?.id ? undefined : asked;
}

async function mrr(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const figures = await accountFigures(lantern, place);
  const preview = previewOf(visit, figures);
  const months =
    preview === undefined ? figures.months : await readMonths(lantern.kit.database, figures.desk, { ...figures, shown: preview.bit });
  const { base } = place;
  const { currency, preset } = figures.desk;
  const query = preview === undefined ? '' : `?rules=${preview.id}`;
  const href = preview === undefined ? (month: string): string => `${base}/movements/${month}` : undefined;
  const own = preset ?? { id: 'own', name: 'Your own', sentence: 'The rules set for this account.' };
  return html(
    <Inside visit={visit} title="MRR" at="/mrr">
      <p class="lead-in">
        Monthly recurring revenue, and every movement that made it. Each month closes: start and movements are the end. What lies before the
        connection is read off invoices, and says so.
      </p>
      <Choices
        label="Rules"
        choices={[...(preset === undefined ? [own] : []), ...PRESETS].map(({ id, name }) => ({
          label: id === own.id ? `${name} (yours)` : name,
          href: id === own.id ? `${base}/mrr` : `?rules=${id}`,
          current: preview === undefined ? id === own.id : id === preview.id,
        }))}
      />
      <p class="quiet">
        {(preview ?? own).sentence}{' '}
        {preview !== undefined && (
          <>
            A preview: your figures stay as they are. <a href={`${base}/why?to=${preview.id}`}>Why does it differ?</a>
          </>
        )}
      </p>
      <Live name="mrr">
        <UnknownTax customers={figures.now.taxUnknown} base={base} />
        {months.length === 0 ? (
          <Empty title="No subscription has paid yet">
            <p>The first one starts the line.</p>
          </Empty>
        ) : (
          <>
            <MrrCharts months={months} currency={currency} href={href} />
            <Table caption="MRR by month" columns={monthColumns({ currency, months, href })} rows={[...months].reverse()} />
            <p class="quiet below">
              As CSV:{' '}
              {EXPORTS.map(({ path, label }, n) => (
                <>
                  {n > 0 && ' · '}
                  <a href={`${base}/${path}${query}`}>{label}</a>
                </>
              ))}
            </p>
          </>
        )}
      </Live>
    </Inside>,
  );
}

export const mrrRoutes: readonly Route[] = [{ method: 'GET', path: '/a/:account/:mode/mrr', access: 'member', run: mrr }];
