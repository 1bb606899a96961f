import { type Cipher, createCipheriv, createHash, createHmac, randomBytes } from 'node:crypto';
import type { Ids } from '../engine/index.ts';

const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Ids out of blocks of even bytes; those of 248 and above are dropped, so that all characters are equally likely. */
abstract class BlockIds implements Ids {
  private block: Buffer = Buffer.alloc(0);
  private at = 0;

  protected abstract next(): Buffer;

  random(length: number): string {
    let text = '';
    while (text.length < length) {
      if (this.at >= this.block.length) {
        this.block = this.next();
        this.at = 0;
      }
      const byte = this.block[this.at++]!;
      if (byte < 248) text += BASE62[byte % 62];
    }
    return text;
  }
}

/** Ids from the system's randomness. */
export class RandomIds extends BlockIds {
  protected next(): Buffer {
    return randomBytes(4096);
  }
}

const ZEROS = Buffer.alloc(256);

/**
 * The same ids whenever the same thing is done again, and not to be guessed without the secret. What it is about (a whole object) is
 * hashed once, and only where an id is asked for; the ids are a key stream.
 */
export class DerivedIds extends BlockIds {
  private readonly secret: string;
  private readonly about: string;
  private stream: Cipher | undefined;

  constructor(secret: string, about: string) {
    super();
    this.secret = secret;
    this.about = about;
  }

  protected next(): Buffer {
    this.stream ??= this.begin();
    return this.stream.update(ZEROS);
  }

  private begin(): Cipher {
    const seed = createHmac('sha512', this.secret).update(this.about).digest();
    return createCipheriv('aes-256-ctr', seed.subarray(0, 32), seed.subarray(32, 48));
  }
}

/** The same ids again from the same seed (xorshift128+ of the seed's hash): for simulated businesses and tests. */
export class SeededIds implements Ids {
  private a: bigint;
  private b: bigint;

  constructor(seed: string) {
    const hash = createHash('sha256').update(seed).digest();
    this.a = hash.readBigUInt64LE(0) | 1n;
    this.b = hash.readBigUInt64LE(8);
  }

  random(length: number): string {
    let text = '';
    for (let i = 0; i < length; i++) text += BASE62[Number(this.next() % 62n)];
    return text;
  }

  private next(): bigint {
    const mask = 0xffffffffffffffffn;
    let x = this.a;
    const y = this.b;
    this.a = y;
    x ^= (x << 23n) & mask;
    this.b = x ^ y ^ (x >> 17n) ^ (y >> 26n);
    return (this.b + y) & mask;
  }
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('base64url');

export interface KeyForm {
  readonly kind: 'secret' | 'restricted' | 'publishable';
  readonly livemode: boolean;
}

/** What a key's prefix says. Undefined for what is no key at all. */
export function keyForm(key: string): KeyForm | undefined {
  const match = /^(sk|rk|pk)_(test|live)_[A-Za-z0-9_]{3,250}$/.exec(key);
  if (match === null) return undefined;
  return { kind: match[1] === 'sk' ? 'secret' : match[1] === 'rk' ? 'restricted' : 'publishable', livemode: match[2] === 'live' };
}

/** `sk_test_51***…***abcd`: the first characters and the last four, as Stripe writes keys into messages. */
export function maskKey(key: string): string {
  if (key.length <= 12) return '*'.repeat(key.length);
  const kept = Math.min(11, key.length - 8);
  return key.slice(0, kept) + '*'.repeat(key.length - kept - 4) + key.slice(-4);
}
