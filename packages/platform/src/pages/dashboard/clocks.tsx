import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { saveClock } from '../../clock/kept.ts';
import type { StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { Id, Time } from '../bits.tsx';
import { Csrf, FormError } from '../layout.tsx';
import { callAsOwner, type OwnCall } from '../own-call.ts';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { Status } from '../values.tsx';
import { field } from '../visit.ts';
import { isSpeed, movedTo, Speed, Steps, speedWord, ToInstant } from './clock-moves.tsx';

const CLOCK = 'test_helpers.test_clock';
const PATH = '/v1/test_helpers/test_clocks';
/** Seconds after which a page without a script looks again how far a clock has come. */
const LOOK_AGAIN = 2;

/** How far a clock has come on its way. */
const Way: FC<{ from: number; at: number; to: number }> = ({ from, at, to }) => (
  <p class="quiet">
    <progress value={at - from} max={to - from} aria-label="How far it has come" />
    On its way to <Time seconds={to} exact />, it has come to <Time seconds={at} exact />.
  </p>
);

const PlatformClock: FC<{ platform: Platform; base: string; csrf: string }> = ({ platform, base, csrf }) => {
  const { clock } = platform;
  const { speed, offsetMs } = clock.state;
  const isMoved = speed !== 1 || Math.abs(offsetMs) > 2000;
  const form = { action: `${base}/clocks`, csrf };
  return (
    <section class="panel" aria-labelledby="platform-clock-title">
      <h2 id="platform-clock-title">The platform's clock</h2>
      <div id="platform-clock" data-live="*">
        <p>
          <Time seconds={clock.now()} exact /> UTC {speed !== 1 && <span class="tag warn">{speedWord(speed)}</span>}
        </p>
        {clock.behind && (
          <p class="quiet">
            What fell due is being done, each thing at its own instant, on the way to{' '}
            <Time seconds={Math.floor((Date.now() + offsetMs) / 1000)} exact />.
          </p>
        )}
      </div>
      <p class="quiet">Everything on the platform lives by it: webhook retries, renewals, codes that expire. It moves for all accounts.</p>
      <div class="stack">
        <Steps {...form}>
          {speed !== 0 && (
            <button type="submit" name="step" value="stop" class="small">
              Stop it
            </button>
          )}
          {isMoved && (
            <button type="submit" name="step" value="real" class="small">
              Back to real time
            </button>
          )}
        </Steps>
        <div class="line apart">
          <ToInstant {...form} now={clock.now()} />
          <Speed {...form} speed={speed} />
        </div>
      </div>
    </section>
  );
};

interface Shown {
  readonly platform: Platform;
  readonly world: World;
  readonly clock: StripeObject;
  readonly base: string;
  readonly csrf: string;
}

const TestClock: FC<Shown> = ({ platform, world, clock, base, csrf }) => {
  const customers = platform.store.page(world, 'customer', { where: [['test_clock', clock.id]], limit: Number.POSITIVE_INFINITY }).rows;
  const living = `${customers.length} ${customers.length === 1 ? 'customer' : 'customers'}`;
  const target: number | undefined = clock.status_details?.advancing?.target_frozen_time;
  const name = clock.name ?? 'A clock without a name';
  const form = { action: `${base}/clocks/${clock.id}`, csrf };
  return (
    <section class="panel" aria-label={name}>
      <h2>{name}</h2>
      <p>
        <Time seconds={clock.frozen_time} exact /> UTC <Status value={clock.status} /> ·{' '}
        <Id id={clock.id} href={`${base}/data/${CLOCK}/${clock.id}`} /> · {living}
      </p>
      {target !== undefined && <Way from={clock.frozen_time} at={platform.reached.get(clock.id) ?? clock.frozen_time} to={target} />}
      {clock.status === 'ready' && (
        <div class="stack">
          <Steps {...form} />
          <ToInstant {...form} now={clock.frozen_time} />
        </div>
      )}
      <details id={`delete-${clock.id}`}>
        <summary>Delete</summary>
        <form method="post" action={form.action}>
          <Csrf token={csrf} />
          <p>The clock goes{customers.length > 0 && `, and its ${living} with it; their subscriptions are canceled`}.</p>
          <button type="submit" name="step" value="delete" class="danger small">
            Delete this clock
          </button>
        </form>
      </details>
    </section>
  );
};

const clocksOf = (platform: Platform, world: World): StripeObject[] =>
  platform.store.page(world, CLOCK, { limit: 100 }).rows.map((row) => JSON.parse(row.text) as StripeObject);

function show(platform: Platform, c: Context<DashboardEnv>, error?: string): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const { csrf } = c.get('visitor');
  const clocks = clocksOf(platform, world);
  const isMoving = clocks.some((clock) => clock.status === 'advancing');
  return shellPage(platform, c, {
    title: 'Clocks',
    current: '/clocks',
    ...((isMoving || platform.clock.behind) && error === undefined && { again: LOOK_AGAIN }),
    ...(error !== undefined && { status: 400 as const }),
    children: (
      <>
        <FormError text={error} />
        <PlatformClock platform={platform} base={base} csrf={csrf} />
        <div id="clocks" data-live={isMoving ? '*' : CLOCK}>
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

const NO_INSTANT = 'Give the day and the time that the clock is to be moved to.';
const BACKWARDS = 'The clock only moves forward here. "Back to real time" undoes what moved it.';

/** Answers the sentence of what could not be done. */
function moveOurs(platform: Platform, c: Context<DashboardEnv>): string | undefined {
  const { clock } = platform;
  const pressed = field(c, 'step');
  const speed = Number(field(c, 'speed'));
  const now = clock.nowMs();
  if (pressed === 'real') clock.set(Date.now(), 1);
  else if (pressed === 'stop') clock.set(now, 0);
  else if (pressed === 'run') clock.set(now, isSpeed(speed) ? speed : 1);
  else {
    const target = movedTo(pressed, { now: now / 1000, to: field(c, 'to') });
    if (target === undefined) return NO_INSTANT;
    if (target * 1000 < now) return BACKWARDS;
    clock.set(target * 1000);
  }
  saveClock(platform.store, clock);
  return undefined;
}

/** What a pressed button asks of the API. */
function callFor(platform: Platform, c: Context<DashboardEnv>, id: string): OwnCall | undefined {
  const pressed = field(c, 'step');
  if (id === 'new') return { method: 'POST', path: PATH, form: { frozen_time: String(platform.clock.now()), name: field(c, 'name') } };
  const path = `${PATH}/${encodeURIComponent(id)}`;
  if (pressed === 'delete') return { method: 'DELETE', path };
  const row = platform.store.row(c.get('place').world, CLOCK, id);
  const now: number = row === undefined ? 0 : (JSON.parse(row.text) as StripeObject).frozen_time;
  const target = movedTo(pressed, { now, to: field(c, 'to') });
  return target === undefined ? undefined : { method: 'POST', path: `${path}/advance`, form: { frozen_time: String(target) } };
}

/** P8: the platform's clock, and the account's test clocks. */
export function clockRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/clocks', (c) => show(platform, c));
  app.post('/clocks', (c) => {
    const wrong = moveOurs(platform, c);
    return wrong === undefined ? c.redirect(`${c.get('place').base}/clocks`, 303) : show(platform, c, wrong);
  });
  app.post('/clocks/:id', (c) => {
    const { world, base } = c.get('place');
    const call = callFor(platform, c, c.req.param('id'));
    if (call === undefined) return show(platform, c, NO_INSTANT);
    const { refusal } = callAsOwner(platform, world, call);
    return refusal === undefined ? c.redirect(`${base}/clocks`, 303) : show(platform, c, refusal);
  });
  return app;
}
