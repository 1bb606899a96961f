import { sha256 } from '../../accounts/keys.ts';
import type { ApplicationRecord, CodeRecord, KeyRecord } from '../../accounts/records.ts';
import { sameSecret } from '../../accounts/secrets.ts';
import { type Draft, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { connect, disconnect } from '../../resources/connection.ts';
import { refuseOAuth } from '../refusals.ts';
import { CODE_LIFE } from './code.ts';
import { endEqualTokens, issueAccessToken, issueRefreshToken, type TokenAnswer, tokenAnswer } from './tokens.ts';

function codeOf(draft: Draft, code: string): CodeRecord {
  const id = sha256(code);
  const record = draft.get('annex.code', id) as CodeRecord | undefined;
  if (record === undefined || record.void || !sameSecret(record.id, id)) throw refuseOAuth('unknown_code', { code });
  return record;
}

/** A code that comes back takes everything with it that it has made: somebody else may have read it (oauth 5.4). */
function burn(draft: Draft, record: CodeRecord): void {
  const connection = draft.get('annex.connection', `${record.application}/${record.account}`);
  if (connection !== undefined && connection.revoked_at === null && connection.code === record.id) disconnect(draft, connection);
}

/** `grant_type=authorization_code`: the connection is made here and not before. */
export function exchangeCode(platform: Platform, draft: Draft, given: { key: KeyRecord; form: URLSearchParams }): TokenAnswer {
  const { key, form } = given;
  const code = form.get('code') ?? '';
  if (code === '') throw refuseOAuth('no_code');
  const record = codeOf(draft, code);
  const application = draft.get('annex.application', record.application) as ApplicationRecord | undefined;
  if (application?.account !== key.account) throw refuseOAuth('foreign_code');
  if (key.livemode && !record.livemode) throw refuseOAuth('live_key_test_code');
  if (!key.livemode && record.livemode) throw refuseOAuth('test_key_live_code');
  if (record.used_at !== null) {
    burn(draft, record);
    platform.commit(draft);
    throw refuseOAuth('used_code');
  }
  if (draft.now - record.created > CODE_LIFE) throw refuseOAuth('expired_code');
  return exchanged(platform, draft, { record, application });
}

function exchanged(platform: Platform, draft: Draft, given: { record: CodeRecord; application: ApplicationRecord }): TokenAnswer {
  const { record, application } = given;
  const { account, scope, livemode } = record;
  draft.in(SYSTEM).set(record, { used_at: draft.now, open_for: null }, { event: null });
  const connection = connect(draft, { application, account, scope, code: record.id });
  endEqualTokens(draft, connection.id, { scope, livemode });
  const access = issueAccessToken(draft, connection, { scope, livemode });
  const refresh = issueRefreshToken(draft, connection);
  const answer = tokenAnswer(platform, { access, refresh, account, scope, livemode });
  platform.commit(draft);
  return answer;
}
