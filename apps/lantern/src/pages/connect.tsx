import type { ConnectOutcome, Query } from '@annex/kit';
import { ConnectButton } from '../design/form.tsx';
import { Front, html } from '../design/layout.tsx';
import { writeDown } from '../people/audit.ts';
import { makeOwner } from '../people/members.ts';
import { addGuest, callOf, newGuest, type Person, personById } from '../people/people.ts';
import { hashOf } from '../people/secrets.ts';
import { type Route, redirect, type Visit } from '../web/visit.ts';
import { problem } from './problem.tsx';
import { signedIn } from './sign-in.tsx';

/** To Stripe's consent page. The state is bound to this browser; nobody need be signed in to begin. */
async function connect(visit: Visit): Promise<Response> {
  const { lantern, url, browser, person } = visit;
  const { modes } = lantern.stripe;
  const mode = url.searchParams.get('mode') ?? modes[0];
  if (mode === undefined || !modes.includes(mode as 'test'))
    return problem(visit, {
      status: 404,
      title: 'This cannot be connected here',
      text: `This Lantern has no Stripe application for ${mode ?? 'any'} data.`,
    });
  const { url: location } = await lantern.kit.connect.start({
    session: browser,
    livemode: mode === 'live',
    ...(person !== undefined && { reference: person.id }),
  });
  return redirect(location);
}

type Connected = Extract<ConnectOutcome, { kind: 'connected' }>;

/** After this long the address of a callback gives a guest no session any more: it may lie in a browser's history. */
const REPLAY_MS = 2 * 60_000;

/**
 * Gives the account to whoever connected it, once per connection: the same address opened again shows the account if it is still
 * theirs, and gives nothing back that was taken away since.
 */
async function settle(visit: Visit, outcome: Connected): Promise<Person | undefined> {
  const { lantern, url, person: present } = visit;
  const stateHash = hashOf(url.searchParams.get('state') ?? '');
  const nowMs = lantern.now();
  const person = present ?? newGuest();
  return lantern.kit.database.transaction(async (tx) => {
    const mine = await tx.query(
      `insert into lantern.callbacks (state_hash, person, account, livemode, used_ms) values ($1, $2, $3, $4, $5)
       on conflict do nothing returning state_hash`,
      [stateHash, person.id, outcome.account, outcome.livemode, nowMs],
    );
    if (mine.length === 0) return again(tx, { stateHash, present, nowMs });
    if (present === undefined) await addGuest(tx, person, nowMs);
    await becomeOwner(tx, { outcome, person, nowMs });
    return person;
  });
}

async function again(tx: Query, about: { stateHash: string; present: Person | undefined; nowMs: number }): Promise<Person | undefined> {
  const [before] = await tx.query<{ person: string; used_ms: number }>(
    'select person, used_ms from lantern.callbacks where state_hash = $1',
    [about.stateHash],
  );
  if (about.present !== undefined || before === undefined || about.nowMs - before.used_ms > REPLAY_MS) return about.present;
  const guest = await personById(tx, before.person);
  return guest?.email === null ? guest : undefined;
}

async function becomeOwner(tx: Query, { outcome, person, nowMs }: { outcome: Connected; person: Person; nowMs: number }): Promise<void> {
  const { account, livemode } = outcome;
  const known = await tx.query('select 1 from lantern.members where account = $1 limit 1', [account]);
  await makeOwner(tx, { account, person: person.id, nowMs });
  const action = known.length > 0 ? 'connected_again' : 'connected';
  await writeDown(tx, { account, livemode, nowMs, person: person.id, actor: callOf(person), action, facts: { scope: outcome.scope } });
}

async function callback(visit: Visit): Promise<Response> {
  const outcome = await visit.lantern.kit.connect.finish({ query: visit.url.searchParams, session: visit.browser });
  if (outcome.kind !== 'connected') return notConnected(visit, outcome);
  const person = await settle(visit, outcome);
  if (person !== undefined && person.id !== visit.person?.id) await signedIn(visit, person);
  return redirect(`/a/${outcome.account}/${outcome.livemode ? 'live' : 'test'}/import`);
}

const TITLES = {
  denied: 'Nothing was connected',
  refused: 'This connection was refused',
  unclear: 'It is not known whether you are connected',
};
const STATUS = { denied: 200, refused: 400, unclear: 502 };

function notConnected(visit: Visit, outcome: Exclude<ConnectOutcome, Connected>): Response {
  const title = TITLES[outcome.kind];
  return html(
    <Front visit={visit} title={title}>
      <h1>{title}</h1>
      <p data-code={outcome.code}>{outcome.sentence}</p>
      <p class="act">
        <ConnectButton href="/connect" label={outcome.kind === 'denied' ? 'Connect your Stripe account' : 'Start again'} />
      </p>
      <p>
        <a href="/">Back to the start</a>
      </p>
    </Front>,
    STATUS[outcome.kind],
  );
}

export const connectRoutes: readonly Route[] = [
  { method: 'GET', path: '/connect', access: 'anyone', run: connect },
  { method: 'GET', path: '/callback', access: 'anyone', run: callback },
];
