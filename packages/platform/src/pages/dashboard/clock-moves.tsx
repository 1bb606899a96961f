import { type Interval, step } from '@annex/money';
import type { FC, PropsWithChildren } from 'hono/jsx';
import { Csrf } from '../layout.tsx';

type Unit = Interval['interval'];

/** How far a button moves a clock. Months are of the calendar: a month after 31 January is the last of February. */
const STEPS: readonly (readonly [name: string, label: string, move: (seconds: number) => number])[] = [
  ['hour', '+1 hour', (at) => at + 3600],
  ...(['day', 'week', 'month', 'year'] as const).map(
    (unit: Unit) => [unit, `+1 ${unit}`, (at: number) => step(at, { interval: unit, interval_count: 1 }, 1)] as const,
  ),
];

/** Simulated seconds per real one. */
const SPEEDS: readonly (readonly [speed: number, label: string])[] = [
  [1, 'as fast as real time'],
  [60, 'a minute a second'],
  [3600, 'an hour a second'],
  [86_400, 'a day a second'],
  [604_800, 'a week a second'],
];

export const speedWord = (speed: number): string =>
  SPEEDS.find(([known]) => known === speed)?.[1] ?? (speed === 0 ? 'stopped' : `${speed} times as fast`);

interface Form {
  readonly action: string;
  readonly csrf: string;
}

/** Each kind of move is a form of its own, so that Enter in a field presses the button beside it. */
const Move: FC<PropsWithChildren<Form>> = ({ action, csrf, children }) => (
  <form method="post" action={action} class="line">
    <Csrf token={csrf} />
    {children}
  </form>
);

export const Steps: FC<PropsWithChildren<Form>> = ({ children, ...form }) => (
  <Move {...form}>
    {STEPS.map(([name, label]) => (
      <button type="submit" name="step" value={name} class="small">
        {label}
      </button>
    ))}
    {children}
  </Move>
);

/** `2027-01-31T12:00`, as a date field has it; the time is UTC. */
const typed = (seconds: number): string => new Date(seconds * 1000).toISOString().slice(0, 16);

export const ToInstant: FC<Form & { now: number }> = ({ now, ...form }) => (
  <Move {...form}>
    <label>
      Instant (UTC)
      <input type="datetime-local" name="to" required min={typed(now)} value={typed(movedTo('day', { now, to: '' })!)} />
    </label>
    <button type="submit" name="step" value="to">
      Advance to it
    </button>
  </Move>
);

/** Where the clock stands still, real time is the speed that is offered for it to go on with. */
export const Speed: FC<Form & { speed: number }> = ({ speed, ...form }) => {
  const isListed = speed === 0 || SPEEDS.some(([each]) => each === speed);
  const offered = isListed ? SPEEDS : [...SPEEDS, [speed, speedWord(speed)] as const];
  return (
    <Move {...form}>
      <label>
        Speed
        <select name="speed">
          {offered.map(([value, label]) => (
            <option value={value} selected={value === speed}>
              {label}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" name="step" value="run">
        {speed === 0 ? 'Let it run' : 'Set the speed'}
      </button>
    </Move>
  );
};

export const isSpeed = (speed: number): boolean => Number.isFinite(speed) && speed > 0 && speed <= 1_000_000;

/** Where a pressed button moves a clock that shows this instant, in unix seconds; nothing where no date was given. */
export function movedTo(pressed: string, given: { readonly now: number; readonly to: string }): number | undefined {
  if (pressed !== 'to') return STEPS.find(([name]) => name === pressed)?.[2](given.now);
  const at = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?$/.test(given.to) ? Date.parse(`${given.to}Z`) / 1000 : Number.NaN;
  return Number.isNaN(at) ? undefined : at;
}
