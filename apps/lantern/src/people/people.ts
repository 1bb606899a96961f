import type { Query } from '@annex/kit';
import { guess, TOO_MANY } from './guesses.ts';
import { hashPassword, refusePassword } from './passwords.ts';
import { newId } from './secrets.ts';

export interface Person {
  readonly id: string;
  /** Null: a guest, who connected an account and has not chosen an e-mail and password yet. */
  readonly email: string | null;
  readonly name: string | null;
}

const COLUMNS = 'id, email, name';

export const sameEmail = (email: string): string => email.trim().toLowerCase();

export const callOf = (person: Person): string => person.name ?? person.email ?? 'a guest';

export async function personById(on: Query, id: string): Promise<Person | undefined> {
  return (await on.query<Person>(`select ${COLUMNS} from lantern.people where id = $1`, [id]))[0];
}

/** Somebody of whom nothing is known but the browser. */
export const newGuest = (): Person => ({ id: newId('per'), email: null, name: null });

export async function addGuest(on: Query, guest: Person, nowMs: number): Promise<void> {
  await on.query('insert into lantern.people (id, created_ms) values ($1, $2)', [guest.id, nowMs]);
}

export type SignUpOutcome = { readonly person: Person } | { readonly field: 'email' | 'password'; readonly sentence: string };

const refused = (field: 'email' | 'password', sentence: string): SignUpOutcome => ({ field, sentence });

/** A new person, or a guest who now gets an e-mail and a password and keeps what the guest had. */
export async function signUp(on: Query, given: { email: string; password: string; guest?: Person; nowMs: number }): Promise<SignUpOutcome> {
  const email = sameEmail(given.email);
  if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(email) || email.length > 254)
    return refused('email', `‘${email}’ is not an e-mail address. Write it like name@company.com.`);
  const wrong = refusePassword(given.password, email);
  if (wrong !== undefined) return refused('password', wrong);
  const password = await hashPassword(given.password);
  const id = given.guest?.id ?? newId('per');
  const [person] = await on.query<Person>(
    `insert into lantern.people (id, email, password, created_ms) select $1, $2, $3, $4
     where not exists (select 1 from lantern.people where email = $2)
     on conflict (id) do update set email = excluded.email, password = excluded.password where lantern.people.email is null
     returning ${COLUMNS}`,
    [id, email, password, given.nowMs],
  );
  if (person === undefined) return refused('email', 'There is an account with this e-mail already. Sign in instead.');
  return { person };
}

export type SignInOutcome = { readonly person: Person } | { readonly sentence: string; readonly status: 401 | 429 };

/** The same answer for a wrong password and an unknown e-mail, in the same time. */
export async function signIn(on: Query, given: { email: string; password: string; from: string; nowMs: number }): Promise<SignInOutcome> {
  const email = sameEmail(given.email);
  const [found] = await on.query<Person & { password: string | null }>(`select ${COLUMNS}, password from lantern.people where email = $1`, [
    email,
  ]);
  const outcome = await guess(on, { ...given, email, stored: found?.password ?? null });
  if (outcome === 'too many') return { status: 429, sentence: TOO_MANY };
  if (outcome === 'wrong') return { status: 401, sentence: 'E-mail and password do not fit together.' };
  const { password: _, ...person } = found!;
  return { person };
}

/** A guest signs in as somebody known: what the guest had becomes theirs. */
export async function adoptGuest(on: Query, guest: Person, person: Person): Promise<void> {
  await on.query(
    `insert into lantern.members (account, person, role, since_ms) select account, $2, role, since_ms from lantern.members where person = $1
     on conflict (account, person) do update set role = case when excluded.role = 'owner' then 'owner' else lantern.members.role end`,
    [guest.id, person.id],
  );
  await on.query('delete from lantern.members where person = $1', [guest.id]);
  await on.query('delete from lantern.sessions where person = $1', [guest.id]);
  await on.query('delete from lantern.people where id = $1 and email is null', [guest.id]);
}
