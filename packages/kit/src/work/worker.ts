import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import { billingStep } from '../billing/step.ts';
import { eraseStep } from '../cleanup/forget-account.ts';
import { retainStep } from '../cleanup/retention.ts';
import type { OwnInvariant } from '../invariants/invariant.ts';
import { reporting } from '../invariants/report.ts';
import { applyBatch } from '../mirror/apply.ts';
import { claimRanges, readRange } from '../mirror/backfill.ts';
import type { Effects } from '../mirror/effects.ts';
import { finishImports } from '../mirror/imports.ts';
import { reconcileStep } from '../mirror/reconcile.ts';
import { claimRefetches } from '../mirror/refetch.ts';
import { refreshStep } from '../mirror/refresh.ts';
import type { Job, Setup } from '../setup.ts';
import { askTime } from './ask-time.ts';
import { endsWithin } from './deadline.ts';
import { inFlight } from './in-flight.ts';
import { type Loop, loop } from './loop.ts';

export interface Worker {
  wake(job: Job): void;
  /** Takes nothing new, finishes what is under way, gives back what it holds; what is not finished in `stopMs` is left to its lease. */
  stop(): Promise<void>;
  /** What has shown no sign of life for `stuckMs`: `apply`, `import` … */
  stuck(): string[];
}

/** Events applied in one transaction. */
const BATCH = 250;
/** After a small batch, events gather for so long: a transaction costs the same for one as for fifty. */
const GATHER_MS = 15;
const HOUR_MS = 3_600_000;

/**
 * One worker. Any number may run, in any number of processes on any number of machines: they share the database and nothing else,
 * claim work by leases, and take over what a killed one had claimed once its lease has ended.
 */
export function startWorker(setup: Setup, effects: Effects, own: readonly OwnInvariant[] = []): Worker {
  const owner = `${hostname()}/${process.pid}/${randomUUID().slice(0, 8)}`;
  const { pollMs, concurrency } = setup.settings;
  const idleMs = setup.database.kind === 'embedded' ? Math.max(pollMs, 1_000) : pollMs;
  let stopping = false;
  const failed = (job: string) => (error: Error) => setup.log('error', `${job} failed and will be tried again.`, { error: error.message });
  const slots = inFlight();

  const importing = loop(
    async () => {
      const free = concurrency - slots.taken;
      const ranges = free > 0 ? await claimRanges(setup, owner, free, Math.max(1, Math.ceil(concurrency / 2))) : [];
      for (const range of ranges) {
        slots.hold((alive) => {
          const mayGoOn = (): boolean => {
            alive();
            return stopping;
          };
          return readRange(setup, owner, range, mayGoOn).finally(() => loops.import.wake());
        });
      }
      if (ranges.length > 0) return slots.taken < concurrency;
      for (const world of await finishImports(setup)) setup.feed.tell({ kind: 'import', ...world });
      return false;
    },
    { idleMs: Math.min(idleMs, 500), failed: failed('Importing') },
  );
  const fetches = inFlight();
  const loops: Record<Job, Loop> & { report?: Loop } = {
    import: importing,
    apply: loop(
      async () => {
        const applied = await applyBatch(setup, effects, BATCH);
        if (applied > 0 && applied < BATCH / 4) await new Promise((done) => setTimeout(done, GATHER_MS));
        return applied > 0;
      },
      { idleMs, failed: failed('Applying events') },
    ),
    refetch: loop(
      async () => {
        const started = await claimRefetches(setup, owner, Math.max(0, concurrency - fetches.taken));
        for (const one of started) fetches.hold(() => one.finally(() => loops.refetch.wake()));
        return started.length > 0 && fetches.taken < concurrency;
      },
      { idleMs: Math.min(idleMs, Math.max(50, setup.settings.settleMs / 2)), failed: failed('Fetching objects in doubt') },
    ),
    reconcile: loop(async (alive) => (await reconcileStep(setup, alive)) || refreshStep(setup), {
      idleMs: Math.max(idleMs, 1_000),
      failed: failed('Reading the event list'),
    }),
    erase: loop(
      async (alive) => {
        const receipt = await eraseStep(setup, undefined, alive);
        if (receipt !== undefined) setup.feed.tell({ kind: 'connection', account: receipt.account, livemode: receipt.livemode });
        return receipt !== undefined;
      },
      { idleMs, failed: failed('Erasing') },
    ),
    billing: loop((alive) => askTime(setup).then(() => billingStep(setup, alive)), { idleMs, failed: failed('Billing') }),
    ...reporter(setup, own, failed('Looking at the invariants')),
  };
  const tidy = loop(() => retainStep(setup), { idleMs: HOUR_MS, failed: failed('Applying the retention policy') });
  return {
    wake: (job) => loops[job].wake(),
    async stop() {
      stopping = true;
      const ended = Promise.all([...Object.values(loops), tidy].map((one) => one.stop()));
      const landed = ended.then(() => Promise.all([slots.settled(), fetches.settled()]));
      if (!(await endsWithin(setup.settings.stopMs, landed)))
        setup.log('warn', 'A worker was stopped before all of its work had ended; its leases will end by themselves.', { owner });
    },
    stuck() {
      const { stuckMs } = setup.settings;
      const silent = Object.entries(loops).filter(([, one]) => one.silentMs() > stuckMs);
      return [
        ...silent.map(([name]) => name),
        ...(slots.silentMs() > stuckMs ? ['a page'] : []),
        ...(fetches.silentMs() > 5 * stuckMs ? ['a fetch'] : []),
      ];
    },
  };
}

/** The loop that reports how the invariants stand, where there is somebody to report to. */
function reporter(setup: Setup, own: readonly OwnInvariant[], failed: (error: Error) => void): { report?: Loop } {
  const { invariantsReporter, invariantsSeconds } = setup.settings;
  if (invariantsReporter === '') return {};
  const report = reporting(setup, own);
  const step = async (alive: () => void): Promise<boolean> => {
    await report(alive);
    return false;
  };
  return { report: loop(step, { idleMs: invariantsSeconds * 1_000, failed }) };
}
