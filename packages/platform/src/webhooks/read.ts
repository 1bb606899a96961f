import { SYSTEM } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { eventAt } from '../versions/rendering.ts';
import { deliveryHeaders } from './post.ts';
import { type Attempt, DELIVERY, type DeliveryRecord, eventWorld, TEST_EVENT } from './records.ts';
import { Renderer } from './render.ts';

/** Which deliveries to show; every member narrows. */
export interface DeliveryFilter {
  readonly endpoint?: string | undefined;
  readonly event?: string | undefined;
  /** The account that the events are of. */
  readonly account?: string | undefined;
  /** The account that owns the endpoints. */
  readonly owner?: string | undefined;
  readonly livemode?: boolean | undefined;
  readonly type?: string | undefined;
  readonly state?: DeliveryRecord['state'] | undefined;
  readonly limit?: number | undefined;
  /** A delivery's id: only older ones are shown. */
  readonly starting_after?: string | undefined;
}

const INDEXED = ['endpoint', 'event', 'account', 'owner'] as const;
const SCANNED = ['livemode', 'type', 'state'] as const;

/** Deliveries, newest first. */
export function deliveries(platform: Platform, filter: DeliveryFilter = {}): { data: DeliveryRecord[]; has_more: boolean } {
  const where = INDEXED.filter((name) => filter[name] !== undefined).map((name) => [name, filter[name]] as const);
  const scanned = SCANNED.filter((name) => filter[name] !== undefined);
  const { rows, hasMore } = platform.store.page(SYSTEM, DELIVERY, {
    ...(where.length > 0 && { where }),
    ...(scanned.length > 0 && { filter: (delivery) => scanned.every((name) => delivery[name] === filter[name]) }),
    ...(filter.starting_after !== undefined && { startingAfter: filter.starting_after }),
    limit: filter.limit ?? 50,
  });
  return { data: rows.map((row) => JSON.parse(row.text) as DeliveryRecord), has_more: hasMore };
}

export function deliveryById(platform: Platform, id: string): DeliveryRecord | undefined {
  const row = platform.store.row(SYSTEM, DELIVERY, id);
  return row === undefined ? undefined : (JSON.parse(row.text) as DeliveryRecord);
}

/** What an attempt sent: headers and the body, byte for byte (rendered again from the event; the signature proves it). */
export function sentBy(platform: Platform, delivery: DeliveryRecord, attempt: Attempt): { headers: Record<string, string>; body: string } {
  const { store, engine } = platform;
  const world = eventWorld(delivery);
  const event = store.row(world, 'event', delivery.event) ?? store.row(SYSTEM, TEST_EVENT, delivery.event);
  const account = delivery.application === null ? undefined : delivery.account;
  const { version, pending } = attempt;
  const told = event === undefined ? undefined : eventAt(store, event, { world, version, model: engine.contract.api });
  const body = told === undefined ? '' : new Renderer().body(told, { account, pending });
  return { headers: { ...deliveryHeaders(attempt.signature), 'Content-Length': String(Buffer.byteLength(body)) }, body };
}
