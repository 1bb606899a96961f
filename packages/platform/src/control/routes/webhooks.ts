import { noSuch, type StripeObject } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { endpointById, endpointRecord, resend as resendIt, rollSecret as rollIt, sendTest } from '../../webhooks/actions.ts';
import { deliveryById, deliveries as findDeliveries, sentBy } from '../../webhooks/read.ts';
import { type Attempt, type DeliveryRecord, eventWorld } from '../../webhooks/records.ts';
import type { ControlRoute, ShortRoute } from '../route.ts';

/** A delivery in a list: without its attempts' details. */
export type ListedDelivery = Omit<DeliveryRecord, 'attempts'> & { attempts: number; last_status: number | null; last_error: string | null };

const listed = (delivery: DeliveryRecord): ListedDelivery => {
  const last = delivery.attempts.at(-1);
  const { attempts, ...rest } = delivery;
  return { ...rest, attempts: attempts.length, last_status: last?.status ?? null, last_error: last?.error ?? null } as ListedDelivery;
};

export interface DeliveryQuery {
  endpoint?: string;
  event?: string;
  account?: string;
  owner?: string;
  livemode?: boolean;
  type?: string;
  state?: string;
  limit?: number;
  starting_after?: string;
}

const deliveries: ControlRoute<DeliveryQuery, { data: ListedDelivery[]; has_more: boolean }> = {
  method: 'GET',
  path: '/deliveries',
  sentence: 'What webhooks owe or owed, one per event and endpoint, newest first.',
  shape: {
    endpoint: { type: 'string', sentence: 'Only deliveries to this endpoint (`we_…`).' },
    event: { type: 'string', sentence: 'Only deliveries of this event (`evt_…`).' },
    account: { type: 'string', sentence: 'Only events of this account.' },
    owner: { type: 'string', sentence: 'Only endpoints of this account.' },
    livemode: { type: 'boolean', sentence: 'Only live (true) or test events (false).' },
    type: { type: 'string', sentence: 'Only events of this type.' },
    state: { type: 'string', sentence: 'Only deliveries in this state.', oneOf: ['pending', 'delivered', 'failed'] },
    limit: { type: 'number', sentence: 'How many at most; 50 unless told.' },
    starting_after: { type: 'string', sentence: 'Only deliveries older than this one.' },
  },
  answers: '`{data: [{id, event, type, account, endpoint, state, retry_at, tries, attempts, last_status, …}], has_more}`',
  run: ({ platform }, query) => {
    const { state, ...rest } = query;
    const found = findDeliveries(platform, { ...rest, state: state as DeliveryRecord['state'] | undefined });
    return { data: found.data.map(listed), has_more: found.has_more };
  },
};

export type ShownAttempt = Attempt & { request: { headers: Record<string, string>; body: string } };

const delivery: ShortRoute<{ id: string }, Omit<DeliveryRecord, 'attempts'> & { attempts: ShownAttempt[] }> = {
  method: 'GET',
  path: '/deliveries/{id}',
  sentence: 'One delivery with every attempt: what was sent, what came back, how long it took, when it is tried next.',
  shape: { id: { type: 'string', required: true, sentence: 'The id of the delivery: `evt_….we_…`.' } },
  short: 'id',
  answers: 'the delivery; each attempt with `request: {headers, body}`',
  run: ({ platform }, { id }) => {
    const found = deliveryById(platform, id);
    if (found === undefined) throw noSuch('delivery', id, { param: 'id', inPath: true });
    return { ...found, attempts: found.attempts.map((attempt) => ({ ...attempt, request: sentBy(platform, found, attempt) })) };
  },
};

const resend: ShortRoute<{ id: string }, ListedDelivery> = {
  method: 'POST',
  path: '/deliveries/{id}/resend',
  sentence: 'Sends an event to its endpoint once more, now. Retries that are planned stay planned.',
  shape: { id: { type: 'string', required: true, sentence: 'The id of the delivery: `evt_….we_…`.' } },
  short: 'id',
  answers: 'the delivery',
  run: ({ platform }, { id }) => {
    const found = deliveryById(platform, id);
    if (found === undefined) throw noSuch('delivery', id, { param: 'id', inPath: true });
    return listed(resendIt(platform, { event: found.event, world: eventWorld(found), endpoint: found.endpoint }));
  },
};

/** An endpoint with what the API does not show of it. */
export type ShownEndpoint = StripeObject & { account: string; secret: string; old_until: number | null; failing_since: number | null };

function shownEndpoint(platform: Platform, id: string): ShownEndpoint {
  const { world, endpoint } = endpointById(platform, id);
  const { secret, old_until, failing_since } = endpointRecord(platform, world, id);
  return { ...endpoint, account: world.account, secret, old_until, failing_since };
}

const webhookEndpoint: ShortRoute<{ id: string }, ShownEndpoint> = {
  method: 'GET',
  path: '/webhook_endpoints/{id}',
  sentence: 'A webhook endpoint with its secret and health.',
  shape: { id: { type: 'string', required: true, sentence: 'The id of the endpoint (`we_…`).' } },
  short: 'id',
  answers: 'the endpoint with `account`, `secret`, `old_until`, `failing_since`',
  run: ({ platform }, { id }) => shownEndpoint(platform, id),
};

const rollSecret: ShortRoute<{ id: string; keep_old_for?: number }, ShownEndpoint> = {
  method: 'POST',
  path: '/webhook_endpoints/{id}/roll_secret',
  sentence: 'Gives an endpoint a new secret; the old one goes on signing beside it for a while.',
  shape: {
    id: { type: 'string', required: true, sentence: 'The id of the endpoint (`we_…`).' },
    keep_old_for: { type: 'number', sentence: 'Seconds that both secrets sign; one day unless told, 0 for not at all.' },
  },
  short: 'id',
  answers: 'the endpoint with its new `secret`',
  run: ({ platform }, { id, keep_old_for }) => {
    rollIt(platform, id, keep_old_for);
    return shownEndpoint(platform, id);
  },
};

const testEndpoint: ControlRoute<{ id: string; type: string; account?: string }, ListedDelivery> = {
  method: 'POST',
  path: '/webhook_endpoints/{id}/test',
  sentence: 'Sends an invented event to one endpoint. It is in no list and cannot be retrieved.',
  shape: {
    id: { type: 'string', required: true, sentence: 'The id of the endpoint (`we_…`).' },
    type: { type: 'string', required: true, sentence: 'The event type, for example `invoice.paid`.' },
    account: { type: 'string', sentence: 'What `account` says, where the endpoint listens to connected accounts.' },
  },
  answers: 'the delivery',
  run: ({ platform }, { id, type, account }) => listed(sendTest(platform, { endpoint: id, type, account })),
};

export const webhookRoutes = { deliveries, delivery, resend, webhookEndpoint, rollSecret, testEndpoint };
