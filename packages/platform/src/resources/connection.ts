import { type Draft, type Fields, type StripeObject, SYSTEM } from '../engine/index.ts';
import { type ApplicationRecord, type ConnectionRecord, connectionId, type Scope } from './records.ts';

/**
 * Connecting an account to an application and letting go of it: what it means for tokens, codes and events. One place,
 * because an exchange, a reused code, `/oauth/deauthorize`, `DELETE /v1/accounts/…` and two pages all end here.
 */

export interface Grant {
  readonly application: ApplicationRecord;
  readonly account: string;
  readonly scope: Scope;
  /** Hash of the authorization code. */
  readonly code: string | null;
}

/** Tells the application alone, as an event of the connected account that no request made (oauth 7.1). */
function tell(draft: Draft, type: string, connection: StripeObject): void {
  const application = draft.in(SYSTEM).get('application', connection.application);
  const object = { id: connection.application, object: 'application', name: application?.name ?? null };
  const world = { account: connection.account, livemode: connection.livemode };
  draft.in(world).emit(type, object, { onlyFor: connection.application, automatic: true });
}

/** The connection stands from now on, with this scope; a later grant replaces the earlier one. */
export function connect(draft: Draft, grant: Grant): ConnectionRecord {
  const system = draft.in(SYSTEM);
  const { application, account, scope, code } = grant;
  const id = connectionId(application.id, account);
  const fresh: Fields = { scope, code, created: draft.now, revoked_at: null };
  const known = system.get('annex.connection', id);
  const connection =
    known === undefined
      ? system.insert(
          {
            id,
            object: 'annex.connection',
            application: application.id,
            owner: application.account,
            account,
            livemode: application.livemode,
            metadata: {},
            ...fresh,
          },
          { event: null },
        )
      : system.set(known, fresh, { event: null });
  tell(draft, 'account.application.authorized', connection);
  return connection as ConnectionRecord;
}

/** Tokens die, codes that were not exchanged yet are void, and the application is told last (oauth 15, order of 6). */
export function disconnect(draft: Draft, connection: StripeObject): void {
  const system = draft.in(SYSTEM);
  system.set(connection, { revoked_at: draft.now, metadata: {} }, { event: null });
  for (const kind of ['annex.key', 'annex.refresh_token']) {
    const tokens = system.find(kind, [['standing', connection.id]]);
    for (const token of tokens) system.set(token, { revoked_at: draft.now, standing: null }, { event: null });
  }
  for (const code of system.find('annex.code', [['open_for', connection.id]]))
    system.set(code, { void: true, open_for: null }, { event: null });
  tell(draft, 'account.application.deauthorized', connection);
}

/** The standing connections of an account's applications that a key of this mode opens, newest first, one per account. */
export function connectionsFor(draft: Draft, owner: string, livemode: boolean): ConnectionRecord[] {
  const rows = draft.in(SYSTEM).find('annex.connection', [['owner', owner]], (row) => row.revoked_at === null);
  const open = (rows as ConnectionRecord[]).filter((row) => row.livemode === livemode || row.livemode);
  const ownMode = new Set(open.filter((row) => row.livemode === livemode).map((row) => row.account));
  return open.filter((row) => row.livemode === livemode || !ownMode.has(row.account));
}
