import type { Effect } from '@annex/kit';
import { writeDown } from '../people/audit.ts';

/** The kit has judged the event first: the account has left only if its connection says so. */
const onDeauthorized: Effect = async ({ account, livemode, created }, tx) => {
  const [connection] = await tx.query<{ state: string }>('select state from annex.connections where account = $1 and livemode = $2', [
    account,
    livemode,
  ]);
  if (connection === undefined || connection.state === 'connected') return;
  await writeDown(tx, { account, livemode, nowMs: created * 1000, actor: 'Somebody at Stripe', action: 'revoked' });
};

export const leavingEffects: Readonly<Record<string, Effect>> = { 'account.application.deauthorized': onDeauthorized };
