import {
  type Change,
  type Draft,
  type Happening,
  newId,
  type StoredAnswer,
  type StripeObject,
  type Write,
  worldKey,
} from '../engine/index.ts';
import { lookInto } from '../versions/look.ts';
import { eventText, type FrozenEvent, renderingWrite } from '../versions/rendering.ts';

/** An event as it was recorded, with what routing needs to know. */
export interface RecordedEvent {
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly livemode: boolean;
  readonly created: number;
  readonly onlyFor: string | undefined;
}

/** A delivery that an event owes, and the API version that it is to be told in. */
export interface Owed {
  readonly write: Write;
  readonly version: string;
}

/** Who will be told of an event: answers the deliveries to store in the same change. */
export type RouteEvent = (event: RecordedEvent) => readonly Owed[];

export interface Recording {
  /** The default version of an account: its events are told in it for good. */
  readonly apiVersion: (account: string) => string;
  /** The version that objects are stored in. */
  readonly model: string;
  readonly route: RouteEvent;
  /** Unix seconds of the platform's clock: an event happens now, whatever test clock its object lives on. */
  readonly now: number;
}

/** Events about a payment intent, its charges and refunds carry a `3`, all others a `1` (api-and-events 2.1). */
const prefixed = (type: string): string => (/^(payment_intent|charge|refund)\./.test(type) ? 'payment_intent' : 'event');

function eventWrites(happening: Happening, recording: Recording, draft: Draft): Write[] {
  const { world, type, text, previous, actor } = happening;
  const { now } = recording;
  const id = newId(draft.ids, { object: prefixed(type), prefix: 'evt_', world, now });
  const event: RecordedEvent = { id, type, account: world.account, livemode: world.livemode, created: now, onlyFor: happening.onlyFor };
  const owed = recording.route(event);
  const request = JSON.stringify({ id: actor.requestId, idempotency_key: actor.idempotencyKey });
  const before = previous === undefined ? '' : `,"previous_attributes":${JSON.stringify(previous)}`;
  const frozen: FrozenEvent = {
    id,
    world: worldKey(world),
    created: now,
    parts: [
      `{"id":"${id}","object":"event","api_version":"`,
      `","created":${now},"data":`,
      `,"livemode":${world.livemode},"pending_webhooks":${owed.length},"request":${request},"type":"${type}"}`,
    ],
    data: `{"object":${text}${before}}`,
  };
  const own = recording.apiVersion(world.account);
  const look = lookInto(draft.in(world));
  const value = { id, object: 'event', created: now, type } as StripeObject;
  const row = { world: frozen.world, object: 'event', id, created: now, text: eventText(frozen, own, look), deleted: false, value };
  return [row, ...otherVersions(own, owed, recording.model).map((version) => renderingWrite(frozen, version, look)), ...writesOf(owed)];
}

const writesOf = (owed: readonly Owed[]): Write[] => owed.map((each) => each.write);

/** The versions beside the event's own in which it is kept: those it is owed in, and the model's. */
function otherVersions(own: string, owed: readonly Owed[], model: string): readonly string[] {
  if (own === model && owed.every((each) => each.version === own)) return [];
  const versions = new Set([model, ...owed.map((each) => each.version)]);
  versions.delete(own);
  return [...versions];
}

/** One change: the objects of a draft, their events, and the deliveries that those events owe. */
export function record(draft: Draft, recording: Recording, answer?: StoredAnswer): { change: Change; eventIds: string[] } {
  const writes = draft.writes();
  const eventIds: string[] = [];
  for (const happening of draft.happenings) {
    const made = eventWrites(happening, recording, draft);
    eventIds.push(made[0]!.id);
    writes.push(...made);
  }
  return { change: answer === undefined ? { writes } : { writes, answer }, eventIds };
}
