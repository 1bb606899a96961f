import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { saveClock } from '../../clock/kept.ts';
import type { StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { Id, Time } from '../bits.tsx';
import { Csrf, FormError } from '../layout.tsx';
import { callAsOwner } from '../own-call.ts';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { Status } from '../values.tsx';
import { field } from '../visit.ts';

const CLOCK = 'test_helpers.test_clock';

const HOUR = 3600;

/** How far a button moves a clock; months are of the calendar. */
const STEPS: readonly (readonly [name: string, label: string, move: (seconds: number) => number])[] = [
  ['hour', '+1 hour', (at) => at + HOUR],
  ['day', '+1 day', (at) => at + 24 * HOUR],
  ['week', '+1 week', (at) => at + 7 * 24 * HOUR],
  ['month', '+1 month', (at) => new Date(at * 1000).setUTCMonth(new Date(at * 1000).getUTCMonth() + 1) / 1000],
];

const StepButtons: FC = () => (
  <>
    {STEPS.map(([name, label]) => (
      <button type="submit" name="step" value={name} class="small">
        {label}
      </button>
    ))}
  </>
);

const PlatformClock: FC<{ platform: Platform; base: string; csrf: string }> = ({ platform, base, csrf }) => {
  const { speed, offsetMs } = platform.clock.state;
  const isMoved = speed !== 1 || Math.abs(offsetMs) > 2000;
  return (
    <section class="panel">
      <h2>The platform's clock</h2>
      <p id="platform-clock">
        <Time seconds={platform.clock.now()} exact /> UTC
        {speed === 0 && (
          <>
            {' '}
            <span class="tag warn">stopped</span>
          </>
        )}
        {speed !== 0 && speed !== 1 && (
          <>
            {' '}
            <span class="tag warn">{speed} times as fast</span>
          </>
        )}
      </p>
      <p class="quiet">Everything on the platform lives by it: webhook retries, renewals, codes that expire. It moves for all accounts.</p>
      <form method="post" action={`${base}/clocks`} class="actions">
        <Csrf token={csrf} />
        <StepButtons />
        <button type="submit" name="step" value={speed === 0 ? 'run' : 'stop'} class="small">
          {speed === 0 ? 'Let it run' : 'Stop it'}
        </button>
        {isMoved && (
          <button type="submit" name="step" value="real" class="small">
            Back to real time
          </button>
        )}
      </form>
    </section>
  );
};

const TestClock: FC<{ platform: Platform; world: World; clock: StripeObject; base: string; csrf: string }> = ({
  platform,
  world,
  clock,
  base,
  csrf,
}) => {
  const { rows } = platform.store.page(world, 'customer', { where: [['test_clock', clock.id]], limit: 10 });
  return (
    <section class="panel">
      <h2>{clock.name ?? 'A clock without a name'}</h2>
      <p>
        <Time seconds={clock.frozen_time} exact /> UTC <Status value={clock.status} /> ·{' '}
        <Id id={clock.id} href={`${base}/data/${CLOCK}/${clock.id}`} /> · {rows.length} {rows.length === 1 ? 'customer' : 'customers'}
      </p>
      <form method="post" action={`${base}/clocks/${clock.id}`} class="actions">
        <Csrf token={csrf} />
        <StepButtons />
      </form>
    </section>
  );
};

function show(platform: Platform, c: Context<DashboardEnv>, error?: string): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const { csrf } = c.get('visitor');
  const clocks = platform.store.page(world, CLOCK, { limit: 50 }).rows.map((row) => JSON.parse(row.text) as StripeObject);
  return shellPage(platform, c, {
    title: 'Clocks',
    current: '/clocks',
    ...(error !== undefined && { status: 400 as const }),
    children: (
      <>
        <FormError text={error} />
        <PlatformClock platform={platform} base={base} csrf={csrf} />
        <div id="clocks" data-live={CLOCK}>
          {clocks.map((clock) => (
            <TestClock platform={platform} world={world} clock={clock} base={base} csrf={csrf} />
          ))}
        </div>
        {world.livemode ? (
          <p class="panel quiet">Test clocks are for test data.</p>
        ) : (
          <form method="post" action={`${base}/clocks/new`} class="panel line">
            <Csrf token={csrf} />
            <label>
              Name of a new test clock
              <input name="name" maxlength={100} />
            </label>
            <button type="submit">Create a test clock from now</button>
          </form>
        )}
      </>
    ),
  });
}

const moved = (name: string, seconds: number): number | undefined => STEPS.find(([step]) => step === name)?.[2](seconds);

function moveOurs(platform: Platform, step: string): void {
  const { clock } = platform;
  const target = moved(step, clock.nowMs() / 1000);
  if (step === 'real') clock.set(Date.now(), 1);
  else if (step === 'stop' || step === 'run') clock.set(clock.nowMs(), step === 'stop' ? 0 : 1);
  else if (target !== undefined) clock.set(target * 1000);
  saveClock(platform.store, clock);
}

/** P8: the platform's clock, and the account's test clocks. */
export function clockRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/clocks', (c) => show(platform, c));
  app.post('/clocks', (c) => {
    moveOurs(platform, field(c, 'step'));
    return c.redirect(`${c.get('place').base}/clocks`, 303);
  });
  app.post('/clocks/:id', (c) => {
    const { world, base } = c.get('place');
    const id = c.req.param('id');
    const row = platform.store.row(world, CLOCK, id);
    const now = row === undefined ? undefined : (JSON.parse(row.text) as StripeObject).frozen_time;
    const target = typeof now === 'number' ? moved(field(c, 'step'), now) : undefined;
    const path = '/v1/test_helpers/test_clocks';
    const answer =
      id === 'new'
        ? callAsOwner(platform, world, {
            method: 'POST',
            path,
            form: { frozen_time: String(platform.clock.now()), name: field(c, 'name') },
          })
        : callAsOwner(platform, world, {
            method: 'POST',
            path: `${path}/${encodeURIComponent(id)}/advance`,
            form: { frozen_time: String(Math.floor(target ?? 0)) },
          });
    return answer.refusal === undefined ? c.redirect(`${base}/clocks`, 303) : show(platform, c, answer.refusal);
  });
  return app;
}
