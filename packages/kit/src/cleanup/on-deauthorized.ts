import type { Effect } from '../mirror/effects.ts';
import { platformAccount } from '../mirror/source.ts';
import { appOf } from '../settings.ts';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import { leave } from './forget-account.ts';

/**
 * The account revoked us. The event is trusted by its signature: it can no longer be fetched. Only our own application counts, and
 * only when there is no newer authorization: an event from about the time of the connection is checked by asking.
 */
export const onDeauthorized =
  (setup: Setup): Effect =>
  async (event, tx) => {
    const application = event.data === null ? undefined : (JSON.parse(event.data) as { id?: string }).id;
    const { clientId } = appOf(setup.settings, event.livemode);
    if (application !== undefined && application !== clientId) return;
    const [connection] = await tx.query<{ connected_ms: number }>(
      'select connected_ms from annex.connections where account = $1 and livemode = $2',
      [event.account, event.livemode],
    );
    if (connection === undefined) return;
    const clearlyLater = event.created * 1_000 > connection.connected_ms + 5_000;
    if (!clearlyLater && (await stillConnected(setup, event))) return;
    if (await leave(tx, setup, event, 'revoked on Stripe')) {
      setup.feed.tell({ kind: 'connection', account: event.account, livemode: event.livemode });
      setup.wake('erase');
    }
  };

async function stillConnected(setup: Setup, { account, livemode }: { account: string; livemode: boolean }): Promise<boolean> {
  try {
    await setup.api.get('/v1/account', [], { livemode, as: account });
    return true;
  } catch (error) {
    // Any other refusal says nothing: the event is tried again.
    if (!isRefusal(error, 'revoked')) throw error;
    await platformAccount(setup, livemode);
    return false;
  }
}
