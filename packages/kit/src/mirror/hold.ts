import type { Query } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';

/**
 * Keeps the account from leaving until this transaction ends. Whatever stores something for an account asks first: answered false, it
 * has left, and nothing may be stored behind the erasure.
 */
export async function holdConnection(tx: Query, { account, livemode }: World): Promise<boolean> {
  const held = await tx.query("select 1 from annex.connections where account = $1 and livemode = $2 and state = 'connected' for share", [
    account,
    livemode,
  ]);
  return held.length > 0;
}
