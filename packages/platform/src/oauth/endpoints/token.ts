import type { KeyRecord } from '../../accounts/records.ts';
import { type Draft, NOBODY, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { clientOf } from '../checks/client.ts';
import { exchangeCode } from '../grants/authorization-code.ts';
import { refresh } from '../grants/refresh-token.ts';
import type { TokenAnswer } from '../grants/tokens.ts';
import { refuseOAuth } from '../refusals.ts';

type Grant = (platform: Platform, draft: Draft, given: { key: KeyRecord; form: URLSearchParams }) => TokenAnswer;

const GRANTS: ReadonlyMap<string, Grant> = new Map([
  ['authorization_code', exchangeCode],
  ['refresh_token', refresh],
]);

/** `POST /oauth/token`. Not idempotent: no key of the caller's is looked at (oauth 5.4). */
export function token(platform: Platform, authorization: string | undefined, form: URLSearchParams): TokenAnswer {
  const key = clientOf(platform, authorization, form);
  const type = form.get('grant_type') ?? '';
  if (type === '') throw refuseOAuth('no_grant_type');
  const grant = GRANTS.get(type);
  if (grant === undefined) throw refuseOAuth('unsupported_grant_type');
  return grant(platform, platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY), { key, form });
}
