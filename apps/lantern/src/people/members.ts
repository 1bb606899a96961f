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
