import { noSuch, type StripeObject, type World } from '../engine/index.ts';
import type { Caller } from '../http/exchange.ts';
import type { OwnOperation } from '../http/own-operation.ts';
import { accountInvalid } from '../http/refusals.ts';
import type { Platform } from '../platform.ts';
import { endpointById, resend } from './actions.ts';
import { deliveries } from './read.ts';

/** The world whose event is meant: the caller's, or that of an account connected to it. */
function worldOf(platform: Platform, caller: Caller, account: string | undefined): World {
  const { key, world } = caller;
  if (account === undefined || account === '' || account === world.account) return world;
  const connection = platform.accounts.connectionFor(key.account, account, key.livemode);
  if (connection === undefined) throw accountInvalid(key.masked, account);
  return { account, livemode: key.livemode };
}

function owns(platform: Platform, caller: Caller, endpoint: string): boolean {
  const { world } = endpointById(platform, endpoint);
  return world.account === caller.key.account && world.livemode === caller.key.livemode;
}

/** `POST /v1/events/{id}/retry`, by which the CLI sends an event again: to one endpoint, or to all that it was owed to. */
export const retryEvent = (platform: Platform): OwnOperation => ({
  method: 'POST',
  path: /^\/v1\/events\/([^/]+)\/retry$/,
  run: (exchange, { ids, params }) => {
    const caller = exchange.caller!;
    const event = ids[0]!;
    const world = worldOf(platform, caller, params.account);
    const row = platform.store.row(world, 'event', event);
    if (row === undefined) throw noSuch('event', event, { param: 'id', inPath: true });
    const asked: string | undefined = params.webhook_endpoint;
    if (asked !== undefined && !owns(platform, caller, asked))
      throw noSuch('webhook endpoint', asked, { param: 'webhook_endpoint', inPath: false });
    const owed = deliveries(platform, { event, owner: caller.key.account, limit: 100 }).data.map((delivery) => delivery.endpoint);
    for (const endpoint of asked === undefined ? owed : [asked]) resend(platform, { event, world, endpoint });
    return JSON.parse(platform.store.row(world, 'event', event)!.text) as StripeObject;
  },
});
