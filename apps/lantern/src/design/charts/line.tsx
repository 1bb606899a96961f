import type { Child, FC } from 'hono/jsx';
import { areaOf, Frame } from './frame.tsx';
import { scaleOf } from './scale.ts';

export interface Point {
  readonly label: string;
  readonly value: number;
  /** What it opens. */
  readonly href?: string;
  /** Read aloud and shown when pointed at: `March 2026: €41,204.00`. */
  readonly says: string;
}

export interface LineChartProps {
  readonly id: string;
  readonly title: string;
  readonly points: readonly Point[];
  readonly tick: (value: number) => string;
  readonly table: Child;
  readonly legend?: Child;
}

const Dot: FC<{ x: number; y: number; point: Point }> = ({ x, y, point }) => {
  const dot = (
    <>
      <circle class="target" cx={x} cy={y} r={14} />
      <circle class="point" cx={x} cy={y} r={3.5} />
      <title>{point.says}</title>
    </>
  );
  return point.href === undefined ? (
    <g>{dot}</g>
  ) : (
    <a href={point.href} aria-label={point.says}>
      {dot}
    </a>
  );
};

/** One line over time. Values are shown as they are; nothing is smoothed. */
export const LineChart: FC<LineChartProps> = ({ id, title, points, tick, table, legend }) => {
  const scale = scaleOf(points.map(({ value }) => value));
  const area = areaOf(scale, points.length);
  const path = points.map(({ value }, n) => `${n === 0 ? 'M' : 'L'}${area.x(n)} ${area.y(value)}`).join('');
  const ground = area.y(0);
  const [first, last] = [points[0], points.at(-1)];
  const says = first === undefined || last === undefined ? title : `${title}, from ${first.says} to ${last.says}`;
  return (
    <Frame {...{ id, title, says, scale, area, tick, table, legend }} labels={points.map(({ label }) => label)}>
      {points.length > 1 && <path class="under" d={`${path}L${area.x(points.length - 1)} ${ground}L${area.x(0)} ${ground}Z`} />}
      <path class="line-path" d={path} />
      {points.map((point, n) => (
        <Dot x={area.x(n)} y={area.y(point.value)} point={point} />
      ))}
    </Frame>
  );
};
