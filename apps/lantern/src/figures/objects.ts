import { mirroredObjects, type Query } from '@annex/kit';
import { OBJECTS } from '../objects.ts';
import type { Place } from '../web/place.ts';

/** A row of the mirror, with what is known about when it was so. */
export interface StoredObject {
  readonly object: string;
  readonly id: string;
  readonly deleted: boolean;
  /** It was so at an instant between the two, in ms on Stripe's clock. */
  readonly lo: number;
  readonly hi: number;
  /** Two observations contradict each other; it is being fetched again. */
  readonly dirty: boolean;
  readonly changed_ms: number;
  readonly data: Readonly<Record<string, unknown>>;
}

export const isReadObject = (object: string): boolean => OBJECTS.includes(object);

export async function storedObject(on: Query, { account, livemode }: Place, object: string, id: string): Promise<StoredObject | undefined> {
  const table = mirroredObjects.find((one) => one.object === object)?.table;
  if (table === undefined || !isReadObject(object)) return undefined;
  const [row] = await on.query<Omit<StoredObject, 'object'>>(
    `select id, deleted, lo, hi, dirty, changed_ms, data from mirror.${table} where account = $1 and livemode = $2 and id = $3`,
    [account, livemode, id],
  );
  return row === undefined ? undefined : { object, ...row };
}

export interface ObjectEvent {
  readonly id: string;
  readonly type: string;
  readonly created: number;
  readonly received_ms: number;
  readonly source: string;
  readonly state: string;
  /** Null once the body is no longer kept. */
  readonly body: Readonly<Record<string, unknown>> | null;
}

/** The events about an object that Lantern has received, newest first. */
export function objectEvents(on: Query, { account, livemode }: Place, object: string, id: string): Promise<ObjectEvent[]> {
  return on.query<ObjectEvent>(
    `select id, type, created, received_ms, source, state, body from annex.inbox
     where account = $1 and livemode = $2 and object = $3 and object_id = $4 order by created desc, id desc limit 100`,
    [account, livemode, object, id],
  );
}

export async function eventById(
  on: Query,
  { account, livemode }: Place,
  id: string,
): Promise<(ObjectEvent & { object: string; object_id: string }) | undefined> {
  const [event] = await on.query<ObjectEvent & { object: string; object_id: string }>(
    `select id, type, created, received_ms, source, state, body, object, object_id from annex.inbox
     where account = $1 and livemode = $2 and id = $3`,
    [account, livemode, id],
  );
  return event;
}
