import type { Child, FC, PropsWithChildren } from 'hono/jsx';
import { placer, type Scale } from './scale.ts';

export const WIDTH = 760;
export const HEIGHT = 280;
const LEFT = 74;
const RIGHT = 8;
const TOP = 12;
const BOTTOM = 34;

/** The area inside the axes, cut into as many columns as there are points. */
export interface Area {
  readonly y: (value: number) => number;
  /** The middle of column `n`. */
  readonly x: (n: number) => number;
  readonly column: number;
  readonly top: number;
  readonly bottom: number;
}

export function areaOf(scale: Scale, columns: number): Area {
  const column = (WIDTH - LEFT - RIGHT) / Math.max(1, columns);
  const x = (n: number): number => Math.round((LEFT + column * (n + 0.5)) * 10) / 10;
  return { y: placer(scale, TOP, HEIGHT - BOTTOM), x, column, top: TOP, bottom: HEIGHT - BOTTOM };
}

export interface FrameProps {
  readonly id: string;
  readonly title: string;
  /** The chart in a sentence, for whoever does not see it. */
  readonly says: string;
  readonly scale: Scale;
  readonly area: Area;
  readonly labels: readonly string[];
  readonly tick: (value: number) => string;
  readonly legend?: Child;
  /** The same figures as a table. */
  readonly table: Child;
}

/** Every how-manieth label is written, so that they do not touch. */
const spacing = (labels: readonly string[]): number => Math.max(1, Math.ceil(labels.length / 12));

/** Axes, labels, legend, and the table behind. Text stays text. */
export const Frame: FC<PropsWithChildren<FrameProps>> = ({ id, title, says, scale, area, labels, tick, legend, table, children }) => {
  const every = spacing(labels);
  return (
    <figure class="chart" aria-labelledby={`${id}-title`}>
      <figcaption>
        <span class="chart-title" id={`${id}-title`}>
          {title}
        </span>
        {legend}
      </figcaption>
      {/* biome-ignore lint/a11y/useSemanticElements: a drawing is no fieldset */}
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} role="group" aria-label={says}>
        {scale.ticks.map((value) => (
          <>
            <line class={value === 0 ? 'axis zero' : 'axis'} x1={LEFT} x2={WIDTH - RIGHT} y1={area.y(value)} y2={area.y(value)} />
            <text class="tick" x={LEFT - 8} y={area.y(value) + 4} text-anchor="end">
              {tick(value)}
            </text>
          </>
        ))}
        {labels.map((label, n) =>
          (labels.length - 1 - n) % every === 0 ? (
            <text
              class={(labels.length - 1 - n) % (every * 2) === 0 ? 'label' : 'label minor'}
              x={area.x(n)}
              y={HEIGHT - 8}
              text-anchor="middle"
            >
              {label}
            </text>
          ) : null,
        )}
        {children}
      </svg>
      <details class="behind">
        <summary>As a table</summary>
        {table}
      </details>
    </figure>
  );
};
