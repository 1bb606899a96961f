import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import type { SealingKey } from '../settings.ts';

/**
 * Seals a text with AES-256-GCM under the first key: `v1.<key id>.<nonce>.<tag>.<text>`, base64url. `bound` (the account) is
 * authenticated with it, so that a sealed token cannot be moved to another row. Undefined without a key: then nothing is kept.
 */
export function seal(keys: readonly SealingKey[], text: string, bound: string): string | undefined {
  const [key] = keys;
  if (key === undefined) return undefined;
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', bytesOf(key), nonce).setAAD(Buffer.from(bound));
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return ['v1', key.id, nonce.toString('base64url'), cipher.getAuthTag().toString('base64url'), sealed.toString('base64url')].join('.');
}

/** Opens what any of the keys sealed. Throws when the key is not among them or the text was changed. */
export function open(keys: readonly SealingKey[], sealed: string, bound: string): string {
  const [version, id, nonce, tag, text] = sealed.split('.');
  const key = keys.find((one) => one.id === id);
  if (version !== 'v1' || nonce === undefined || tag === undefined || text === undefined) throw new Error('This is not a sealed secret.');
  if (key === undefined) throw new Error(`The key ${id} that sealed this secret is not among the sealing keys.`);
  const decipher = createDecipheriv('aes-256-gcm', bytesOf(key), Buffer.from(nonce, 'base64url'))
    .setAAD(Buffer.from(bound))
    .setAuthTag(Buffer.from(tag, 'base64url'));
  return Buffer.concat([decipher.update(Buffer.from(text, 'base64url')), decipher.final()]).toString('utf8');
}

/** Was this sealed under another key than the one in use? Then it should be sealed again. */
export const sealedByOldKey = (keys: readonly SealingKey[], sealed: string): boolean => sealed.split('.')[1] !== keys[0]?.id;

function bytesOf({ id, key }: SealingKey): Buffer {
  const bytes = Buffer.from(key, 'base64');
  if (bytes.length !== 32 || id.includes('.'))
    throw new Error(`The sealing key ${id} must be 32 bytes in base64, and its id without dots.`);
  return bytes;
}

export const randomToken = (): string => randomBytes(32).toString('base64url');

/** Only hashes of states and sessions are stored: who reads the database cannot finish anyone's connection. */
export const hashOf = (token: string): string => createHash('sha256').update(token).digest('base64url');
