import { startImport } from '../mirror/imports.ts';
import { platformAccount } from '../mirror/source.ts';
import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';

/** Mirrors our own account beside the connected ones: its events come without `account`, and it is asked without `Stripe-Account`. */
export async function connectOwn(setup: Setup, livemode: boolean): Promise<World> {
  const account = await platformAccount(setup, livemode);
  const world = { account, livemode };
  await setup.database.transaction(async (tx) => {
    await tx.query(
      `insert into annex.connections (account, livemode, kind, state, scope, platform, connected_ms)
       values ($1, $2, 'own', 'connected', 'read_write', $1, ${NOW_MS}) on conflict (account, livemode) do nothing`,
      [account, livemode],
    );
    await startImport(tx, setup, world);
  });
  setup.feed.tell({ kind: 'connection', ...world });
  setup.wake('import');
  return world;
}
