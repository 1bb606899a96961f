import type { Query } from '@annex/kit';
import type { Person } from './people.ts';
import { hashOf, newToken } from './secrets.ts';

const DAY_MS = 86_400_000;
/** A guest has nothing but the cookie, so it is kept longer than a session that a password can bring back. */
export const LIVES_MS = { guest: 90 * DAY_MS, person: 30 * DAY_MS };

/** A new session; the token goes into the browser's cookie and nowhere else. */
export async function openSession(on: Query, person: Person, nowMs: number): Promise<string> {
  const token = newToken();
  await on.query('insert into lantern.sessions (token_hash, person, created_ms, expires_ms) values ($1, $2, $3, $4)', [
    hashOf(token),
    person.id,
    nowMs,
    nowMs + (person.email === null ? LIVES_MS.guest : LIVES_MS.person),
  ]);
  await on.query('delete from lantern.sessions where expires_ms < $1', [nowMs]);
  return token;
}

export async function personOfSession(on: Query, token: string, nowMs: number): Promise<Person | undefined> {
  const [person] = await on.query<Person>(
    `select p.id, p.email, p.name from lantern.sessions s join lantern.people p on p.id = s.person
     where s.token_hash = $1 and s.expires_ms > $2`,
    [hashOf(token), nowMs],
  );
  return person;
}

export async function closeSession(on: Query, token: string): Promise<void> {
  await on.query('delete from lantern.sessions where token_hash = $1', [hashOf(token)]);
}

export interface OpenSession {
  readonly created_ms: number;
  /** The one that asks. */
  readonly own: boolean;
}

/** Where a person is signed in, the newest first. */
export function sessionsOf(on: Query, { person, token, nowMs }: { person: string; token: string; nowMs: number }): Promise<OpenSession[]> {
  return on.query<OpenSession>(
    'select created_ms, token_hash = $2 as own from lantern.sessions where person = $1 and expires_ms > $3 order by created_ms desc',
    [person, hashOf(token), nowMs],
  );
}

/** Ends every session of a person but the one that asks. */
export async function closeOtherSessions(on: Query, { person, token }: { person: string; token: string }): Promise<void> {
  await on.query('delete from lantern.sessions where person = $1 and token_hash <> $2', [person, hashOf(token)]);
}
