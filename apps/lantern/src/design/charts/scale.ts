/** A vertical scale with round numbers. */
export interface Scale {
  readonly ticks: readonly number[];
  readonly low: number;
  readonly high: number;
}

const STEPS = [1, 2, 2.5, 5, 10];

/** About `wanted` round ticks that include zero and cover every value. */
export function scaleOf(values: readonly number[], wanted = 4): Scale {
  const [min, max] = [Math.min(0, ...values), Math.max(0, ...values)];
  const span = max - min;
  if (span === 0) return { ticks: [0, 1], low: 0, high: 1 };
  const rough = span / wanted;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * STEPS.find((one) => one * power >= rough)!;
  const first = Math.floor(min / step);
  const last = Math.ceil(max / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, n) => (first + n) * step);
  return { ticks, low: ticks[0]!, high: ticks.at(-1)! };
}

/** Where a value lies between `top` (the highest) and `bottom` (the lowest), rounded to a tenth so that pages stay small. */
export const placer =
  ({ low, high }: Scale, top: number, bottom: number) =>
  (value: number): number =>
    Math.round((bottom - ((value - low) / (high - low)) * (bottom - top)) * 10) / 10;
