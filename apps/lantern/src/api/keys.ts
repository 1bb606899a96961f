import type { Query } from '@annex/kit';
import { hashOf, newToken } from '../people/secrets.ts';
import type { Place } from '../web/place.ts';

export interface ApiKey {
  readonly key_hash: string;
  readonly name: string;
  readonly last_four: string;
  readonly created_ms: number;
  readonly used_ms: number | null;
}

export const API_KEYS_TABLE = 'lantern.api_keys';
export const MOST_KEYS = 20;

/** A new key for one account and mode. It is shown once; the database keeps its hash. */
export async function makeKey(on: Query, place: Place, given: { name: string; nowMs: number }): Promise<string> {
  const key = `lk_${place.mode}_${newToken()}`;
  await on.query(
    'insert into lantern.api_keys (account, livemode, key_hash, name, last_four, created_ms) values ($1, $2, $3, $4, $5, $6)',
    [place.account, place.livemode, hashOf(key), given.name, key.slice(-4), given.nowMs],
  );
  return key;
}

export function apiKeys(on: Query, { account, livemode }: Place): Promise<ApiKey[]> {
  return on.query<ApiKey>(
    `select key_hash, name, last_four, created_ms, used_ms from lantern.api_keys
     where account = $1 and livemode = $2 order by created_ms, key_hash`,
    [account, livemode],
  );
}

export async function revokeKey(on: Query, { account, livemode }: Place, keyHash: string): Promise<boolean> {
  const gone = await on.query('delete from lantern.api_keys where account = $1 and livemode = $2 and key_hash = $3 returning name', [
    account,
    livemode,
    keyHash,
  ]);
  return gone.length > 0;
}

/** Whose key this is. Its use is noted, to the minute. */
export async function placeOfKey(on: Query, key: string, nowMs: number): Promise<{ account: string; livemode: boolean } | undefined> {
  if (!/^lk_(test|live)_[\w-]{43}$/.test(key)) return undefined;
  const hash = hashOf(key);
  const [found] = await on.query<{ account: string; livemode: boolean; used_ms: number | null }>(
    'select account, livemode, used_ms from lantern.api_keys where key_hash = $1',
    [hash],
  );
  if (found === undefined) return undefined;
  if (found.used_ms === null || nowMs - found.used_ms > 60_000) {
    await on.query('update lantern.api_keys set used_ms = $4 where account = $1 and livemode = $2 and key_hash = $3', [
      ...[found.account, found.livemode, hash, nowMs],
    ]);
  }
  return found;
}
