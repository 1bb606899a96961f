import { Csrf } from '../design/form.tsx';
import { Front, html } from '../design/layout.tsx';
import { writeDown } from '../people/audit.ts';
import { acceptInvitation, invitationBy } from '../people/invitations.ts';
import { callOf } from '../people/people.ts';
import { type Route, redirect, type Visit } from '../web/visit.ts';
import { problem } from './problem.tsx';

const over = (visit: Visit): Response =>
  problem(visit, {
    status: 404,
    title: 'This invitation does not work',
    text: 'It was used, withdrawn, or is older than seven days. Ask for a new one.',
  });

async function show(visit: Visit): Promise<Response> {
  const { lantern, params, person, url } = visit;
  const found = await invitationBy(lantern.kit.database, params.token ?? '', lantern.now());
  if (found === undefined) return over(visit);
  const next = encodeURIComponent(url.pathname);
  return html(
    <Front visit={visit} title="You are invited">
      <h1>You are invited</h1>
      <p>
        As {found.role === 'owner' ? 'an owner' : 'a member'} of <code>{found.account}</code> you{' '}
        {found.role === 'owner' ? 'see its figures, change its settings and its people, and may disconnect it.' : 'see its figures.'}
      </p>
      {person?.email != null ? (
        <form method="post" action={url.pathname}>
          <Csrf visit={visit} />
          <button type="submit" class="primary">
            Accept as {callOf(person)}
          </button>
        </form>
      ) : (
        <p class="act">
          <a class="button primary" href={`/sign-up?next=${next}`}>
            Create an account
          </a>
          <a href={`/sign-in?next=${next}`}>or sign in</a>
        </p>
      )}
    </Front>,
  );
}

async function accept(visit: Visit): Promise<Response> {
  const { lantern, params, person } = visit;
  if (person?.email == null) return redirect(`/sign-in?next=${encodeURIComponent(visit.url.pathname)}`);
  const nowMs = lantern.now();
  const used = await lantern.kit.database.transaction(async (tx) => {
    const invitation = await acceptInvitation(tx, { token: params.token ?? '', person: person.id, nowMs });
    if (invitation === undefined) return undefined;
    const facts = { for: invitation.note, role: invitation.role };
    await writeDown(tx, { account: invitation.account, nowMs, person: person.id, actor: callOf(person), action: 'joined', facts });
    return invitation;
  });
  return used === undefined ? over(visit) : redirect('/accounts');
}

export const invitationRoutes: readonly Route[] = [
  { method: 'GET', path: '/invitations/:token', access: 'anyone', run: show },
  { method: 'POST', path: '/invitations/:token', access: 'anyone', run: accept },
];
