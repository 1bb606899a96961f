import type { ObjectProgress, Progress } from '@annex/kit';
import type { FC } from 'hono/jsx';
import { Bar, Count, CountOf, Live } from '../design/bits.tsx';
import { Csrf, Notice } from '../design/form.tsx';
import { durationText, objectsText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';

const STATES: Readonly<Record<ObjectProgress['state'], string>> = {
  waiting: 'waiting',
  reading: 'reading',
  failing: 'trying again',
  done: 'complete',
  refused: 'cannot be read',
};

export const isOver = (progress: Progress): boolean => progress.state === 'done' || progress.state === 'partial';

const ObjectLine: FC<{ line: ObjectProgress }> = ({ line }) => {
  const name = objectsText(line.object);
  const about = line.estimate === null ? 'not known yet' : line.state === 'done' ? undefined : 'about';
  return (
    <tr data-object={line.object}>
      <th scope="row">{name}</th>
      <td class="number">
        <Count n={line.rows} />
      </td>
      <td class="number">
        {about === 'about' && '~ '}
        {line.estimate === null ? '?' : <Count n={line.estimate} />}
      </td>
      <td>
        <span class={`state ${line.state}`}>{STATES[line.state]}</span>
        {line.reason !== undefined && <span class="reason">{line.reason}</span>}
      </td>
    </tr>
  );
};

const isFailing = ({ objects }: Progress): boolean => objects.some(({ state }) => state === 'failing');

/** Objects per second since the beginning, and how long the rest takes at that pace, once there is something to judge by. */
function paceOf(progress: Progress, nowMs: number): { perSecond: number; leftMs: number | undefined } {
  const spentMs = Math.max(1, (progress.finished_ms ?? nowMs) - progress.started_ms);
  // While something is tried again nobody knows how long it will take.
  const judgeable = progress.fraction > 0.02 && progress.fraction < 1 && spentMs > 2_000 && !isFailing(progress);
  return {
    perSecond: Math.round((progress.rows / spentMs) * 1000),
    leftMs: judgeable ? (spentMs * (1 - progress.fraction)) / progress.fraction : undefined,
  };
}

const headline = (progress: Progress): string => {
  if (progress.state === 'done') return 'Your whole history is here.';
  if (progress.state === 'partial') return 'Everything that can be read is here.';
  if (progress.state === 'paused') return 'The import is paused.';
  if (progress.state === 'cancelled') return 'The import was cancelled. What was read before stays, and events still arrive.';
  return 'Reading your history.';
};

const Summary: FC<{ visit: AccountVisit; progress: Progress }> = ({ visit, progress }) => {
  const { perSecond, leftMs } = paceOf(progress, visit.lantern.now());
  return (
    <>
      <p class="headline" data-import={progress.state}>
        {headline(progress)}
      </p>
      <Bar fraction={progress.fraction} label="Progress of the import" />
      <p class="quiet">
        <CountOf n={progress.rows} one="object" many="objects" />, {Math.floor(progress.fraction * 100)} %
        {isOver(progress) ? null : ` · ${perSecond} per second`}
        {leftMs === undefined ? null : ` · about ${durationText(leftMs)} left`}
        {isOver(progress) && progress.finished_ms !== null ? ` · took ${durationText(progress.finished_ms - progress.started_ms)}` : null}
      </p>
      {progress.state === 'running' && isFailing(progress) && (
        <Notice kind="warn">
          Stripe does not answer some requests. They are tried again by themselves, ever more slowly; nothing is lost.
        </Notice>
      )}
      {progress.reason !== undefined && <Notice kind="warn">{progress.reason}</Notice>}
      {progress.gap !== null && (
        <Notice kind="warn">Events were missed for longer than Stripe keeps them, so everything is read again.</Notice>
      )}
    </>
  );
};

/** Which moves are offered in which state. */
const MOVES: Readonly<Record<Progress['state'], readonly { move: string; label: string }[]>> = {
  running: [
    { move: 'pause', label: 'Pause' },
    { move: 'cancel', label: 'Cancel the import' },
  ],
  paused: [
    { move: 'resume', label: 'Go on' },
    { move: 'cancel', label: 'Cancel the import' },
  ],
  cancelled: [{ move: 'resume', label: 'Go on' }],
  done: [{ move: 'again', label: 'Read everything again' }],
  partial: [{ move: 'again', label: 'Read everything again' }],
};

const Moves: FC<{ visit: AccountVisit; progress: Progress }> = ({ visit, progress }) =>
  visit.role !== 'owner' ? null : (
    <form method="post" action={`${visit.place.base}/import`} class="row">
      <Csrf visit={visit} />
      {MOVES[progress.state].map(({ move, label }) => (
        <button type="submit" name="move" value={move}>
          {label}
        </button>
      ))}
    </form>
  );

const Next: FC<{ visit: AccountVisit; running: boolean }> = ({ visit, running }) => (
  <p class="act">
    <a class="button primary" href={visit.place.base}>
      {running ? 'See the first figures' : 'Open the overview'}
    </a>
    <span class="hint">
      {running
        ? 'Figures settle while history loads. You can close this page: the import goes on, also after a restart.'
        : 'New events arrive by webhook from now on.'}
    </span>
  </p>
);

const ObjectTable: FC<{ objects: readonly ObjectProgress[] }> = ({ objects }) => (
  <section class="scroll" aria-label="What has been read" tabindex={0}>
    <table>
      <caption class="hidden">What has been read, by kind of object</caption>
      <thead>
        <tr>
          <th scope="col">Objects</th>
          <th scope="col" class="number">
            Read
          </th>
          <th scope="col" class="number">
            Of
          </th>
          <th scope="col">State</th>
        </tr>
      </thead>
      <tbody>
        {objects.map((line) => (
          <ObjectLine line={line} />
        ))}
      </tbody>
    </table>
  </section>
);

/** What the account has comes first; what it has none of is named in one line. */
const Objects: FC<{ objects: readonly ObjectProgress[] }> = ({ objects }) => {
  const none = objects.filter(({ state, rows }) => state === 'done' && rows === 0);
  const some = objects.filter((one) => !none.includes(one));
  return (
    <>
      {some.length > 0 && <ObjectTable objects={some} />}
      {none.length > 0 && (
        <p class="quiet below">Looked for and found none: {none.map(({ object }) => objectsText(object).toLowerCase()).join(', ')}.</p>
      )}
    </>
  );
};

async function importPage(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const progress = await lantern.kit.progress(place.account, place.livemode);
  const running = progress !== undefined && !isOver(progress);
  return html(
    <Inside visit={visit} title="Import" at="/import" {...(running && { refresh: 2 })}>
      {progress === undefined ? (
        <Notice>The import has not begun yet. This page follows it as soon as it does.</Notice>
      ) : (
        <>
          <Live name="summary">
            <Summary visit={visit} progress={progress} />
          </Live>
          <Live name="next">
            <Next visit={visit} running={running} />
          </Live>
          <Live name="objects">
            <Objects objects={progress.objects} />
          </Live>
          <Live name="moves">
            <Moves visit={visit} progress={progress} />
          </Live>
        </>
      )}
    </Inside>,
  );
}

async function moveImport(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const move = field(visit, 'move');
  const known = move === 'pause' || move === 'resume' || move === 'cancel' || move === 'again';
  if (known && (await lantern.kit.import(place, move))) await note(lantern.kit.database, visit, 'import_moved', { move });
  return redirect(`${place.base}/import`);
}

export const importRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/import', access: 'member', run: importPage },
  { method: 'POST', path: '/a/:account/:mode/import', access: 'owner', run: moveImport },
];
