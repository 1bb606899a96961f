import type { Query } from '@annex/kit';
import type { Lantern } from '../lantern.ts';
import type { Place } from '../web/place.ts';

/** What can be counted in the mirror as it is. */
export interface Counts {
  readonly customers: number;
  readonly subscriptions: number;
  readonly trials: number;
  /** Succeeded payments of the last 30 days. */
  readonly payments: number;
  /** What they came to, net of nothing, by currency. Minor units. */
  readonly volume: readonly { readonly currency: string; readonly amount: number; readonly payments: number }[];
}

const COUNTS = `
  select
    (select count(*)::int from mirror.customers where account = $1 and livemode = $2 and not deleted) as customers,
    (select count(*)::int from mirror.subscriptions where account = $1 and livemode = $2 and not deleted and status in ('active', 'past_due')) as subscriptions,
    (select count(*)::int from mirror.subscriptions where account = $1 and livemode = $2 and not deleted and status = 'trialing') as trials`;

const VOLUME = `
  select data->>'currency' as currency, sum((data->>'amount')::bigint)::bigint as amount, count(*)::int as payments
  from mirror.charges where account = $1 and livemode = $2 and not deleted and data->>'status' = 'succeeded' and created >= $3
  group by 1 order by 3 desc`;

export async function readCounts(on: Query, { account, livemode }: Place, nowMs: number): Promise<Counts> {
  const [counts] = await on.query<Omit<Counts, 'volume' | 'payments'>>(COUNTS, [account, livemode]);
  const since = Math.floor(nowMs / 1000) - 30 * 86_400;
  const volume = await on.query<Counts['volume'][number]>(VOLUME, [account, livemode, since]);
  return { ...counts!, volume, payments: volume.reduce((sum, { payments }) => sum + payments, 0) };
}

interface Kept {
  readonly counts: Counts;
  /** When counting began and how long it took, by this process's own clock. */
  readonly beganMs: number;
  readonly tookMs: number;
  /** Counts again when the pause is over, because somebody has asked meanwhile. */
  again?: NodeJS.Timeout;
}

const kept = new WeakMap<Lantern, Map<string, Kept>>();
const MOST_KEPT = 200;
/** Sooner than this it is counted for every page: nobody waits for it. */
const NOTHING_MS = 10;
/** Counting may take one part of the time in so many. */
const PAUSE = 30;
const LONGEST_PAUSE_MS = 1_500;
/** Nobody is shown anything older. */
const OLDEST_MS = 60_000;

/**
 * The counts for a page. In a large account counting is slow beside everything else on it; so what was counted a moment ago is shown,
 * and it is counted again meanwhile, or when a pause is over; open pages are told if it has changed.
 */
export function countsOf(lantern: Lantern, place: Place, nowMs: number): Promise<Counts> {
  const all = kept.get(lantern) ?? new Map<string, Kept>();
  kept.set(lantern, all);
  const name = `${place.account}/${place.mode}`;
  const known = all.get(name);
  const beganMs = performance.now();
  const age = known === undefined ? Number.POSITIVE_INFINITY : beganMs - known.beganMs;
  if (known === undefined || age > OLDEST_MS) return countAnew(lantern, place, { all, name, beganMs, nowMs });
  const countAgain = (): void => {
    countAnew(lantern, place, { all, name, beganMs: performance.now(), nowMs }).then(
      (counts) => {
        if (JSON.stringify(counts) !== JSON.stringify(known.counts)) lantern.hub.tell(place.account, place.livemode);
      },
      (error: unknown) => lantern.log('warn', 'Objects could not be counted.', { error: String(error) }),
    );
  };
  const pauseMs = Math.min(known.tookMs * PAUSE, LONGEST_PAUSE_MS) - age;
  if (pauseMs > 0) known.again ??= setTimeout(countAgain, pauseMs).unref();
  else countAgain();
  return Promise.resolve(known.counts);
}

async function countAnew(
  { kit }: Lantern,
  place: Place,
  about: { all: Map<string, Kept>; name: string; beganMs: number; nowMs: number },
): Promise<Counts> {
  const { all, name, beganMs, nowMs } = about;
  const counts = await readCounts(kit.database, place, nowMs);
  const tookMs = performance.now() - beganMs;
  if (all.size >= MOST_KEPT) all.clear();
  if (tookMs < NOTHING_MS) all.delete(name);
  else all.set(name, { counts, beganMs, tookMs });
  return counts;
}
