import { sha256 } from '../../accounts/keys.ts';
import type { ConnectionRecord, KeyRecord, RefreshTokenRecord, Scope } from '../../accounts/records.ts';
import { sameSecret } from '../../accounts/secrets.ts';
import type { Draft } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { refuseOAuth } from '../refusals.ts';
import { endEqualTokens, issueAccessToken, type TokenAnswer, tokenAnswer } from './tokens.ts';

function refreshTokenOf(draft: Draft, token: string, key: KeyRecord): { record: RefreshTokenRecord; connection: ConnectionRecord } {
  const id = sha256(token);
  const record = draft.get('annex.refresh_token', id) as RefreshTokenRecord | undefined;
  const connection = draft.get('annex.connection', record?.connection) as ConnectionRecord | undefined;
  const stands = record !== undefined && sameSecret(record.id, id) && record.revoked_at === null && connection?.revoked_at === null;
  if (!stands || connection?.owner !== key.account) throw refuseOAuth('unknown_refresh_token', { refresh_token: token });
  return { record, connection };
}

/** Equal or lesser than what the refresh token carries; a later grant of less counts for it too. */
function scopeOf(form: URLSearchParams, own: Scope): Scope {
  const scope = form.get('scope') || own;
  const known = scope === 'read_only' || scope === 'read_write';
  if (!known || (scope === 'read_write' && own === 'read_only')) throw refuseOAuth('invalid_refresh_scope', { scope });
  return scope;
}

/**
 * `grant_type=refresh_token`: a new access token in the mode of the key, so that a live refresh token gives test tokens to
 * a test key; the equal token before it ends. The refresh token stays the same (oauth 5.3).
 */
export function refresh(platform: Platform, draft: Draft, given: { key: KeyRecord; form: URLSearchParams }): TokenAnswer {
  const { key, form } = given;
  const token = form.get('refresh_token') ?? '';
  if (token === '') throw refuseOAuth('no_refresh_token');
  const { record, connection } = refreshTokenOf(draft, token, key);
  if (key.livemode && !record.livemode) throw refuseOAuth('live_key_test_refresh_token');
  const own = connection.scope === 'read_only' ? 'read_only' : record.scope;
  const as = { scope: scopeOf(form, own), livemode: key.livemode };
  endEqualTokens(draft, connection.id, as);
  const access = issueAccessToken(draft, connection, as);
  const answer = tokenAnswer(platform, { access, refresh: token, account: connection.account, ...as });
  platform.commit(draft);
  return answer;
}
