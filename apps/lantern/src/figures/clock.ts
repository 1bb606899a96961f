import type { Query } from '@annex/kit';

/**
 * What time it is for an account, in ms: now, or the newest thing that has happened there, if that is later. An account of a simulator
 * can live ahead of us.
 */
export async function nowOf(on: Query, { account, livemode }: { account: string; livemode: boolean }, nowMs: number): Promise<number> {
  const [newest] = await on.query<{ at: number | null }>(
    `select greatest((select max(created) from annex.inbox where account = $1 and livemode = $2),
       (select max(at) from lantern.observations where account = $1 and livemode = $2),
       (select max(created) from mirror.invoices where account = $1 and livemode = $2),
       (select max(created) from mirror.subscriptions where account = $1 and livemode = $2))::bigint as at`,
    [account, livemode],
  );
  return Math.max(nowMs, (newest?.at ?? 0) * 1000);
}
