import { type Database, NOW_MS } from '../postgres/database.ts';
import { TooLate, within } from '../work/deadline.ts';
import { Refusal } from './refusal.ts';
import type { World } from './stripe-api.ts';

/** Requests per second: of one account altogether, and of one endpoint of it. */
export interface Rate {
  readonly all: number;
  readonly endpoint: number;
}

export interface Limiter {
  /**
   * Resolves when the next request to this endpoint may start. Callers for one account are served in order. Throws a `Refusal` of kind
   * `rate` instead of waiting longer than `patienceMs`.
   */
  take(world: World, endpoint: string, patienceMs?: number): Promise<void>;
  /** Stripe refused: everyone who acts for this account slows down, on every machine. Answers the wait in ms. */
  refused(world: World, endpoint: string, facts: { retryAfterMs?: number; reason?: string }): Promise<number>;
}

/** A late worker may catch up by so much; it must not make two requests out of one slot. */
const SLACK_MS = 30;
/** A lowered pace is the full one again after this long without another refusal. */
const RECOVERY_MS = 60_000;

/** However long an answer says to wait, we look again after so long. */
const LONGEST_MS = 300_000;
/** Beyond a caller's patience: the time that the question itself may take. */
const TURN_MS = 1_000;

const pace = (column: string): string => `least(1, ${column}.pace + (now.ms - ${column}.pace_ms)::float8 / ${RECOVERY_MS})`;

/** One attempt: both buckets give, or neither. Exact under any number of workers, because the rows are locked. */
const TRY = `
  with now as materialized (select ${NOW_MS} as ms),
  mine as materialized (
    select bucket, next_ms from annex.buckets
    where account = $1 and livemode = $2 and bucket in ('all', $3::text) order by bucket for update
  ),
  wait as materialized (select greatest(0, max(next_ms) - max(ms))::bigint as ms, count(*)::int as found from mine, now),
  taken as (
    update annex.buckets b set
      next_ms = greatest(b.next_ms, now.ms - ${SLACK_MS})
        + ceil(1000.0 / (case b.bucket when 'all' then $4::float8 else $5::float8 end * ${pace('b')}))::bigint
    from now, wait
    where b.account = $1 and b.livemode = $2 and b.bucket in ('all', $3::text) and wait.ms = 0 and wait.found = 2
  )
  select ms, found from wait`;

/** The connection is held: nothing is stored behind the erasure of an account. */
const MAKE = `
  with open as materialized (select 1 from annex.connections where account = $1 and livemode = $2 and state = 'connected' for share)
  insert into annex.buckets (account, livemode, bucket, next_ms, pace_ms)
  select $1, $2, bucket, 0, 0 from open, unnest(array['all', $3::text]) as bucket order by bucket
  on conflict (account, livemode, bucket) do update set pace_ms = buckets.pace_ms
  returning bucket`;

const SLOWER = `
  with now as (select ${NOW_MS} as ms)
  update annex.buckets b set
    pace = greatest(0.05, ${pace('b')} / 2), pace_ms = now.ms, refused = b.refused + 1,
    next_ms = greatest(b.next_ms, now.ms + $4::bigint)
  from now where b.account = $1 and b.livemode = $2 and b.bucket = $3`;

/** Shared by all workers through the database: the limit belongs to the account, whoever makes the request. */
export function sharedLimiter(database: Database, rateOf: (livemode: boolean) => Rate): Limiter {
  const queues = new Map<string, Promise<void>>();

  const takeNow = async ({ account, livemode }: World, endpoint: string, until: number): Promise<void> => {
    const rate = rateOf(livemode);
    for (;;) {
      const patienceMs = until - performance.now();
      const [answer] = await database.query<{ ms: number; found: number }>(TRY, [account, livemode, endpoint, rate.all, rate.endpoint]);
      if (answer?.found !== 2) {
        if ((await database.query(MAKE, [account, livemode, endpoint])).length === 0) throw notConnected(account);
      } else if (answer.ms === 0) return;
      else if (answer.ms > Math.max(0, patienceMs)) throw notYet(account, answer.ms);
      else await pause(Math.min(answer.ms, 1_000));
    }
  };

  return {
    take(world, endpoint, patienceMs = Number.POSITIVE_INFINITY) {
      // One asks at a time for each account and endpoint, so that waiting costs one query, not one per waiter.
      const key = `${world.account}/${world.livemode}/${endpoint}`;
      const until = performance.now() + patienceMs;
      let left = false;
      const before = (queues.get(key) ?? Promise.resolve()).catch(() => {});
      const mine = before.then(() => (left ? undefined : takeNow(world, endpoint, until)));
      queues.set(key, mine);
      void mine.catch(() => {}).finally(() => queues.get(key) === mine && queues.delete(key));
      if (patienceMs === Number.POSITIVE_INFINITY) return mine;
      // Whoever stands in front may have more patience: waiting for its turn counts as waiting.
      return within(patienceMs + TURN_MS, mine, '').catch((error: unknown) => {
        left = true;
        throw error instanceof TooLate ? notYet(world.account, patienceMs) : error;
      });
    },
    async refused({ account, livemode }, endpoint, { retryAfterMs, reason }) {
      const wait = Math.min(retryAfterMs ?? 1_000, LONGEST_MS);
      const bucket = reason?.startsWith('endpoint') ? endpoint : 'all';
      await database.query(SLOWER, [account, livemode, bucket, wait]);
      return wait;
    },
  };
}

const notConnected = (account: string): Refusal => new Refusal(`${account} is not connected.`, { kind: 'revoked' });

const notYet = (account: string, waitMs: number): Refusal =>
  new Refusal(`The pace of ${account} allows the next request in ${Math.ceil(waitMs / 1_000)} s.`, { kind: 'rate', retryAfterMs: waitMs });

/** For a source without limits: a benchmark, or a local platform that was told so. */
export const noLimiter: Limiter = {
  take: async () => {},
  refused: async (_world, _endpoint, { retryAfterMs }) => retryAfterMs ?? 1_000,
};

const pause = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));
