import type { Clock } from '../../clock/clock.ts';
import { saveClock } from '../../clock/kept.ts';
import { invalid } from '../../engine/index.ts';
import type { ControlRoute } from '../route.ts';

export interface ShownClock {
  /** Unix seconds. */
  readonly now: number;
  readonly iso: string;
  /** Simulated seconds per real one; 0 while it stands still. */
  readonly speed: number;
  /** Seconds ahead of real time. */
  readonly ahead: number;
  /** While things that fell due are still being done: `now` climbs from one to the next, up to the instant it was moved to. */
  readonly behind: boolean;
}

const shown = (clock: Clock): ShownClock => ({
  now: clock.now(),
  iso: new Date(clock.nowMs()).toISOString(),
  speed: clock.state.speed,
  ahead: Math.round(clock.state.offsetMs / 1000),
  behind: clock.behind,
});

const ANSWERS = '`{now, iso, speed, ahead, behind}`';

const clock: ControlRoute<Record<never, never>, ShownClock> = {
  method: 'GET',
  path: '/clock',
  sentence: "The platform's clock.",
  shape: {},
  answers: ANSWERS,
  run: ({ platform }) => shown(platform.clock),
};

export interface Move {
  to?: string;
  by?: number;
  speed?: number;
}

function instant(to: string): number {
  const ms = /^\d+$/.test(to) ? Number(to) * 1000 : Date.parse(to);
  if (Number.isNaN(ms)) throw invalid(`'to' is '${to}'; write unix seconds or an instant such as 2027-01-31T12:00:00Z.`, 'to');
  return ms;
}

const setClock: ControlRoute<Move, ShownClock> = {
  method: 'POST',
  path: '/clock',
  sentence:
    "Moves, stops or speeds up the platform's clock. What falls due in between (webhook retries, renewals) is done, each at its own instant.",
  shape: {
    to: { type: 'string', sentence: 'An instant to move to: unix seconds or ISO 8601; `real` goes back to real time.' },
    by: { type: 'number', sentence: 'Seconds to move by.' },
    speed: { type: 'number', sentence: 'Simulated seconds per real one: 0 stops the clock, 1 is real speed, 3600 an hour per second.' },
  },
  answers: ANSWERS,
  run: ({ platform }, { to, by, speed }) => {
    const { clock: moved } = platform;
    if (speed !== undefined && (speed < 0 || speed > 1_000_000)) throw invalid(`'speed' is ${speed}; give 0 to 1,000,000.`, 'speed');
    if (to === 'real') moved.set(Date.now(), speed ?? 1);
    else {
      const start = to === undefined ? moved.nowMs() : instant(to);
      moved.set(start + (by ?? 0) * 1000, speed ?? moved.state.speed);
    }
    saveClock(platform.store, moved);
    return shown(moved);
  },
};

export const clockRoutes = { clock, setClock };
