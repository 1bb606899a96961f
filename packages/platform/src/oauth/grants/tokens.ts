import { addKey } from '../../accounts/accounts.ts';
import { sha256 } from '../../accounts/keys.ts';
import type { KeyRecord, RefreshTokenRecord, Scope } from '../../accounts/records.ts';
import { type Draft, type StripeObject, SYSTEM } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';

export interface TokenAnswer {
  readonly access_token: string;
  readonly livemode: boolean;
  readonly refresh_token: string;
  readonly token_type: 'bearer';
  readonly stripe_publishable_key: string;
  readonly stripe_user_id: string;
  readonly scope: Scope;
}

/** An access token: it acts as the account, does not expire, and is kept as a hash alone. */
export function issueAccessToken(draft: Draft, connection: StripeObject, as: { scope: Scope; livemode: boolean }): string {
  const token = `sk_${as.livemode ? 'live' : 'test'}_51${connection.account.slice(6)}${draft.random(82)}`;
  addKey(draft, { account: connection.account, kind: 'access_token', key: token, connection: connection.id, ...as });
  return token;
}

export function issueRefreshToken(draft: Draft, connection: StripeObject): string {
  const token = `rt_${draft.random(40)}`;
  const record: RefreshTokenRecord = {
    id: sha256(token),
    object: 'annex.refresh_token',
    application: connection.application,
    connection: connection.id,
    standing: connection.id,
    livemode: connection.livemode,
    scope: connection.scope,
    created: draft.now,
    revoked_at: null,
  };
  draft.in(SYSTEM).insert(record, { event: null });
  return token;
}

/** Access tokens of the same scope and mode end when a new one is issued; others live on (oauth 5.3). */
export function endEqualTokens(draft: Draft, connection: string, as: { scope: Scope; livemode: boolean }): void {
  const system = draft.in(SYSTEM);
  for (const found of system.find('annex.key', [['standing', connection]])) {
    const key = found as KeyRecord;
    if (key.kind !== 'access_token' || key.scope !== as.scope || key.livemode !== as.livemode) continue;
    system.set(key, { revoked_at: draft.now, standing: null }, { event: null });
  }
}

/** The answer, in the order of fields that was captured (oauth 5.2). */
export function tokenAnswer(
  platform: Platform,
  tokens: { access: string; refresh: string; account: string; scope: Scope; livemode: boolean },
): TokenAnswer {
  const { access, refresh, account, scope, livemode } = tokens;
  return {
    access_token: access,
    livemode,
    refresh_token: refresh,
    token_type: 'bearer',
    stripe_publishable_key: platform.accounts.ownKey(account, livemode, 'publishable') ?? '',
    stripe_user_id: account,
    scope,
  };
}
