import { isLiveKey } from '../settings.ts';
import type { Setup } from '../setup.ts';
import type { World } from '../wire/stripe-api.ts';
import { type Acknowledged, acknowledgedCheck } from './acknowledged.ts';
import { inboxInvariants } from './inbox.ts';
import type { Invariant, OwnInvariant } from './invariant.ts';
import { sourceCheck } from './source.ts';
import { strangersInvariant } from './strangers.ts';

/** How long the platform may take to take a report. */
const TIMEOUT_MS = 5_000;

/** Answers a step that looks at all invariants and tells the platform how they stand, for each application of ours. */
export function reporting(setup: Setup, own: readonly OwnInvariant[]): (alive: () => void) => Promise<void> {
  const check = sourceCheck(setup);
  const acknowledged = acknowledgedCheck(setup);
  let toldOff = false;
  return async (alive) => {
    for (const app of setup.settings.apps) {
      const livemode = isLiveKey(app);
      const invariants = [
        ...(await ofAccounts(setup, livemode, (world) => check(world, alive), own)),
        ...(await inboxInvariants(setup, livemode)),
        acknowledged.invariant(),
        await strangersInvariant(setup),
        workerInvariant(setup),
      ];
      try {
        await acknowledged.add(await post(setup, app.clientId, invariants));
        toldOff = false;
      } catch (error) {
        if (!toldOff) setup.log('warn', 'The state of the invariants could not be reported.', { error: (error as Error).message });
        toldOff = true;
      }
    }
  };
}

async function ofAccounts(
  setup: Setup,
  livemode: boolean,
  check: (world: World) => Promise<Invariant[]>,
  own: readonly OwnInvariant[],
): Promise<Invariant[]> {
  const worlds = await setup.database.query<World & { complete: boolean }>(
    `select account, livemode, coalesce(i.state = 'done', false) as complete from annex.connections c left join annex.imports i using (account, livemode)
     where c.state = 'connected' and livemode = $1 order by c.connected_ms`,
    [livemode],
  );
  const found = await Promise.all(
    worlds.map(async ({ account, livemode, complete }): Promise<Invariant[]> => {
      const about = { account, livemode };
      if (!complete) {
        const { name, title } = { name: 'mirror_equals_source', title: 'The mirror equals the source' };
        return [{ name, title, ...about, sentence: 'Its history is being imported.' }];
      }
      const ours = own.map(async ({ name, title, look }) => ({ name, title, ...about, ...(await look(about, setup.database)) }));
      return [...(await check(about)), ...(await Promise.all(ours))];
    }),
  );
  return found.flat();
}

function workerInvariant(setup: Setup): Invariant {
  const stuck = setup.stuck();
  return {
    ...{ name: 'worker_lives', title: 'Every part of the worker lives' },
    holds: stuck.length === 0,
    sentence: stuck.length === 0 ? 'All loops turn.' : `No sign of life from: ${stuck.join(', ')}.`,
  };
}

async function post(setup: Setup, extension: string, invariants: readonly Invariant[]): Promise<Acknowledged[]> {
  const { invariantsReporter: url, invariantsSeconds: every } = setup.settings;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ extension, every, invariants }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  const answer = (await response.json()) as { acknowledged?: Acknowledged[]; error?: { message: string } };
  if (!response.ok) throw new Error(answer.error?.message ?? `${url} answered ${response.status}.`);
  return answer.acknowledged ?? [];
}
