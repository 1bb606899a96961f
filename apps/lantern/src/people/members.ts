import type { Query } from '@annex/kit';

/** An owner may do everything for the account; a member sees its figures. */
export type Role = 'owner' | 'member';

export interface Membership {
  readonly account: string;
  readonly role: Role;
  readonly since_ms: number;
}

export async function membershipsOf(on: Query, person: string): Promise<Membership[]> {
  return on.query<Membership>('select account, role, since_ms from lantern.members where person = $1 order by since_ms, account', [person]);
}

export async function roleOf(on: Query, person: string, account: string): Promise<Role | undefined> {
  const [found] = await on.query<{ role: Role }>('select role from lantern.members where account = $1 and person = $2', [account, person]);
  return found?.role;
}

/** Whoever connects an account has proved that it is theirs, and becomes its owner. */
export async function makeOwner(on: Query, about: { account: string; person: string; nowMs: number }): Promise<void> {
  await on.query(
    `insert into lantern.members (account, person, role, since_ms) values ($1, $2, 'owner', $3)
     on conflict (account, person) do update set role = 'owner'`,
    [about.account, about.person, about.nowMs],
  );
}

export interface Member {
  readonly person: string;
  readonly email: string | null;
  readonly name: string | null;
  readonly role: Role;
  readonly since_ms: number;
}

export function membersOf(on: Query, account: string): Promise<Member[]> {
  return on.query<Member>(
    `select m.person, p.email, p.name, m.role, m.since_ms from lantern.members m join lantern.people p on p.id = m.person
     where m.account = $1 order by m.role desc, m.since_ms, m.person`,
    [account],
  );
}

export type MemberChange = Role | 'remove';

/**
 * Gives another role, or takes the membership away. An account keeps at least one owner: the last one can neither be removed nor made a
 * member. Answers a sentence when nothing was changed.
 */
export async function changeMember(
  tx: Query,
  { account, person, to }: { account: string; person: string; to: MemberChange },
): Promise<string | undefined> {
  const owners = await tx.query<{ person: string }>(
    "select person from lantern.members where account = $1 and role = 'owner' order by person for update",
    [account],
  );
  if (to !== 'owner' && owners.length === 1 && owners[0]!.person === person) {
    return 'This is the only owner. Make somebody else an owner first, or disconnect the account.';
  }
  const key = [account, person];
  const changed =
    to === 'remove'
      ? await tx.query('delete from lantern.members where account = $1 and person = $2 returning person', key)
      : await tx.query('update lantern.members set role = $3 where account = $1 and person = $2 returning person', [...key, to]);
  return changed.length === 0 ? 'This person is not a member any more.' : undefined;
}
