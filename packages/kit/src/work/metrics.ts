import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';

/** Counted by one process since it started. */
export interface Counters {
  /** Events applied. */
  applied: number;
  /** Events that one attempt could not apply. */
  failed: number;
  /** Pages of lists stored. */
  pages: number;
  /** Objects in doubt that were fetched again. */
  fetched: number;
}

export const newCounters = (): Counters => ({ applied: 0, failed: 0, pages: 0, fetched: 0 });

/** The state of the whole, whoever works on it. */
export interface Health {
  /** Events wait less than a minute, none was set aside, and the worker of this process lives. */
  readonly ok: boolean;
  readonly accounts: number;
  /** Events not yet applied, and how long the oldest of them has waited (ms). */
  readonly inbox: number;
  readonly lagMs: number;
  /** Events set aside after several attempts. */
  readonly aside: number;
  /** Objects in doubt. */
  readonly doubts: number;
  /** Parts of lists still to be read. */
  readonly ranges: number;
  /** How often Stripe has said: too many requests. */
  readonly refused: number;
  readonly erasing: number;
  /** Parts of this process' worker that show no sign of life: `apply`, `import` … Nothing where it has no worker. */
  readonly stuck: readonly string[];
}

const LONGEST_LAG_MS = 60_000;

export async function health(setup: Setup): Promise<Health> {
  const [row] = await setup.database.query<Omit<Health, 'ok' | 'stuck'>>(
    `select (select count(*) from annex.connections where state = 'connected')::int as accounts,
       (select count(*) from annex.inbox where state = 'new')::int as inbox,
       coalesce((select ${NOW_MS} - min(received_ms) from annex.inbox where state = 'new'), 0)::bigint as "lagMs",
       (select count(*) from annex.inbox where state = 'aside')::int as aside,
       (select count(*) from annex.refetch)::int as doubts,
       (select count(*) from annex.ranges where state = 'open')::int as ranges,
       (select coalesce(sum(refused), 0) from annex.buckets)::bigint as refused,
       (select count(*) from annex.connections where state = 'leaving')::int as erasing`,
  );
  const stuck = setup.stuck();
  return { ok: row!.lagMs < LONGEST_LAG_MS && row!.aside === 0 && stuck.length === 0, ...row!, stuck };
}

const GAUGES: readonly (readonly [keyof Omit<Health, 'ok' | 'stuck'>, string, string])[] = [
  ['accounts', 'annex_accounts', 'Connected accounts'],
  ['inbox', 'annex_inbox_events', 'Events received and not yet applied'],
  ['lagMs', 'annex_inbox_lag_milliseconds', 'How long the oldest of them has waited'],
  ['aside', 'annex_events_aside', 'Events set aside after several attempts'],
  ['doubts', 'annex_objects_in_doubt', 'Objects that are being fetched again'],
  ['ranges', 'annex_import_ranges_open', 'Parts of lists still to be read'],
  ['refused', 'annex_rate_limited', 'Answers that said: too many requests'],
  ['erasing', 'annex_accounts_erasing', 'Accounts being erased'],
];

const TOTALS: readonly (readonly [keyof Counters, string, string])[] = [
  ['applied', 'annex_events_applied_total', 'Events applied by this process'],
  ['failed', 'annex_events_failed_total', 'Attempts of this process that could not apply an event'],
  ['pages', 'annex_pages_stored_total', 'Pages stored by this process'],
  ['fetched', 'annex_objects_fetched_total', 'Objects fetched again by this process'],
];

/** Prometheus text, version 0.0.4. */
export async function metrics(setup: Setup): Promise<string> {
  const now = await health(setup);
  const line = (name: string, kind: string, help: string, value: number): string =>
    `# HELP ${name} ${help}\n# TYPE ${name} ${kind}\n${name} ${value}\n`;
  return [
    ...GAUGES.map(([field, name, help]) => line(name, 'gauge', help, now[field])),
    line('annex_worker_stuck', 'gauge', 'Parts of this process’ worker that show no sign of life', now.stuck.length),
    ...TOTALS.map(([field, name, help]) => line(name, 'counter', help, setup.counters[field])),
  ].join('');
}
