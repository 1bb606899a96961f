import type { ObjectReport } from '@annex/kit';
import type { FC } from 'hono/jsx';
import { Count, Live, Tile, Tiles, Time } from '../design/bits.tsx';
import { Differences } from '../design/differences.tsx';
import { Csrf, Empty, Notice } from '../design/form.tsx';
import { durationText, objectsText } from '../design/format.ts';
import { html, Inside } from '../design/layout.tsx';
import { beginCheck, type Check, isRunning, latestCheck } from '../health/checks.ts';
import { type Standing, standingOf } from '../health/standing.ts';
import { OBJECTS } from '../objects.ts';
import { callOf } from '../people/people.ts';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';

const Now: FC<{ standing: Standing; visit: AccountVisit }> = ({ standing, visit }) => {
  const { timeZone } = visit.place;
  return (
    <Tiles>
      <Tile
        label="Events waiting"
        note={standing.waiting === 0 ? 'everything is applied' : `the oldest for ${durationText(standing.lag_ms)}`}
      >
        <Count n={standing.waiting} />
      </Tile>
      <Tile label="Objects in doubt" note="fetched again by themselves">
        <Count n={standing.doubts} />
      </Tile>
      <Tile label="Events set aside" note={standing.aside === 0 ? 'none failed' : 'they failed several times'}>
        <Count n={standing.aside} />
      </Tile>
      <Tile
        label="Events in 24 hours"
        note={standing.newest === null ? 'none yet' : <Newest at={standing.newest * 1000} zone={timeZone} />}
      >
        <Count n={standing.applied_day} />
      </Tile>
    </Tiles>
  );
};

const Newest: FC<{ at: number; zone: string }> = ({ at, zone }) => (
  <>
    the newest of <Time ms={at} zone={zone} />
  </>
);

const drifted = (report: ObjectReport): number => report.drift.length + report.more;
const driftOf = (check: Check): number => check.reports.reduce((sum, report) => sum + drifted(report), 0);
const leftOf = (check: Check): number =>
  check.reports.reduce((sum, report) => sum + report.drift.filter(({ repaired }) => !repaired).length + report.more, 0);

const verdictOf = (report: ObjectReport): { text: string; tone: string } => {
  if (report.note?.startsWith('cannot') === true) return { text: 'cannot be read', tone: 'warn' };
  const n = drifted(report);
  if (n === 0) return { text: 'equal', tone: 'good' };
  const repaired = report.drift.filter((one) => one.repaired).length;
  return repaired === n ? { text: `${n} repaired`, tone: 'good' } : { text: `${n} different`, tone: 'bad' };
};

const ReportLine: FC<{ report: ObjectReport }> = ({ report }) => {
  const verdict = verdictOf(report);
  const months = report.months.length;
  return (
    <tr data-object={report.object}>
      <th scope="row">{objectsText(report.object)}</th>
      <td class="number" data-head="Here">
        <Count n={report.mirror} />
      </td>
      <td class="number" data-head="At Stripe">
        <Count n={report.source} />
      </td>
      <td data-head="Verdict">
        <span class={`state ${verdict.tone}`}>{verdict.text}</span>
        {months > 0 && (
          <span class="reason">
            {report.months.filter(({ equal }) => equal).length} of {months} months with equal content
          </span>
        )}
        {report.note !== undefined && <span class="reason">{report.note}</span>}
      </td>
    </tr>
  );
};

const KINDS = { missing: 'is missing here', extra: 'is not at Stripe any more', differs: 'differs' } as const;

const Drifts: FC<{ check: Check }> = ({ check }) => (
  <section aria-labelledby="drift">
    <h2 id="drift">What differs</h2>
    <ul class="plain drifts">
      {check.reports.flatMap(({ object, drift }) =>
        drift.map(({ id, kind, fields, repaired }) => (
          <li data-drift={id}>
            <code>{id}</code> <span class="quiet">({objectsText(object).toLowerCase()})</span> {KINDS[kind]}
            {repaired && <span class="state good"> · repaired</span>}
            {fields.length > 0 && <Differences fields={fields} />}
          </li>
        )),
      )}
    </ul>
  </section>
);

