import { type Drift, doctor } from '../mirror/doctor.ts';
import { actingFor } from '../mirror/source.ts';
import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { counted, type Invariant } from './invariant.ts';

/** Object types that are compared at a turn, beside those that were found to differ. */
const TYPES_AT_A_TIME = 4;
/** So many differences of a type are looked at one by one; more would keep the others waiting. */
const LOOKS = 20;
/** An event that is still not here after so many turns is taken for lost. */
const TURNS_ON_ITS_WAY = 3;
/** The event list is read again because of lost events at most every so many turns. */
const TURNS_BETWEEN = 6;
/** Who would have to wait longer for the account's pace looks again at the next turn. */
const PATIENCE_MS = 1_000;

/** What has been seen of one account so far. */
interface Seen {
  turn: number;
  /** By object type: what differs. A type that may not be read is not in it. */
  readonly compared: Map<string, readonly (Drift & { readonly object: string })[]>;
  /** Events that are not in the inbox, and since when (ms). */
  missing: Map<string, number>;
  listed: number;
  askedAt: number;
}

/** Compares accounts with their source, a little at each turn, so that it costs a small part of the account's pace. */
export function sourceCheck(setup: Setup): (world: World, alive: () => void) => Promise<Invariant[]> {
  const seen = new Map<string, Seen>();
  return async (world, alive) => {
    const key = `${world.account}/${world.livemode}`;
    const known = seen.get(key) ?? { turn: 0, compared: new Map(), missing: new Map(), listed: 0, askedAt: 0 };
    seen.set(key, known);
    try {
      await compareSome(setup, world, known, alive);
      await lookForEvents(setup, world, known);
    } catch (error) {
      // What the source does not answer now says nothing about us: what was found before stands.
      if (!isRefusal(error)) throw error;
    }
    return [mirrorInvariant(world, known), eventsInvariant(setup, world, known)];
  };
}

async function compareSome(setup: Setup, world: World, known: Seen, alive: () => void): Promise<void> {
  const all = [...setup.objects.keys()];
  const next = Array.from({ length: Math.min(TYPES_AT_A_TIME, all.length) }, (_, n) => all[(known.turn + n) % all.length]!);
  const differing = [...known.compared].filter(([, drift]) => drift.length > 0).map(([object]) => object);
  known.turn += TYPES_AT_A_TIME;
  const { objects } = await doctor(setup, world, {
    ...{ objects: [...new Set([...differing, ...next])], pages: 1, looks: LOOKS },
    onObject: alive,
  });
  for (const { object, drift, note, unanswered } of objects) {
    if (unanswered) continue;
    if (note?.startsWith('cannot be read')) known.compared.delete(object);
    else
      known.compared.set(
        object,
        drift.map((one) => ({ ...one, object })),
      );
  }
}

async function lookForEvents(setup: Setup, world: World, known: Seen): Promise<void> {
  const query: [string, string][] = [['limit', '100']];
  const answer = await actingFor(setup, world, { path: '/v1/events', query, patienceMs: PATIENCE_MS });
  const { data } = JSON.parse(answer.text) as { data: { id: string; created: number }[] };
  const key = [world.account, world.livemode];
  const rows = await setup.database.query<{ id: string; there: boolean }>(
    `select e.id, i.id is not null as there from unnest($3::text[], $4::bigint[]) as e(id, created)
     join annex.connections c on c.account = $1 and c.livemode = $2 and c.state = 'connected' and e.created * 1000 > c.connected_ms + 1000
     left join annex.inbox i on i.account = $1 and i.livemode = $2 and i.id = e.id`,
    [...key, data.map(({ id }) => id), data.map(({ created }) => created)],
  );
  const now = Date.now();
  known.listed = rows.length;
  known.missing = new Map(rows.filter(({ there }) => !there).map(({ id }) => [id, known.missing.get(id) ?? now]));
  if (lost(setup, known).length > 0 && now - known.askedAt > TURNS_BETWEEN * setup.settings.invariantsSeconds * 1_000) {
    known.askedAt = now;
    await setup.database.query('update annex.imports set reconciled_ms = 0 where account = $1 and livemode = $2', key);
    setup.wake('reconcile');
  }
}

function lost({ settings }: Setup, { missing }: Seen): string[] {
  const patienceMs = TURNS_ON_ITS_WAY * settings.invariantsSeconds * 1_000;
  return [...missing].filter(([, since]) => Date.now() - since > patienceMs).map(([id]) => id);
}

function mirrorInvariant({ account, livemode }: World, { compared }: Seen): Invariant {
  const differing = [...compared.values()].filter((drift) => drift.length > 0);
  const drift = differing.flat();
  return {
    ...{ name: 'mirror_equals_source', title: 'The mirror equals the source', account, livemode },
    ...(compared.size > 0 && { holds: drift.length === 0, kept: compared.size - differing.length, of: compared.size }),
    sentence:
      compared.size === 0
        ? 'Nothing is compared yet.'
        : drift.length === 0
          ? `${counted(compared.size, 'object type')} compared, the newest hundred of each.`
          : `${counted(drift.length, 'object')} with a difference: ${drift
              .slice(0, 3)
              .map(({ object, id, kind, fields }) => `${object} ${id} ${kind}${fields[0] === undefined ? '' : ` (${fields[0].path})`}`)
              .join(', ')}.`,
  };
}

function eventsInvariant(setup: Setup, { account, livemode }: World, known: Seen): Invariant {
  const gone = lost(setup, known);
  return {
    ...{ name: 'no_event_lost', title: 'No event is lost', account, livemode },
    ...{ holds: gone.length === 0, kept: known.listed - known.missing.size, of: known.listed },
    sentence:
      gone.length > 0
        ? `${counted(gone.length, 'event')} did not come; the event list is read again to find what no webhook brought.`
        : known.missing.size > 0
          ? `${counted(known.missing.size, 'event')} on the way.`
          : `${counted(known.listed, 'event')} of the newest in the event list, and all are here.`,
  };
}
