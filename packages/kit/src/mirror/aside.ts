import { NOW_MS, type Query } from '../postgres/database.ts';
import type { World } from '../wire/stripe-api.ts';

/** An event that could not be applied in several attempts. It holds up nobody, and waits for a person. */
export interface AsideEvent extends World {
  readonly id: string;
  readonly type: string;
  readonly object_id: string | null;
  readonly attempts: number;
  readonly error: string | null;
  readonly received_ms: number;
}

export function asideEvents(on: Query): Promise<AsideEvent[]> {
  return on.query<AsideEvent>(
    `select account, livemode, id, type, object_id, attempts, error, received_ms from annex.inbox
     where state = 'aside' order by received_ms limit 1000`,
  );
}

/** Tries events that were set aside again, from the first attempt: one of them, or all of an account. Answers how many. */
export async function retryAside(on: Query, { account, livemode }: World, id?: string): Promise<number> {
  const again = await on.query(
    `update annex.inbox set state = 'new', attempts = 0, due_ms = ${NOW_MS}
     where account = $1 and livemode = $2 and state = 'aside' and ($3::text is null or id = $3) returning id`,
    [account, livemode, id ?? null],
  );
  return again.length;
}