const Summary: FC<{ check: Check; visit: AccountVisit }> = ({ check, visit }) => {
  const zone = visit.place.timeZone;
  if (check.error !== null) return <Notice kind="bad">The check could not be finished: {check.error}</Notice>;
  if (isRunning(check, visit.lantern.now()))
    return (
      <Notice>
        {check.repair ? 'Checking and repairing' : 'Checking'}: every object is read again from Stripe and compared. {check.reports.length}{' '}
        of {OBJECTS.length} kinds are done.
      </Notice>
    );
  if (check.finished_ms === null) return <Notice kind="warn">The last check was interrupted by a restart. Start it again.</Notice>;
  const [drift, left] = [driftOf(check), leftOf(check)];
  const kind = left === 0 ? 'good' : 'bad';
  return (
    <Notice kind={kind}>
      <span data-verdict={left === 0 ? 'equal' : 'drift'}>
        {drift === 0
          ? 'The mirror equals Stripe, field for field.'
          : left === 0
            ? `${drift} differences were found and repaired.`
            : `${drift} objects differ.`}
      </span>{' '}
      <span class="quiet">
        <Time ms={check.finished_ms} zone={zone} />, took {durationText(check.finished_ms - check.started_ms)}, asked by {check.by_actor}
      </span>
    </Notice>
  );
};

const Asking: FC<{ visit: AccountVisit; check: Check | undefined }> = ({ visit, check }) => {
  const running = check !== undefined && isRunning(check, visit.lantern.now());
  const left = check === undefined || running ? 0 : leftOf(check);
  return (
    <form method="post" action={`${visit.place.base}/health/check`} class="row">
      <Csrf visit={visit} />
      <button type="submit" name="repair" value="no" class={left === 0 ? 'primary' : ''} disabled={running}>
        Check now
      </button>
      {left > 0 && visit.role === 'owner' && (
        <button type="submit" name="repair" value="yes" class="primary">
          Repair {left}
        </button>
      )}
      <span class="hint">Reads everything again, at a quarter of your rate limit. Nothing is changed at Stripe.</span>
    </form>
  );
};

async function health(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  const { database } = lantern.kit;
  const standing = await standingOf(database, place, lantern.now());
  const check = await latestCheck(database, place);
  const running = check !== undefined && isRunning(check, lantern.now());
  return html(
    <Inside visit={visit} title="Health" at="/health" {...(running && { refresh: 2 })}>
      <p class="lead-in">Whether what Lantern knows is what Stripe has. Figures are only as right as this page.</p>
      <Live name="now">
        <Now standing={standing} visit={visit} />
        {standing.aside > 0 && visit.role === 'owner' && (
          <form method="post" action={`${place.base}/health/retry`}>
            <Csrf visit={visit} />
            <button type="submit">Try the events set aside again</button>
          </form>
        )}
      </Live>
      <section aria-labelledby="check">
        <h2 id="check">Compare with Stripe</h2>
        <Live name="check">
          {check === undefined ? (
            <Empty title="Not checked yet">
              <p>The check reads every object again from Stripe and compares it with what is stored here, field for field.</p>
            </Empty>
          ) : (
            <Summary check={check} visit={visit} />
          )}
          <Asking visit={visit} check={check} />
          {check !== undefined && check.reports.length > 0 && <Reports check={check} />}
          {check?.reports.some(({ drift }) => drift.length > 0) && <Drifts check={check} />}
        </Live>
      </section>
    </Inside>,
  );
}

const Reports: FC<{ check: Check }> = ({ check }) => (
  <section class="scroll below" aria-label="What was compared" tabindex={0}>
    <table class="cards">
      <caption class="hidden">What was compared, by kind of object</caption>
      <thead>
        <tr>
          <th scope="col">Objects</th>
          <th scope="col" class="number">
            Here
          </th>
          <th scope="col" class="number">
            At Stripe
          </th>
          <th scope="col">Verdict</th>
        </tr>
      </thead>
      <tbody>
        {check.reports.map((report) => (
          <ReportLine report={report} />
        ))}
      </tbody>
    </table>
  </section>
);

async function check(visit: AccountVisit): Promise<Response> {
  const { lantern, place, person, role } = visit;
  const repair = field(visit, 'repair') === 'yes' && role === 'owner';
  if (await beginCheck(lantern, place, { repair, actor: callOf(person) })) await note(lantern.kit.database, visit, 'checked', { repair });
  return redirect(`${place.base}/health`);
}

async function retry(visit: AccountVisit): Promise<Response> {
  await visit.lantern.kit.retryAside(visit.place);
  await note(visit.lantern.kit.database, visit, 'retried');
  return redirect(`${visit.place.base}/health`);
}

export const healthRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/health', access: 'member', run: health },
  { method: 'POST', path: '/a/:account/:mode/health/check', access: 'member', run: check },
  { method: 'POST', path: '/a/:account/:mode/health/retry', access: 'owner', run: retry },
];
