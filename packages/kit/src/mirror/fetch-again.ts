import type { Setup } from '../setup.ts';
import { isRefusal } from '../wire/refusal.ts';
import type { World } from '../wire/stripe-api.ts';
import { NO_ROW } from './door.ts';
import { type FieldDiff, fieldDiffs } from './field-diff.ts';
import { fetchWhole, storeFound } from './refetch.ts';
import { whenRefused } from './source.ts';

/**
 * What a fetch of one object found, beside what the mirror had. `same`: nothing changed. `changed`: `fields` says where. `found`: the
 * mirror did not have it, or had it as deleted. `gone`: Stripe does not have it any more. `unknown`: neither has it. `overtaken`: newer
 * observations came in between each time, so that nothing was stored; or the account has left.
 */
export interface FetchedAgain {
  readonly outcome: 'same' | 'changed' | 'found' | 'gone' | 'unknown' | 'overtaken';
  /** At most 50. */
  readonly fields: readonly FieldDiff[];
}

const TRIES = 3;

/**
 * Fetches one object now, whether it is in doubt or not, and stores it by the same door as ever. Throws `Refusal` where Stripe does not
 * give it (nothing is stored then), and an error for an object type that is not mirrored.
 */
export async function fetchAgain(setup: Setup, world: World, object: string, id: string): Promise<FetchedAgain> {
  const mirrored = setup.objects.get(object);
  if (mirrored === undefined) throw new Error(`${object} is not mirrored. These are: ${[...setup.objects.keys()].join(', ')}.`);
  const select = `select data::text as data, deleted, seen from mirror.${mirrored.table} where account = $1 and livemode = $2 and id = $3`;
  for (let tries = 0; tries < TRIES; tries++) {
    const [before] = await setup.database.query<Before>(select, [world.account, world.livemode, id]);
    const found = await fetchWhole(setup, world, mirrored, id).catch(async (error: unknown) => {
      if (isRefusal(error, 'revoked', 'key')) await whenRefused(setup, world, error);
      throw error;
    });
    // Whoever asks for what never was must not leave a trace of it.
    if (before === undefined && found.deleted) return { outcome: 'unknown', fields: [] };
    if (!(await storeFound(setup, mirrored, { ...world, id }, found, before?.seen ?? NO_ROW))) continue;
    setup.counters.fetched++;
    setup.feed.tell({ kind: 'objects', ...world, object });
    return compared(before, found);
  }
  return { outcome: 'overtaken', fields: [] };
}

interface Before {
  readonly data: string;
  readonly deleted: boolean;
  readonly seen: number;
}

function compared(before: Before | undefined, found: { readonly deleted: boolean; readonly data: string }): FetchedAgain {
  const was = before?.deleted === false;
  if (found.deleted) return { outcome: was ? 'gone' : 'same', fields: [] };
  if (!was) return { outcome: 'found', fields: [] };
  const fields = fieldDiffs(JSON.parse(before!.data), JSON.parse(found.data));
  return { outcome: fields.length === 0 ? 'same' : 'changed', fields };
}
