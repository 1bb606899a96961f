import type { FC } from 'hono/jsx';
import { Time } from '../design/bits.tsx';
import { Csrf, Notice } from '../design/form.tsx';
import { Front, html } from '../design/layout.tsx';
import { type Column, Table } from '../design/table.tsx';
import { membershipsOf, type Role } from '../people/members.ts';
import { closeOtherSessions, type OpenSession, sessionsOf } from '../people/sessions.ts';
import { type Mode, type Place, placeOf } from '../web/place.ts';
import { type PersonVisit, type Route, redirect } from '../web/visit.ts';
import { ConnectButtons } from './home.tsx';

const STATES: Readonly<Record<Place['state'], string>> = {
  connected: 'connected',
  kept: 'left, kept for now',
  leaving: 'being erased',
  gone: 'left and erased',
};

interface Line {
  readonly place: Place;
  readonly role: Role;
}

/** Every account of this person, in each mode it is or was connected in. */
async function linesOf({ lantern, person }: PersonVisit): Promise<Line[]> {
  const { database } = lantern.kit;
  const memberships = await membershipsOf(database, person.id);
  const accounts = memberships.map(({ account }) => account);
  const known = await database.query<{ account: string; livemode: boolean }>(
    `select account, livemode from annex.connections where kind = 'oauth' and account = any($1::text[])
     union select account, livemode from annex.receipts where account = any($1::text[]) order by 1, 2 desc`,
    [accounts],
  );
  const lines: Line[] = [];
  for (const { account, role } of memberships) {
    for (const { livemode } of known.filter((one) => one.account === account)) {
      const mode: Mode = livemode ? 'live' : 'test';
      lines.push({ place: await placeOf(database, account, mode), role });
    }
  }
  return lines;
}

const COLUMNS: Column<Line>[] = [
  {
    head: 'Account',
    names: true,
    cell: ({ place }) => (
      <>
        <a href={place.base}>{place.name}</a> <span class={`mode ${place.mode}`}>{place.mode}</span>
        <br />
        <code class="quiet">{place.account}</code>
      </>
    ),
  },
  { head: 'State', cell: ({ place }) => STATES[place.state] },
  { head: 'Connected', cell: ({ place }) => (place.connectedMs === null ? '–' : <Time ms={place.connectedMs} zone={place.timeZone} />) },
  { head: 'You are', cell: ({ role }) => role },
];

/** Only where there is more than this browser: then the others can be ended. */
const Sessions: FC<{ visit: PersonVisit; sessions: readonly OpenSession[] }> = ({ visit, sessions }) =>
  sessions.length < 2 ? null : (
    <section aria-labelledby="sessions">
      <h2 id="sessions">Where you are signed in</h2>
      <ul class="plain" data-sessions={String(sessions.length)}>
        {sessions.map(({ created_ms, own }) => (
          <li>
            Since <Time ms={created_ms} zone="UTC" /> {own ? 'in this browser' : <span class="quiet">in another browser</span>}
          </li>
        ))}
      </ul>
      <form method="post" action="/sign-out-elsewhere" class="act">
        <Csrf visit={visit} />
        <button type="submit">Sign out everywhere else</button>
      </form>
    </section>
  );

async function signOutElsewhere(visit: PersonVisit): Promise<Response> {
  await closeOtherSessions(visit.lantern.kit.database, { person: visit.person.id, token: visit.sessionToken });
  return redirect('/accounts');
}

async function accounts(visit: PersonVisit): Promise<Response> {
  const lines = await linesOf(visit);
  const [only] = lines;
  // One account and nothing to choose: straight to its figures, unless the list itself was asked for.
  if (lines.length === 1 && only !== undefined && visit.request.headers.get('referer') === null && visit.url.searchParams.has('go'))
    return redirect(only.place.base);
  const { database } = visit.lantern.kit;
  const sessions = await sessionsOf(database, { person: visit.person.id, token: visit.sessionToken, nowMs: visit.lantern.now() });
  return html(
    <Front visit={visit} title="Your accounts" wide>
      <h1>Your accounts</h1>
      {visit.url.searchParams.get('changed') === 'password' && (
        <Notice kind="good">Your password was changed. Everywhere else you were signed in, you are signed out.</Notice>
      )}
      {lines.length === 0 ? <p>You have no account here yet.</p> : <Table caption="Your accounts" columns={COLUMNS} rows={lines} />}
      <p class="act">
        <ConnectButtons visit={visit} label={lines.length === 0 ? 'Connect your Stripe account' : 'Connect another account'} />
      </p>
      <Sessions visit={visit} sessions={sessions} />
    </Front>,
  );
}

export const accountsRoutes: readonly Route[] = [
  { method: 'GET', path: '/accounts', access: 'person', run: accounts },
  { method: 'POST', path: '/sign-out-elsewhere', access: 'person', run: signOutElsewhere },
];
