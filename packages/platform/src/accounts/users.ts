import { type Draft, type StoreRead, type StripeObject, SYSTEM } from '../engine/index.ts';
import type { UserRecord } from './records.ts';

export interface NewUser {
  readonly email: string;
  readonly name: string;
  /** A hash, from `hashPassword`. */
  readonly password: string;
  /** Ids of the accounts that the person administers. */
  readonly accounts?: readonly string[];
  /** The password in the clear, for demo users whose password the sign-in page tells everybody. */
  readonly knownPassword?: string;
}

export const sameEmail = (email: string): string => email.trim().toLowerCase();

export function addUser(draft: Draft, given: NewUser): UserRecord {
  const record: UserRecord = {
    id: `user_${draft.random(16)}`,
    object: 'annex.user',
    email: sameEmail(given.email),
    name: given.name,
    password: given.password,
    known_password: given.knownPassword ?? null,
    accounts: [...(given.accounts ?? [])],
    created: draft.now,
  };
  return draft.in(SYSTEM).insert(record, { event: null }) as UserRecord;
}

/** The person administers one more account. */
export function addAccountToUser(draft: Draft, userId: string, account: string): UserRecord {
  const system = draft.in(SYSTEM);
  const user = system.get('annex.user', userId) as UserRecord;
  return system.set(user, { accounts: [...user.accounts, account] }, { event: null }) as UserRecord;
}

export function userByEmail(store: StoreRead, email: string): UserRecord | undefined {
  const { rows } = store.page(SYSTEM, 'annex.user', { where: [['email', sameEmail(email)]], limit: 1 });
  return rows[0] === undefined ? undefined : (JSON.parse(rows[0].text) as UserRecord);
}

export function userById(store: StoreRead, id: string): UserRecord | undefined {
  const row = store.row(SYSTEM, 'annex.user', id);
  return row === undefined ? undefined : (JSON.parse(row.text) as UserRecord);
}

/** Users whose password is no secret: the demo's. */
export function demoUsers(store: StoreRead): UserRecord[] {
  const filter = (value: StripeObject): boolean => typeof value.known_password === 'string';
  const { rows } = store.page(SYSTEM, 'annex.user', { filter, limit: 5, oldestFirst: true });
  return rows.map((row) => JSON.parse(row.text) as UserRecord);
}
