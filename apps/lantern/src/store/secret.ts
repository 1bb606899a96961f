import { createHmac, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Settings } from '../settings.ts';

/** One secret, from which a key for each purpose is derived, so that knowing one tells nothing about another. */
export interface Keys {
  /** Guards forms. */
  readonly forms: string;
  /** Signs alerts. */
  readonly alerts: string;
  /** Seals tokens: 32 bytes, base64. */
  readonly tokens: string;
}

const derived = (secret: string, purpose: string): string => createHmac('sha256', secret).update(purpose).digest('base64');

export const keysOf = (secret: string): Keys => ({
  forms: derived(secret, 'forms'),
  alerts: derived(secret, 'alerts'),
  tokens: derived(secret, 'tokens'),
});

/** The one that was given; else one that is kept beside the embedded database; else, where nothing is kept, one for this run. */
export function secretOf({ sessionSecret, data }: Pick<Settings, 'sessionSecret' | 'data'>): string {
  if (sessionSecret !== undefined) return sessionSecret;
  const fresh = randomBytes(32).toString('base64url');
  if (data === undefined) return fresh;
  const file = join(data, 'secret');
  if (!existsSync(file)) {
    mkdirSync(data, { recursive: true });
    writeFileSync(file, fresh, { mode: 0o600 });
  }
  return readFileSync(file, 'utf8').trim();
}
