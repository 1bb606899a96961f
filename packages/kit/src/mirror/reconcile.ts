import { NOW_MS } from '../postgres/database.ts';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { holdConnection } from './hold.ts';
import { startAgain } from './imports.ts';
import { type EventShape, type IncomingEvent, insertEvents } from './inbox.ts';
import { insisting, whenRefused } from './source.ts';

/** Stripe keeps events for 30 days; a day is left for clocks and for the reading itself. */
const EVENTS_KEPT_SECONDS = 29 * 86_400;
/** The event list lags behind the events: what is younger than this is read again next time. */
const HELD_BACK_SECONDS = 60;
/** Read again each time, because an event may become visible after a later one. */
const OVERLAP_SECONDS = 600;

/** An account whose pace would have to be waited for longer is read later: the other accounts come first. */
const PATIENCE_MS = 5_000;

interface Due extends World {
  readonly events_from: number;
  readonly now: number;
}

export interface Reconciled extends World {
  /** Events that no webhook had brought. */
  readonly recovered: number;
  readonly requests: number;
  /** Set when events were missed for longer than Stripe keeps them: everything is listed again. */
  readonly gap?: string;
}

/** Reads the event list of the one account that has waited longest. Answers true when there was one. */
export async function reconcileStep(setup: Setup, alive: () => void = () => {}): Promise<boolean> {
  const minutes = setup.settings.reconcileMinutes;
  if (minutes <= 0) return false;
  const [due] = await setup.database.query<Due>(
    `update annex.imports i set lease_until_ms = ${NOW_MS} + $2::bigint
     from (
       select account, livemode from annex.imports join annex.connections c using (account, livemode)
       where c.state = 'connected' and imports.state in ('running', 'done') and reconciled_ms < ${NOW_MS} - $1::bigint and imports.lease_until_ms < ${NOW_MS}
       order by reconciled_ms limit 1
     ) p
     where i.account = p.account and i.livemode = p.livemode and i.lease_until_ms < ${NOW_MS}
     returning i.account, i.livemode, i.events_from, ${NOW_MS} / 1000 as now`,
    [minutes * 60_000, setup.settings.leaseMs * 10],
  );
  if (due === undefined) return false;
  await reconcile(setup, due, alive);
  return true;
}

/** Reads the event list of one account since the last time, and puts what is new into the inbox. Throws nothing but database errors. */
export async function reconcile(setup: Setup, world: World, alive: () => void = () => {}): Promise<Reconciled> {
  const key = [world.account, world.livemode];
  const [due] = await setup.database.query<Due>(
    `select account, livemode, events_from, ${NOW_MS} / 1000 as now from annex.imports where account = $1 and livemode = $2`,
    key,
  );
  if (due === undefined) return { ...world, recovered: 0, requests: 0 };
  const missed = due.now - due.events_from;
  const gap =
    missed > EVENTS_KEPT_SECONDS
      ? `Events were last read ${Math.floor(missed / 86_400)} days ago, and Stripe keeps them for 30: everything is listed again.`
      : undefined;
  let read = { recovered: 0, requests: 0 };
  try {
    read = await readEvents(setup, due, alive);
  } catch (error) {
    if (isRefusal(error, 'revoked', 'key')) await whenRefused(setup, world, error);
    else setup.log('warn', 'The event list could not be read; it will be tried again.', { ...world, error: (error as Error).message });
    // Sooner than the regular time, but not at once.
    await setup.database.query(`update annex.imports set lease_until_ms = ${NOW_MS} + 60000 where account = $1 and livemode = $2`, key);
    return { ...world, ...read };
  }
  await setup.database.transaction(async (tx) => {
    if (!(await holdConnection(tx, world))) return;
    await tx.query(
      `update annex.imports set events_from = greatest(events_from, $3::bigint), reconciled_ms = ${NOW_MS}, lease_until_ms = 0, gap = coalesce($4, gap)
       where account = $1 and livemode = $2`,
      [...key, due.now - HELD_BACK_SECONDS - OVERLAP_SECONDS, gap ?? null],
    );
    if (gap !== undefined) await startAgain(tx, setup, world);
  });
  if (gap !== undefined) setup.log('warn', gap, { ...world });
  if (read.recovered > 0)
    setup.log('info', 'Events that no webhook had brought were found in the event list.', { ...world, recovered: read.recovered });
  setup.wake(gap === undefined ? 'apply' : 'import');
  return { ...world, ...read, ...(gap === undefined ? {} : { gap }) };
}

async function readEvents(
  setup: Setup,
  { account, livemode, events_from }: Due,
  alive: () => void,
): Promise<{ recovered: number; requests: number }> {
  let after: string | undefined;
  let recovered = 0;
  for (let requests = 1; ; requests++) {
    const query: [string, string][] = [
      ['limit', '100'],
      ['created[gte]', String(events_from)],
    ];
    if (after !== undefined) query.push(['starting_after', after]);
    const answer = await insisting(setup, { account, livemode }, { path: '/v1/events', query, patienceMs: PATIENCE_MS });
    alive();
    const page = JSON.parse(answer.text) as { data: EventShape[]; has_more: boolean };
    const events = page.data.map(
      (event): IncomingEvent => ({ account, livemode, source: 'reconcile', event, body: JSON.stringify(event) }),
    );
    if (events.length > 0) recovered += (await insertEvents(setup.database, events)).length;
    after = page.data.at(-1)?.id;
    if (recovered > 0) setup.wake('apply');
    if (!page.has_more || after === undefined) return { recovered, requests };
  }
}
