import type { FC } from 'hono/jsx';
import { Time } from '../design/bits.tsx';
import { Csrf, Field, Notice } from '../design/form.tsx';
import { html, Inside } from '../design/layout.tsx';
import { type Column, Table } from '../design/table.tsx';
import { type Invitation, invite, openInvitations, withdrawInvitation } from '../people/invitations.ts';
import { changeMember, type Member, membersOf } from '../people/members.ts';
import { note } from '../web/noted.ts';
import { type AccountVisit, field, type Route, redirect } from '../web/visit.ts';

const nameOf = (member: Member): string => member.name ?? member.email ?? 'a guest';

const ROLES = { owner: 'Owner', member: 'Member' } as const;

const ChangeMember: FC<{ visit: AccountVisit; member: Member }> = ({ visit, member }) => {
  const self = member.person === visit.person.id;
  if (visit.role !== 'owner' && !self) return null;
  return (
    <form method="post" action={`${visit.place.base}/members/change`} class="row small">
      <Csrf visit={visit} />
      <input type="hidden" name="person" value={member.person} />
      {visit.role === 'owner' && (
        <button type="submit" name="to" value={member.role === 'owner' ? 'member' : 'owner'}>
          Make {member.role === 'owner' ? 'member' : 'owner'}
          <span class="hidden"> {nameOf(member)}</span>
        </button>
      )}
      <button type="submit" name="to" value="remove" class="danger">
        {self ? 'Leave' : 'Remove'}
        <span class="hidden"> {nameOf(member)}</span>
      </button>
    </form>
  );
};

const columnsOf = (visit: AccountVisit): Column<Member>[] => [
  {
    head: 'Person',
    names: true,
    cell: (member) => (
      <>
        {nameOf(member)} {member.person === visit.person.id && <span class="quiet">(you)</span>}
      </>
    ),
  },
  { head: 'Role', cell: ({ role }) => ROLES[role] },
  { head: 'Since', cell: ({ since_ms }) => <Time ms={since_ms} zone={visit.place.timeZone} /> },
  { head: <span class="hidden">Change</span>, cell: (member) => <ChangeMember visit={visit} member={member} /> },
];

const Invite: FC<{ visit: AccountVisit }> = ({ visit }) => (
  <form method="post" action={`${visit.place.base}/members/invite`} class="card">
    <Csrf visit={visit} />
    <Field label="For whom" name="note" hint="A name or an address, so that you recognise it in the list." />
    <p class="field">
      <label for="role">Role</label>
      <select id="role" name="role">
        <option value="member">Member: sees figures and exports them</option>
        <option value="owner">Owner: also changes settings, people and billing, and may disconnect</option>
      </select>
    </p>
    <p>
      <button type="submit" class="primary">
        Make an invitation link
      </button>
    </p>
    <p class="quiet">Lantern sends no mail: you get a link to send yourself. It works once, for seven days.</p>
  </form>
);

const Invitations: FC<{ visit: AccountVisit; open: readonly Invitation[] }> = ({ visit, open }) => (
  <ul class="plain">
    {open.map((one) => (
      <li class="row">
        <span>
          {one.note} <span class="quiet">· {ROLES[one.role]} · until </span>
          <Time ms={one.expires_ms} zone={visit.place.timeZone} />
        </span>
        <form method="post" action={`${visit.place.base}/members/withdraw`}>
          <Csrf visit={visit} />
          <input type="hidden" name="invitation" value={one.token_hash} />
          <button type="submit">
            Withdraw<span class="hidden"> the invitation of {one.note}</span>
          </button>
        </form>
      </li>
    ))}
  </ul>
);

interface Said {
  /** Shown once: it is not kept. */
  readonly link?: string;
  readonly refusal?: string | undefined;
}

async function members(visit: AccountVisit, said: Said = {}, status = 200): Promise<Response> {
  const { lantern, place, role } = visit;
  const { database } = lantern.kit;
  const people = await membersOf(database, place.account);
  const open = role === 'owner' ? await openInvitations(database, place.account, lantern.now()) : [];
  return html(
    <Inside visit={visit} title="People" at="/members" live={false}>
      {said.refusal !== undefined && <Notice kind="bad">{said.refusal}</Notice>}
      {said.link !== undefined && (
        <Notice kind="good">
          <p>Send this link to the person you invite. It is shown only now.</p>
          <p>
            <code data-invitation>{said.link}</code>{' '}
            <button type="button" class="copy" data-copy={said.link}>
              copy
            </button>
          </p>
        </Notice>
      )}
      <Table caption="People" columns={columnsOf(visit)} rows={people} />
      {role === 'owner' && (
        <section aria-labelledby="invite">
          <h2 id="invite">Invite somebody</h2>
          <Invite visit={visit} />
          {open.length > 0 && (
            <>
              <h3>Open invitations</h3>
              <Invitations visit={visit} open={open} />
            </>
          )}
        </section>
      )}
    </Inside>,
    status,
  );
}

async function makeInvitation(visit: AccountVisit): Promise<Response> {
  const { lantern, place, person } = visit;
  const given = { note: field(visit, 'note').slice(0, 200), role: field(visit, 'role') === 'owner' ? 'owner' : 'member' } as const;
  if (given.note === '') return members(visit, { refusal: 'Say for whom the invitation is.' }, 422);
  const token = await lantern.kit.database.transaction(async (tx) => {
    await note(tx, visit, 'invited', { for: given.note, role: given.role });
    return invite(tx, { account: place.account, by: person.id, nowMs: lantern.now(), ...given });
  });
  return members(visit, { link: `${lantern.publicUrl}/invitations/${token}` });
}

async function withdraw(visit: AccountVisit): Promise<Response> {
  const { lantern, place } = visit;
  await lantern.kit.database.transaction(async (tx) => {
    if (await withdrawInvitation(tx, place.account, field(visit, 'invitation'))) await note(tx, visit, 'invitation_withdrawn');
  });
  return redirect(`${place.base}/members`);
}

const CHANGES = ['owner', 'member', 'remove'] as const;

/** Owners change anybody; everybody may leave. */
async function change(visit: AccountVisit): Promise<Response> {
  const { lantern, place, role, person: self } = visit;
  const person = field(visit, 'person');
  const to = CHANGES.find((one) => one === field(visit, 'to'));
  const leaving = person === self.id && to === 'remove';
  if (to === undefined || (role !== 'owner' && !leaving)) return members(visit, { refusal: 'Only an owner may change that.' }, 403);
  const refusal = await lantern.kit.database.transaction(async (tx) => {
    const who = (await membersOf(tx, place.account)).find((member) => member.person === person);
    const refused = await changeMember(tx, { account: place.account, person, to });
    if (refused !== undefined || who === undefined) return refused;
    const facts = { who: nameOf(who), ...(to !== 'remove' && { to }) };
    await note(tx, visit, leaving ? 'left' : to === 'remove' ? 'member_removed' : 'role_changed', leaving ? {} : facts);
    return undefined;
  });
  if (refusal !== undefined) return members(visit, { refusal }, 409);
  return redirect(leaving ? '/accounts' : `${place.base}/members`);
}

export const membersRoutes: readonly Route[] = [
  { method: 'GET', path: '/a/:account/:mode/members', access: 'member', afterLeaving: true, run: (visit) => members(visit) },
  { method: 'POST', path: '/a/:account/:mode/members/invite', access: 'owner', run: makeInvitation },
  { method: 'POST', path: '/a/:account/:mode/members/withdraw', access: 'owner', run: withdraw },
  { method: 'POST', path: '/a/:account/:mode/members/change', access: 'member', afterLeaving: true, run: change },
];
