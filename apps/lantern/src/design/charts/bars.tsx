import type { Child, FC } from 'hono/jsx';
import { type Area, areaOf, Frame } from './frame.tsx';
import { scaleOf } from './scale.ts';

/** A part of every bar: `name` is its CSS class and colour. */
export interface Series {
  readonly name: string;
  readonly label: string;
}

export interface Bar {
  readonly label: string;
  /** One value per series; positive ones stand on the axis, negative ones hang from it. */
  readonly values: readonly number[];
  readonly href?: string;
  readonly says: string;
}

export interface BarChartProps {
  readonly id: string;
  readonly title: string;
  readonly series: readonly Series[];
  readonly bars: readonly Bar[];
  readonly tick: (value: number) => string;
  readonly table: Child;
}

const sumOf = (values: readonly number[], keep: (value: number) => boolean): number =>
  values.filter(keep).reduce((sum, value) => sum + value, 0);

const Legend: FC<{ series: readonly Series[] }> = ({ series }) => (
  <span class="legend">
    {series.map(({ name, label }) => (
      <span class="key">
        <span class={`swatch ${name}`} aria-hidden="true"></span>
        {label}
      </span>
    ))}
  </span>
);

const Stack: FC<{ bar: Bar; n: number; series: readonly Series[]; area: Area }> = ({ bar, n, series, area }) => {
  const width = Math.round(Math.min(34, area.column * 0.66) * 10) / 10;
  const x = Math.round((area.x(n) - width / 2) * 10) / 10;
  let [above, below] = [0, 0];
  const parts = bar.values.map((value, s) => {
    const from = value >= 0 ? above : below;
    const to = from + value;
    if (value >= 0) above = to;
    else below = to;
    const [top, bottom] = [area.y(Math.max(from, to)), area.y(Math.min(from, to))];
    return { name: series[s]!.name, y: top, height: Math.round((bottom - top) * 10) / 10 };
  });
  const drawn = (
    <>
      <rect class="target" x={area.x(n) - area.column / 2} y={area.top} width={area.column} height={area.bottom - area.top} />
      {parts
        .filter(({ height }) => height > 0)
        .map(({ name, y, height }) => (
          <rect class={`part ${name}`} x={x} y={y} width={width} height={height} />
        ))}
      <title>{bar.says}</title>
    </>
  );
  return bar.href === undefined ? (
    <g>{drawn}</g>
  ) : (
    <a href={bar.href} aria-label={bar.says}>
      {drawn}
    </a>
  );
};

/** Stacked bars around zero; one link per bar, so that the keyboard need not pass every part. */
export const BarChart: FC<BarChartProps> = ({ id, title, series, bars, tick, table }) => {
  const ends = bars.flatMap(({ values }) => [sumOf(values, (value) => value > 0), sumOf(values, (value) => value < 0)]);
  const scale = scaleOf(ends);
  const area = areaOf(scale, bars.length);
  const says = `${title}, ${bars.length} bars: ${series.map(({ label }) => label).join(', ')}`;
  return (
    <Frame {...{ id, title, says, scale, area, tick, table }} labels={bars.map(({ label }) => label)} legend={<Legend series={series} />}>
      {bars.map((bar, n) => (
        <Stack bar={bar} n={n} series={series} area={area} />
      ))}
    </Frame>
  );
};
