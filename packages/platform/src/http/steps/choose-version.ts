import type { Platform } from '../../platform.ts';
import { isKnown, withoutFeatures } from '../../versions/known.ts';
import { anyTime, oldVersion } from '../../versions/version.ts';
import { type Exchange, header } from '../exchange.ts';
import { invalidVersion } from '../refusals.ts';

/** The Stripe CLI names no version, and its fixtures mix the parameters of many (decision 0024). */
const CLI = /^Stripe\/v1 stripe-cli\//;

/**
 * At which version: the request's own, else the default of the account whose key it bears (not of the one it acts for:
 * api-and-events 1.1). Nothing more is done for a request of the newest version.
 */
export function chooseVersion(platform: Platform, exchange: Exchange): void {
  const asked = header(exchange, 'stripe-version');
  if (asked === platform.engine.contract.api) {
    exchange.version = asked;
    return;
  }
  const version = asked === undefined || asked === '' ? platform.versions.of(exchange.caller!.key.account) : withoutFeatures(asked);
  if (!isKnown(version)) throw invalidVersion(version);
  exchange.version = version;
  exchange.old = oldVersion(version);
  if (asked === undefined && CLI.test(header(exchange, 'user-agent') ?? '')) exchange.names = { of: anyTime(), lenient: true };
  else if (exchange.old !== undefined) exchange.names = { of: exchange.old, lenient: false };
}
