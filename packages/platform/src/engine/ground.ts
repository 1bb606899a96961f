import type { Contract } from '@annex/contract';
import type { Resources, SubList } from './behaviour.ts';
import type { Ids } from './ids.ts';
import type { Overlay } from './overlay.ts';
import type { StoreRead, Write } from './store.ts';
import { type Fields, type StripeObject, type World, worldKey } from './world.ts';

/** On whose behalf a draft is made; `null`s where the platform itself acts (renewals, retries). */
export interface Actor {
  /** `ca_…` of the extension that acts for the account. */
  readonly application: string | null;
  readonly requestId: string | null;
  readonly idempotencyKey: string | null;
}

export const NOBODY: Actor = { application: null, requestId: null, idempotencyKey: null };

/** What a draft is made from. Time is given in unix seconds. */
export interface Ground {
  readonly store: StoreRead;
  readonly contract: Contract;
  readonly resources: Resources;
  readonly ids: Ids;
  readonly now: number;
  readonly actor: Actor;
  /** Whether Stripe's limits on test clocks hold (`--unlimited-clocks` lifts them). */
  readonly limits: boolean;
  /** Where people find the platform's pages: `http://127.0.0.1:12111`. */
  readonly origin: string;
  /** The paths that the answer will be expanded by. */
  readonly expand: readonly string[];
  /** Nobody hears of what happens: no event is made. */
  readonly silent?: boolean;
}

/** An event that happened in a draft; it becomes an `event` object when the change is recorded. */
export interface Happening {
  readonly world: World;
  readonly type: string;
  /** The JSON of `data.object` at that moment. */
  readonly text: string;
  readonly previous: Fields | undefined;
  readonly actor: Actor;
  /** The delivered copy of an application's own event goes to this application alone. */
  readonly onlyFor: string | undefined;
}

/** An object entered a state: what `settle` looks up in the table of consequences. */
export interface Transition {
  readonly world: World;
  readonly object: string;
  readonly id: string;
  readonly now: number;
  readonly before: StripeObject | undefined;
  readonly after: StripeObject;
}

/** One object as a draft has it. */
export interface Entry {
  readonly world: World;
  before: StripeObject | undefined;
  value: StripeObject;
  text: string | undefined;
  state: 'kept' | 'stub' | 'gone';
  touched: boolean;
}

/** An entry as it is stored. What has no time of its own counts as made now. */
export function writeOf(entry: Entry, now: number): Write {
  const { value } = entry;
  entry.text ??= JSON.stringify(value);
  return {
    world: worldKey(entry.world),
    object: value.object,
    id: value.id,
    created: typeof value.created === 'number' ? value.created : typeof value.date === 'number' ? value.date : now,
    text: entry.state === 'gone' ? null : entry.text,
    deleted: entry.state !== 'kept',
    value,
  };
}

/** What all views of one draft share. */
export interface Core {
  readonly ground: Ground;
  readonly entries: Overlay;
  readonly happenings: Happening[];
  readonly transitions: Transition[];
  readonly staleParents: Map<string, { world: World; list: SubList; id: string }>;
  readonly writes: Write[];
}

export interface InsertOptions {
  /** The event type, where it is not `<object>.created`; `null` for none. */
  readonly event?: string | null;
}
export interface SetOptions {
  /** The event type(s) beside or instead of `<object>.updated`; `null` for none. */
  readonly event?: string | readonly string[] | null;
}
export interface EmitOptions {
  readonly previous?: Fields;
  /** `ca_…`: the application that alone is told. */
  readonly onlyFor?: string;
  /** No request made it: `request` has nulls, whoever is acting. */
  readonly automatic?: boolean;
}
