import type { Platform } from '../../platform.ts';
import { type Exchange, header } from '../exchange.ts';
import { accountInvalid, morePermissions, platformAccountRequired } from '../refusals.ts';

/**
 * `Stripe-Account`: the caller acts for an account that is connected to it. In the documented order: the caller is a
 * platform, the connection exists in this mode, its scope allows the request (oauth 8.2, 8.5).
 */
export function actForAccount(platform: Platform, exchange: Exchange): void {
  const caller = exchange.caller!;
  const account = header(exchange, 'stripe-account');
  if (account !== undefined && account !== caller.world.account) {
    const { key } = caller;
    if (account === '' || platform.accounts.applicationsOf(key.account).length === 0) throw platformAccountRequired();
    const connection = platform.accounts.connectionFor(key.account, account, key.livemode);
    if (connection === undefined) throw accountInvalid(key.masked, account);
    exchange.caller = { ...caller, world: { account, livemode: key.livemode }, connection, application: connection.application };
  }
  const { connection } = exchange.caller!;
  const scope = caller.key.scope ?? connection?.scope;
  if (connection !== undefined && scope === 'read_only' && exchange.method !== 'GET')
    throw morePermissions(connection.account, 'read_write');
}
