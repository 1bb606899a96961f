import type { Query } from '@annex/kit';
import type { Role } from './members.ts';
import { hashOf, newToken } from './secrets.ts';

export const INVITATION_LIVES_MS = 7 * 86_400_000;

export interface Invitation {
  readonly account: string;
  readonly token_hash: string;
  readonly role: Role;
  readonly note: string;
  readonly created_ms: number;
  readonly expires_ms: number;
}

export interface NewInvitation {
  readonly account: string;
  readonly role: Role;
  readonly note: string;
  readonly by: string;
  readonly nowMs: number;
}

/** Answers the token of the link; only its hash is kept. */
export async function invite(on: Query, { account, role, note, by, nowMs }: NewInvitation): Promise<string> {
  const token = newToken();
  await on.query(
    `insert into lantern.invitations (account, token_hash, role, note, by_person, created_ms, expires_ms)
     values ($1, $2, $3, $4, $5, $6, $7)`,
    [account, hashOf(token), role, note, by, nowMs, nowMs + INVITATION_LIVES_MS],
  );
  return token;
}

const OPEN = 'used_ms is null and expires_ms > $2';

export function openInvitations(on: Query, account: string, nowMs: number): Promise<Invitation[]> {
  return on.query<Invitation>(
    `select account, token_hash, role, note, created_ms, expires_ms from lantern.invitations
     where account = $1 and ${OPEN} order by created_ms desc`,
    [account, nowMs],
  );
}

export async function invitationBy(on: Query, token: string, nowMs: number): Promise<Invitation | undefined> {
  const [found] = await on.query<Invitation>(
    `select account, token_hash, role, note, created_ms, expires_ms from lantern.invitations where token_hash = $1 and ${OPEN}`,
    [hashOf(token), nowMs],
  );
  return found;
}

/** Uses an invitation once. Whoever is a member already keeps the higher role. */
export async function acceptInvitation(
  on: Query,
  { token, person, nowMs }: { token: string; person: string; nowMs: number },
): Promise<Invitation | undefined> {
  const [used] = await on.query<Invitation>(
    `update lantern.invitations set used_ms = $2 where token_hash = $1 and ${OPEN}
     returning account, token_hash, role, note, created_ms, expires_ms`,
    [hashOf(token), nowMs],
  );
  if (used === undefined) return undefined;
  await on.query(
    `insert into lantern.members (account, person, role, since_ms) values ($1, $2, $3, $4)
     on conflict (account, person) do update set role = case when excluded.role = 'owner' then 'owner' else lantern.members.role end`,
    [used.account, person, used.role, nowMs],
  );
  return used;
}

export async function withdrawInvitation(on: Query, account: string, tokenHash: string): Promise<boolean> {
  const gone = await on.query('delete from lantern.invitations where account = $1 and token_hash = $2 and used_ms is null returning role', [
    account,
    tokenHash,
  ]);
  return gone.length > 0;
}
