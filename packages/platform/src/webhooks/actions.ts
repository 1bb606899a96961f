import { defaultObject } from '@annex/contract';
import {
  type Draft,
  invalid,
  NOBODY,
  newId,
  noSuch,
  type StripeError,
  type StripeObject,
  SYSTEM,
  type World,
  type Write,
  worldKey,
} from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { DELIVERY, type DeliveryRecord, deliveryId, deliveryWrite, ENDPOINT, type EndpointRecord, TEST_EVENT } from './records.ts';
import { LONGEST_OVERLAP } from './schedule.ts';

/** What people may do about webhooks beside the API: roll a secret, send again, send a test. */

const disabledEndpoint = (id: string): StripeError =>
  invalid(`The webhook endpoint '${id}' is disabled. Enable it first: POST /v1/webhook_endpoints/${id} with disabled=false.`, 'endpoint');

const badOverlap = (seconds: unknown): StripeError =>
  invalid(`keep_old_for is ${String(seconds)}; give seconds from 0 to ${LONGEST_OVERLAP} (one day).`, 'keep_old_for');

/** The endpoint and the world it lives in, or a refusal that names it. */
export function endpointById(platform: Platform, id: string): { world: World; endpoint: StripeObject } {
  const world = platform.store.locate('webhook_endpoint', id);
  const row = world === undefined ? undefined : platform.store.row(world, 'webhook_endpoint', id);
  if (world === undefined || row === undefined) throw noSuch('webhook endpoint', id, { param: 'endpoint', inPath: true });
  return { world, endpoint: JSON.parse(row.text) as StripeObject };
}

export function endpointRecord(platform: Platform, world: World, id: string): EndpointRecord {
  return JSON.parse(platform.store.row(world, ENDPOINT, id)!.text) as EndpointRecord;
}

/** A new secret; the old one signs beside it for `keepOldFor` seconds. */
export function rollSecret(platform: Platform, id: string, keepOldFor: number = LONGEST_OVERLAP): EndpointRecord {
  if (!Number.isInteger(keepOldFor) || keepOldFor < 0 || keepOldFor > LONGEST_OVERLAP) throw badOverlap(keepOldFor);
  const { world } = endpointById(platform, id);
  const draft = draftIn(platform, world);
  const before = draft.get(ENDPOINT, id) as EndpointRecord;
  const old = keepOldFor === 0 ? { old_secret: null, old_until: null } : { old_secret: before.secret, old_until: draft.now + keepOldFor };
  const after = draft.set(before, { secret: `whsec_${draft.random(32)}`, ...old }, { event: null });
  platform.commit(draft);
  return after as EndpointRecord;
}

const draftIn = (platform: Platform, world: World): Draft => platform.engine.draft(world, platform.clock.now(), NOBODY);

/** Sends an event to an endpoint (again), outside the schedule; the same event id, a new signature. */
export function resend(platform: Platform, sending: { event: string; world: World; endpoint: string }): DeliveryRecord {
  const { store } = platform;
  const { world: ofEndpoint, endpoint } = endpointById(platform, sending.endpoint);
  const id = deliveryId(sending.event, sending.endpoint);
  const row = store.row(SYSTEM, DELIVERY, id);
  if (row !== undefined) return ask(platform, JSON.parse(row.text) as DeliveryRecord, endpoint);
  const event = store.row(sending.world, 'event', sending.event);
  if (event === undefined) throw noSuch('event', sending.event, { param: 'event', inPath: true });
  const { type } = JSON.parse(event.text) as StripeObject;
  return ask(platform, newDelivery(platform, sending, { type, created: platform.clock.now(), ofEndpoint, endpoint }), endpoint);
}

function ask(platform: Platform, delivery: DeliveryRecord, endpoint: StripeObject): DeliveryRecord {
  if (endpoint.status !== 'enabled') throw disabledEndpoint(endpoint.id);
  const asked: DeliveryRecord = { ...delivery, asked: delivery.asked + 1 };
  platform.store.commit({ writes: [deliveryWrite(asked)] });
  return asked;
}

interface Owed {
  readonly type: string;
  readonly created: number;
  readonly ofEndpoint: World;
  readonly endpoint: StripeObject;
}

/** A delivery outside the routing table: it has no schedule, only what a person asks for. */
function newDelivery(platform: Platform, sending: { event: string; world: World }, owed: Owed): DeliveryRecord {
  return {
    id: deliveryId(sending.event, owed.endpoint.id),
    object: 'annex.delivery',
    event: sending.event,
    type: owed.type,
    account: sending.world.account,
    livemode: sending.world.livemode,
    endpoint: owed.endpoint.id,
    owner: owed.ofEndpoint.account,
    endpoint_livemode: owed.ofEndpoint.livemode,
    version: owed.endpoint.api_version ?? platform.versions.of(owed.ofEndpoint.account),
    application: owed.endpoint.application ?? null,
    state: 'failed',
    retry_at: null,
    tries: 0,
    asked: 0,
    counted: false,
    acknowledged_at: null,
    reason: null,
    attempts: [],
    created: owed.created,
  };
}

const unknownType = (type: string): StripeError =>
  invalid(
    `'${type}' is no event type of this API version. Take one of the types that enabled_events knows, such as customer.created.`,
    'type',
  );

/**
 * Sends an invented event of a type to one endpoint. Like Stripe's, it is in no list and cannot be retrieved; its object
 * is the contract's example, so that handlers meet the right shape.
 */
export function sendTest(platform: Platform, test: { endpoint: string; type: string; account?: string | undefined }): DeliveryRecord {
  const { contract, ids } = platform.engine;
  if (!contract.eventTypes.has(test.type)) throw unknownType(test.type);
  const { world: ofEndpoint, endpoint } = endpointById(platform, test.endpoint);
  const now = platform.clock.now();
  const account = endpoint.application === null ? ofEndpoint.account : (test.account ?? 'acct_00000000000000');
  const world: World = { account, livemode: ofEndpoint.livemode };
  const object = contract.eventPayload(test.type) ?? 'event';
  const prefix = contract.idPrefix(object) ?? `${object}_`;
  const shown = defaultObject(contract, object, { id: `${prefix}00000000000000`, created: now, livemode: world.livemode });
  const id = newId(ids, { object: 'event', prefix: 'evt_', world, now });
  const event = {
    id,
    object: 'event',
    api_version: contract.api,
    created: now,
    data: { object: shown },
    livemode: world.livemode,
    pending_webhooks: 1,
    request: { id: null, idempotency_key: null },
    type: test.type,
  };
  const delivery = { ...newDelivery(platform, { event: id, world }, { type: test.type, created: now, ofEndpoint, endpoint }), asked: 1 };
  if (endpoint.status !== 'enabled') throw disabledEndpoint(endpoint.id);
  platform.store.commit({ writes: [testEventWrite(event), deliveryWrite(delivery)] });
  return delivery;
}

const testEventWrite = (event: { id: string; created: number }): Write => ({
  world: worldKey(SYSTEM),
  object: TEST_EVENT,
  id: event.id,
  created: event.created,
  text: JSON.stringify(event),
  deleted: false,
});
