import { leave } from '../cleanup/forget-account.ts';
import { appOf } from '../settings.ts';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';

/**
 * Our own button: Stripe is told first, then everything here stops. That the account is not connected any more is what was wanted, and
 * counts as success. Throws `Refusal` when Stripe cannot be told; then nothing has changed.
 */
export async function disconnect(setup: Setup, world: World, reason = 'disconnected here'): Promise<void> {
  const url = new URL('/oauth/deauthorize', setup.settings.connectBase).href;
  const form = { client_id: appOf(setup.settings, world.livemode).clientId, stripe_user_id: world.account };
  try {
    await setup.api.postOnce(url, form, { livemode: world.livemode });
  } catch (error) {
    if (!isNotConnected(error)) throw error;
  }
  await leave(setup.database, setup, world, reason);
  setup.feed.tell({ kind: 'connection', ...world });
  setup.wake('erase');
}

const isNotConnected = (error: unknown): boolean =>
  isRevoked(error) || (isRefusal(error) && /not connected|does not exist/i.test(error.message));

/** Does this error, ours or the official SDK's, mean that we may no longer act for the account? */
export function isRevoked(error: unknown): boolean {
  if (isRefusal(error)) return error.facts.kind === 'revoked';
  const { statusCode, code } = (error ?? {}) as { statusCode?: unknown; code?: unknown };
  return (statusCode === 403 && code === 'account_invalid') || (statusCode === 401 && code === 'platform_api_key_expired');
}
