import type { ConnectionRecord, KeyRecord, Scope } from '../../accounts/records.ts';
import type { Platform } from '../../platform.ts';
import { type Caller, type Exchange, header } from '../exchange.ts';
import {
  accountInvalid,
  morePermissions,
  nestedAccount,
  noConnectPermission,
  otherAccountInPath,
  platformAccountRequired,
} from '../refusals.ts';

const decoded = (segment: string): string => {
  try {
    return decodeURIComponent(segment);
  } catch {
    return segment;
  }
};

/** `/v1/accounts/acct_…` stands for the header of that account (oauth 8.1). */
function accountInPath(exchange: Exchange): string | undefined {
  const match = /^\/v1\/accounts\/([^/]+)/.exec(exchange.path);
  return match === null ? undefined : decoded(match[1]!);
}

interface Wanted {
  readonly account: string;
  readonly from: 'header' | 'path';
}

/** Whom the request is about, where that is not the key's own account. Two different answers are refused first. */
function wanted(exchange: Exchange, own: string): Wanted | undefined {
  const named = header(exchange, 'stripe-account');
  const inPath = accountInPath(exchange);
  if (named !== undefined && inPath !== undefined && named !== inPath) throw otherAccountInPath();
  if (named !== undefined && named !== own) return { account: named, from: 'header' };
  if (inPath !== undefined && inPath !== own) return { account: inPath, from: 'path' };
  return undefined;
}

/** The client_id of the key's mode where there is one: what the extension makes carries it (oauth 8.4). */
function applicationOf(platform: Platform, connection: ConnectionRecord, livemode: boolean): string {
  const mine = platform.accounts.applicationsOf(connection.owner).find((row) => row.livemode === livemode);
  return mine?.id ?? connection.application;
}

/**
 * Judged in the documented order: the caller is a platform, the connection stands in this mode (oauth 8.2). A caller that
 * acts for an account already cannot reach further from there.
 */
function reach(platform: Platform, caller: Caller, want: Wanted): Caller {
  const { key } = caller;
  const { account, from } = want;
  if (caller.connection !== undefined) throw nestedAccount();
  if (key.kind === 'restricted') throw noConnectPermission();
  const isPlatform = platform.accounts.applicationsOf(key.account).length > 0;
  if (account === '' || (!isPlatform && from === 'header')) throw platformAccountRequired();
  const connection = platform.accounts.connectionFor(key.account, account, key.livemode);
  if (connection === undefined) throw accountInvalid(key.masked, account);
  const application = applicationOf(platform, connection, key.livemode);
  return { ...caller, world: { account, livemode: key.livemode }, connection, application };
}

/** The lesser of what the token was given and what the connection stands for now (a later grant may have taken some back). */
function scopeOf(key: KeyRecord, connection: ConnectionRecord): Scope {
  return key.scope === 'read_only' || connection.scope === 'read_only' ? 'read_only' : 'read_write';
}

/** stripe-mock knows no accounts: whatever the header names is answered. */
const mocked = (caller: Caller, want: Wanted): Caller =>
  want.from === 'header' && want.account !== '' ? { ...caller, world: { ...caller.world, account: want.account } } : caller;

/** For whom: the account of the key, or a connected one, with what its owner has allowed (oauth 8). */
export function actForAccount(platform: Platform, exchange: Exchange): void {
  const caller = exchange.caller!;
  const want = wanted(exchange, caller.world.account);
  if (want !== undefined) exchange.caller = platform.settings.stripeMock ? mocked(caller, want) : reach(platform, caller, want);
  else if (caller.connection !== undefined) {
    exchange.caller = { ...caller, application: applicationOf(platform, caller.connection, caller.key.livemode) };
  }
  const { connection } = exchange.caller!;
  if (connection !== undefined && exchange.method !== 'GET' && scopeOf(caller.key, connection) === 'read_only') {
    throw morePermissions(connection.account, 'read_write');
  }
}
