import { randomBytes, scrypt, scryptSync, timingSafeEqual } from 'node:crypto';

/** scrypt's cost: about 50 ms and 16 MB per try. Kept with each hash, so that it can be raised later. */
const COST = { N: 16_384, r: 8, p: 1 };
const LENGTH = 32;

const written = (salt: Buffer, key: Buffer): string =>
  `scrypt$${COST.N}$${COST.r}$${COST.p}$${salt.toString('base64url')}$${key.toString('base64url')}`;

/** For seeds and scripts; pages use the one that does not hold up other requests. */
export function hashPasswordNow(password: string): string {
  const salt = randomBytes(16);
  return written(salt, scryptSync(password, salt, LENGTH, COST));
}

const derive = (password: string, salt: Buffer, cost: typeof COST): Promise<Buffer> =>
  new Promise((resolve, reject) => {
    scrypt(password, salt, LENGTH, cost, (error, key) => (error === null ? resolve(key) : reject(error)));
  });

export async function hashPassword(password: string): Promise<string> {
  const salt = randomBytes(16);
  return written(salt, await derive(password, salt, COST));
}

/** A hash that nobody knows the password of: no key needs to be derived to have one, checking it costs the same. */
const NOBODYS = written(randomBytes(16), randomBytes(LENGTH));

/** Whether the password is the hashed one. An unknown user costs the same time as a wrong password. */
export async function isPassword(password: string, hash: string | undefined): Promise<boolean> {
  const [scheme, n, r, p, salt, key] = (hash ?? NOBODYS).split('$');
  if (scheme !== 'scrypt' || salt === undefined || key === undefined) return false;
  const cost = { N: Number(n), r: Number(r), p: Number(p) };
  const derived = await derive(password, Buffer.from(salt, 'base64url'), cost);
  const known = Buffer.from(key, 'base64url');
  return hash !== undefined && known.length === derived.length && timingSafeEqual(known, derived);
}
