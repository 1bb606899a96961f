import { openAccount } from '../../accounts/accounts.ts';
import { keyForm, maskKey } from '../../accounts/keys.ts';
import type { KeyRecord } from '../../accounts/records.ts';
import { NOBODY, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { type Exchange, header } from '../exchange.ts';
import { expiredKey, expiredPlatformKey, invalidKey, noKey, secretKeyRequired } from '../refusals.ts';

/** The key of an `Authorization` header: Bearer, or Basic with the key as user name and an empty password. */
export function keyFromHeader(authorization: string | undefined): string | undefined {
  if (authorization === undefined) return undefined;
  const [scheme, rest] = authorization.split(/\s+/, 2);
  if (rest === undefined) return undefined;
  if (/^bearer$/i.test(scheme ?? '')) return rest;
  if (!/^basic$/i.test(scheme ?? '')) return undefined;
  return Buffer.from(rest, 'base64').toString('utf8').split(':')[0] || undefined;
}

/** A well-formed test key that was never seen opens a fresh account of its own, unless keys are strict. */
function openByKey(platform: Platform, key: string): KeyRecord | undefined {
  const form = keyForm(key);
  if (form === undefined || form.livemode || form.kind !== 'secret' || platform.settings.strictKeys) return undefined;
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  openAccount(draft, { keys: { test: key } });
  platform.commit(draft);
  return platform.accounts.key(key);
}

/** The record behind a key, or the refusal for none, unknown and revoked ones. Also used by the OAuth endpoints' callers. */
export function recordOfKey(platform: Platform, key: string | undefined): KeyRecord {
  if (key === undefined) throw noKey();
  const record = platform.accounts.key(key) ?? openByKey(platform, key);
  if (record === undefined) throw invalidKey(maskKey(key));
  if (record.revoked_at !== null) throw record.kind === 'access_token' ? expiredPlatformKey(record.masked) : expiredKey(record.masked);
  return record;
}

export function authenticate(platform: Platform, exchange: Exchange): void {
  const record = recordOfKey(platform, keyFromHeader(header(exchange, 'authorization')));
  if (record.kind === 'publishable') throw secretKeyRequired();
  const connection = record.connection === null ? undefined : platform.accounts.connectionById(record.connection);
  exchange.caller = {
    key: record,
    world: { account: record.account, livemode: record.livemode },
    connection,
    application: connection?.application ?? null,
  };
}
