import type { Feed } from './mirror/feed.ts';
import type { MirroredObject } from './mirror/mirrored-object.ts';
import type { Database } from './postgres/database.ts';
import type { Settings } from './settings.ts';
import type { Limiter } from './wire/limiter.ts';
import type { SourceClock } from './wire/source-clock.ts';
import type { StripeApi } from './wire/stripe-api.ts';
import type { Counters } from './work/metrics.ts';

/** What every part of the kit is given: made once, by `createKit`. */
export interface Setup {
  readonly settings: Settings;
  readonly database: Database;
  readonly api: StripeApi;
  readonly limiter: Limiter;
  readonly feed: Feed;
  /** The object types this extension mirrors, by Stripe's name. */
  readonly objects: ReadonlyMap<string, MirroredObject>;
  /** The extension's own tables that hold something of an account. */
  readonly alsoErase: readonly string[];
  readonly counters: Counters;
  /** Wakes a worker of this process, so that it need not wait for its next look at the database. */
  readonly wake: (job: Job) => void;
  /** What of this process' worker shows no sign of life; nothing where there is no worker. */
  readonly stuck: () => readonly string[];
  /** Milliseconds, by the source's clock. Only for what people are promised in days; leases and queues go by the database's. */
  readonly now: () => number;
  readonly clock: SourceClock;
  /** Something a person should know; never a secret. */
  readonly log: (level: 'info' | 'warn' | 'error', message: string, facts?: Record<string, unknown>) => void;
}

export type Job = 'apply' | 'import' | 'refetch' | 'reconcile' | 'erase' | 'billing';
