import {
  type Change,
  type Draft,
  type Happening,
  type Ids,
  newId,
  type StoredAnswer,
  type StripeObject,
  type Write,
  worldKey,
} from '../engine/index.ts';

/** An event as it was recorded, with what routing needs to know. */
export interface RecordedEvent {
  readonly id: string;
  readonly type: string;
  readonly account: string;
  readonly livemode: boolean;
  readonly created: number;
  readonly onlyFor: string | undefined;
}

/** Who will be told of an event: answers the deliveries to store in the same change. */
export type RouteEvent = (event: RecordedEvent) => readonly Write[];

export interface Recording {
  readonly apiVersion: (account: string) => string;
  readonly route: RouteEvent;
  /** Unix seconds of the platform's clock: an event happens now, whatever test clock its object lives on. */
  readonly now: number;
}

/** Events about a payment intent, its charges and refunds carry a `3`, all others a `1` (api-and-events 2.1). */
const prefixed = (type: string): string => (/^(payment_intent|charge|refund)\./.test(type) ? 'payment_intent' : 'event');

function eventWrites(happening: Happening, ids: Ids, recording: Recording): Write[] {
  const { world, type, text, previous, actor } = happening;
  const { now } = recording;
  const id = newId(ids, { object: prefixed(type), prefix: 'evt_', world, now });
  const event: RecordedEvent = { id, type, account: world.account, livemode: world.livemode, created: now, onlyFor: happening.onlyFor };
  const deliveries = recording.route(event);
  const request = JSON.stringify({ id: actor.requestId, idempotency_key: actor.idempotencyKey });
  const before = previous === undefined ? '' : `,"previous_attributes":${JSON.stringify(previous)}`;
  const body =
    `{"id":"${id}","object":"event","api_version":"${recording.apiVersion(world.account)}","created":${now},"data":{"object":${text}${before}},` +
    `"livemode":${world.livemode},"pending_webhooks":${deliveries.length},"request":${request},"type":"${type}"}`;
  const value = { id, object: 'event', created: now, type } as StripeObject;
  return [{ world: worldKey(world), object: 'event', id, created: now, text: body, deleted: false, value }, ...deliveries];
}

/** One change: the objects of a draft, their events, and the deliveries that those events owe. */
export function record(draft: Draft, recording: Recording, answer?: StoredAnswer): { change: Change; eventIds: string[] } {
  const writes = draft.writes();
  const eventIds: string[] = [];
  for (const happening of draft.happenings) {
    const made = eventWrites(happening, draft.ids, recording);
    eventIds.push(made[0]!.id);
    writes.push(...made);
  }
  return { change: answer === undefined ? { writes } : { writes, answer }, eventIds };
}
