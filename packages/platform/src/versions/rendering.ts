import type { StoreRead, StripeObject, World, Write } from '../engine/index.ts';
import type { Look } from './change.ts';
import { lookAt } from './look.ts';
import { oldVersion } from './version.ts';

/**
 * An event beside its row in the Events API, at another version: frozen with the event, as Stripe does it. There is one for
 * each version that an endpoint was owed it at, and one of the model's own where the account's default is older.
 */
const RENDERING = 'annex.rendering';

const renderingId = (event: string, version: string): string => `${event}/${version}`;

/** What is frozen of an event: everything but the version of its `data`. */
export interface FrozenEvent {
  readonly id: string;
  readonly world: string;
  readonly created: number;
  /** The JSON before the version, between it and the data, and after the data. */
  readonly parts: readonly [head: string, middle: string, tail: string];
  /** The JSON of `data` as the model has it. */
  readonly data: string;
}

/** `data` at a version; the very text where nothing changed since. */
export function dataAt(version: string, data: string, look: Look): string {
  const old = oldVersion(version);
  if (old === undefined) return data;
  return JSON.stringify(old.downgrade.eventData(JSON.parse(data) as { object: StripeObject }, look));
}

/** The event's JSON at one version. */
export function eventText(event: FrozenEvent, version: string, look: Look): string {
  const [head, middle, tail] = event.parts;
  return `${head}${version}${middle}${dataAt(version, event.data, look)}${tail}`;
}

export const renderingWrite = (event: FrozenEvent, version: string, look: Look): Write => ({
  world: event.world,
  object: RENDERING,
  id: renderingId(event.id, version),
  created: event.created,
  text: eventText(event, version, look),
  deleted: false,
});

interface Stored {
  readonly id: string;
  readonly text: string;
}

const isAt = (text: string, version: string): boolean => text.slice(0, 160).includes(`"api_version":"${version}"`);

/**
 * A stored event at a version: as it was frozen, or, where nobody was owed it at that version, made now from the model's own
 * form. `version` is null for the event's own.
 */
export function eventAt(
  store: StoreRead,
  event: Stored,
  given: { readonly world: World; readonly version: string | null; readonly model: string },
): Stored {
  const { world, version, model } = given;
  if (version === null || isAt(event.text, version)) return event;
  const frozen = store.row(world, RENDERING, renderingId(event.id, version));
  if (frozen !== undefined) return { id: event.id, text: frozen.text };
  const whole = isAt(event.text, model) ? event.text : store.row(world, RENDERING, renderingId(event.id, model))?.text;
  if (whole === undefined) return event;
  const { data, ...rest } = JSON.parse(whole) as { data: { object: StripeObject } };
  const old = oldVersion(version);
  const look = lookAt(store, world);
  return { id: event.id, text: rejoined(rest, version, old === undefined ? data : old.downgrade.eventData(data, look)) };
}

/** Members in the order in which events are recorded. */
function rejoined(rest: Record<string, unknown>, version: string, data: unknown): string {
  const { id, object, api_version: _own, created, ...others } = rest;
  return JSON.stringify({ id, object, api_version: version, created, data, ...others });
}
