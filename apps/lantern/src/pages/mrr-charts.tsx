import type { FC } from 'hono/jsx';
import { BarChart } from '../design/charts/bars.tsx';
import { LineChart } from '../design/charts/line.tsx';
import { moneyText, shortMoneyText, signedText } from '../design/money-text.ts';
import { monthText, monthTick } from '../design/months.ts';
import { Table } from '../design/table.tsx';
import { KINDS } from '../figures/months.ts';
import { KIND_TEXT } from '../figures/movements.ts';
import type { Month } from '../ledger/index.ts';
import { monthColumns } from './mrr.tsx';

const SHOWN = 24;

export interface MrrChartsProps {
  readonly months: readonly Month[];
  readonly currency: string;
  /** What a month opens, where it opens anything. */
  readonly href: ((month: string) => string) | undefined;
}

/** The line of MRR, and the bars of what moved it, side by side where there is room. */
export const MrrCharts: FC<MrrChartsProps> = ({ months, currency, href }) => {
  const shown = months.slice(-SHOWN);
  const hasFx = shown.some(({ fx }) => fx !== 0);
  const series = [
    ...KINDS.map((kind) => ({ name: kind, label: KIND_TEXT[kind] })),
    ...(hasFx ? [{ name: 'fx' as const, label: 'Exchange rates' }] : []),
  ];
  const table = <Table caption="MRR by month" columns={monthColumns({ currency, months: shown, href })} rows={[...shown].reverse()} />;
  const tick = (value: number): string => shortMoneyText(value, currency);
  const opens = (month: string) => (href === undefined ? {} : { href: href(month) });
  return (
    <div class="charts">
      <LineChart
        id="mrr"
        title="MRR at the end of each month"
        points={shown.map(({ month, end }) => ({
          ...{ label: monthTick(month), value: end, says: `${monthText(month)}: ${moneyText(end, currency)}` },
          ...opens(month),
        }))}
        tick={tick}
        table={table}
      />
      <BarChart
        id="movements"
        title="What moved it"
        series={series}
        bars={shown.map((month) => ({
          label: monthTick(month.month),
          values: series.map(({ name }) => month[name]),
          says: `${monthText(month.month)}: ${series.map(({ name, label }) => `${label.toLowerCase()} ${signedText(month[name], currency)}`).join(', ')}`,
          ...opens(month.month),
        }))}
        tick={tick}
        table={table}
      />
    </div>
  );
};
