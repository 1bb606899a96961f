import { sameSecret } from '../accounts/secrets.ts';
import type { StripeObject, World } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { ASKING } from '../resources/authentication.ts';
import type { PageContext } from './visit.ts';

/** A payment intent or setup intent that asks its customer for something on a page of its own. */
export interface Asked {
  readonly world: World;
  readonly intent: StripeObject;
}

/** The intent of an address `…/:account/:mode/:id?client_secret=`: whoever has the secret may answer, without signing in. */
export function asked(platform: Platform, c: PageContext): Asked | undefined {
  const { account, mode, id } = c.req.param() as Record<'account' | 'mode' | 'id', string>;
  const world: World = { account, livemode: mode === 'live' };
  const row = Object.keys(ASKING)
    .map((object) => platform.store.row(world, object, id))
    .find((found) => found !== undefined && !found.deleted);
  const intent = row === undefined ? undefined : (JSON.parse(row.text) as StripeObject);
  return intent !== undefined && sameSecret(c.req.query('client_secret') ?? '', intent.client_secret) ? { world, intent } : undefined;
}
