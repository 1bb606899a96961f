import type { Database, Query } from '@annex/kit';
import { writeDown } from './audit.ts';
import { guess, TOO_MANY } from './guesses.ts';
import { membershipsOf } from './members.ts';
import { hashPassword, refusePassword } from './passwords.ts';
import { callOf, type Person } from './people.ts';
import { closeOtherSessions } from './sessions.ts';

export interface PasswordChange {
  readonly person: Person & { readonly email: string };
  /** The password until now. */
  readonly current: string;
  readonly password: string;
  /** The new one, written a second time: nobody can send a forgotten one. */
  readonly again: string;
  /** The session that asks; all others are ended. */
  readonly token: string;
  /** The address of the request. */
  readonly from: string;
  readonly nowMs: number;
}

export interface NotChanged {
  readonly field: 'current' | 'password' | 'again';
  readonly sentence: string;
  readonly status: 401 | 422 | 429;
}

const STORED = 'select password from lantern.people where id = $1';

/** Nothing, where the password was changed; otherwise which field is wrong and why, and nothing was changed. */
export async function changePassword(database: Database, change: PasswordChange): Promise<NotChanged | undefined> {
  const { person, current, password, again, nowMs } = change;
  const { email } = person;
  const [row] = await database.query<{ password: string | null }>(STORED, [person.id]);
  const stored = row?.password ?? null;
  const outcome = await guess(database, { email, password: current, stored, from: change.from, nowMs });
  if (outcome === 'too many') return { field: 'current', sentence: TOO_MANY, status: 429 };
  if (outcome === 'wrong')
    return { field: 'current', sentence: 'This is not your password. Write the one you sign in with now.', status: 401 };
  const refused =
    refusePassword(password, email) ?? (password === current ? 'This is the password you have. Choose another one.' : undefined);
  if (refused !== undefined) return { field: 'password', sentence: refused, status: 422 };
  if (again !== password) return { field: 'again', sentence: 'The two new passwords differ. Write the same one twice.', status: 422 };
  const hash = await hashPassword(password);
  const changed = await database.transaction((tx) => keep(tx, change, { stored, hash }));
  if (changed) return undefined;
  return { field: 'current', sentence: 'Your password was changed elsewhere a moment ago. Write that one.', status: 422 };
}

/** Only over the password that was checked: of two changes at once, one wins. */
async function keep(tx: Query, { person, token, nowMs }: PasswordChange, { stored, hash }: { stored: string | null; hash: string }) {
  const update = 'update lantern.people set password = $2 where id = $1 and password = $3 returning id';
  if ((await tx.query(update, [person.id, hash, stored])).length === 0) return false;
  await closeOtherSessions(tx, { person: person.id, token });
  for (const { account } of await membershipsOf(tx, person.id))
    await writeDown(tx, { account, nowMs, person: person.id, actor: callOf(person), action: 'password_changed' });
  return true;
}
