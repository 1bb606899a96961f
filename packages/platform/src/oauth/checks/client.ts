import { maskKey } from '../../accounts/keys.ts';
import type { KeyRecord } from '../../accounts/records.ts';
import { keyFromHeader } from '../../http/steps/authenticate.ts';
import type { Platform } from '../../platform.ts';
import { refuseOAuth } from '../refusals.ts';

/** Who asks: the owner of a secret key, sent as Bearer, as Basic user name, or as `client_secret` (oauth 5.1). */
export function clientOf(platform: Platform, authorization: string | undefined, form: URLSearchParams): KeyRecord {
  const key = keyFromHeader(authorization) ?? (form.get('client_secret') || undefined);
  if (key === undefined) throw refuseOAuth('no_key');
  const record = platform.accounts.key(key);
  const speaks = record !== undefined && (record.kind === 'secret' || record.kind === 'restricted') && record.revoked_at === null;
  if (!speaks) throw refuseOAuth('unknown_key', { key: maskKey(key) });
  return record;
}
