import { randomBytes } from 'node:crypto';
import { NOBODY, SYSTEM } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { sha256 } from './keys.ts';
import type { SessionRecord } from './records.ts';

/** Sessions live in real time: a simulated year must not sign anybody out. Seconds. */
const LIFE = 30 * 24 * 3600;

const realNow = (): number => Math.floor(Date.now() / 1000);

/** 256 bits that only the browser keeps; the store keeps their hash. */
export const newToken = (): string => randomBytes(32).toString('base64url');

/**
 * The token that each form carries. It follows from the cookie's secret and does not lead back to it, so a page of another
 * origin, which cannot read the cookie, cannot make one.
 */
export const csrfOf = (token: string): string => sha256(`annex csrf ${token}`);

/** Begins a session with a token of its own: one that was known before signing in never becomes a signed-in one. */
export function beginSession(platform: Platform, user: string): string {
  const token = newToken();
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const record: SessionRecord = {
    id: sha256(token),
    object: 'annex.session',
    user,
    account: null,
    livemode: false,
    created: realNow(),
    expires_at: realNow() + LIFE,
  };
  draft.insert(record, { event: null });
  platform.commit(draft);
  return token;
}

export function sessionOf(platform: Platform, token: string): SessionRecord | undefined {
  const row = platform.store.row(SYSTEM, 'annex.session', sha256(token));
  if (row === undefined || row.deleted) return undefined;
  const session = JSON.parse(row.text) as SessionRecord;
  return session.expires_at > realNow() ? session : undefined;
}

export function endSession(platform: Platform, session: SessionRecord): void {
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  draft.remove(session, 'gone', { event: null });
  platform.commit(draft);
}

/** Remembers which account and mode the person looked at last; written only when it changes. */
export function rememberPlace(platform: Platform, session: SessionRecord, place: { account: string; livemode: boolean }): void {
  if (session.account === place.account && session.livemode === place.livemode) return;
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  draft.set(session, { account: place.account, livemode: place.livemode }, { event: null });
  platform.commit(draft);
}
