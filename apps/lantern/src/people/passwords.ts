import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';

/** 32 MB and some 80 ms per guess. Stored with the hash, so that it can be raised later. */
const COST = { N: 2 ** 15, r: 8, p: 1 };
const KEY_BYTES = 32;

/** `scrypt$N$r$p$salt$key`, base64url. */
export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, COST);
  return ['scrypt', COST.N, COST.r, COST.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Without a stored hash it costs the same time, so that nobody can tell by the clock which e-mail has an account. */
export async function passwordFits(password: string, stored: string | null): Promise<boolean> {
  const [kind, N, r, p, salt, key] = (stored ?? `scrypt$${COST.N}$${COST.r}$${COST.p}$AAAA$AAAA`).split('$');
  if (kind !== 'scrypt' || salt === undefined || key === undefined) return false;
  const expected = Buffer.from(key, 'base64url');
  const found = await derive(password, Buffer.from(salt, 'base64url'), { N: Number(N), r: Number(r), p: Number(p) });
  return stored !== null && expected.length === found.length && timingSafeEqual(expected, found);
}

function derive(password: string, salt: Buffer, { N, r, p }: { N: number; r: number; p: number }): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 256 * N * r };
  return new Promise((done, failed) => {
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) => (error === null ? done(key) : failed(error)));
  });
}

/** Why this may not be a password, in a sentence; nothing where it may. Length is the only rule that helps. */
export function refusePassword(password: string, email: string): string | undefined {
  if (password.length < 10) return 'The password needs at least 10 characters.';
  if (password.length > 200) return 'The password may have 200 characters at most.';
  if (password.toLowerCase() === email.toLowerCase()) return 'The password must not be the e-mail address.';
  if (new Set(password).size < 4) return 'The password must not repeat so few characters.';
  return undefined;
}
