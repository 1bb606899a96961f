import type { Query } from '@annex/kit';
import { passwordFits } from './passwords.ts';

/** Failed attempts that are remembered, and for how long: enough for a person, too few for a machine. */
const GUESSES = 10;
const WINDOW_MS = 15 * 60_000;

export const TOO_MANY = 'Too many attempts. Wait 15 minutes and try again.';

export interface Guess {
  readonly email: string;
  readonly password: string;
  /** What is stored of the right one; null where there is none. */
  readonly stored: string | null;
  /** The address of the request. */
  readonly from: string;
  readonly nowMs: number;
}

/** Tries a password. Wrong ones are counted per e-mail and per address, wherever a password is asked for. */
export async function guess(on: Query, { email, password, stored, from, nowMs }: Guess): Promise<'right' | 'wrong' | 'too many'> {
  const keys = [`email:${email}`, `from:${from}`];
  const since = nowMs - WINDOW_MS;
  const counted = await on.query<{ key: string; n: number }>(
    'select key, count(*)::int as n from lantern.attempts where key = any($1::text[]) and at_ms > $2 group by key',
    [keys, since],
  );
  if (counted.some(({ key, n }) => n >= (key.startsWith('from:') ? GUESSES * 5 : GUESSES))) return 'too many';
  if (await passwordFits(password, stored)) {
    await on.query('delete from lantern.attempts where key = $1', [keys[0]]);
    return 'right';
  }
  await on.query('insert into lantern.attempts (key, at_ms) select key, $2 from unnest($1::text[]) as k(key)', [keys, nowMs]);
  await on.query('delete from lantern.attempts where at_ms < $1', [since]);
  return 'wrong';
}
