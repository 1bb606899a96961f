import { type StripeObject, SYSTEM, type World, type Write, worldKey } from '../engine/index.ts';

/** The kinds of record that webhooks keep beside Stripe's objects. */
export const DELIVERY = 'annex.delivery';
export const ENDPOINT = 'annex.endpoint';
export const TEST_EVENT = 'annex.test_event';

/** One POST to an endpoint and what came of it. The body is not kept: it is rendered again from the event (`render`). */
export interface Attempt {
  /** Milliseconds of the platform's clock. */
  readonly at: number;
  /** Milliseconds from the first byte sent to the last byte read. */
  readonly took: number;
  readonly url: string;
  /** The `Stripe-Signature` header as it was sent. */
  readonly signature: string;
  /** What the body said in `pending_webhooks`. */
  readonly pending: number;
  /** The version that the body was rendered in. */
  readonly version: string | null;
  /** `null` where no answer came. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  /** The first 1,000 characters of the answer. */
  readonly answer: string;
  /** Why there was no answer, in a sentence. */
  readonly error: string | null;
  /** Asked for by a person, outside the schedule. */
  readonly manual: boolean;
  /** The fault that made it, where one did. */
  readonly fault?: string;
}

/** What an event owes to one endpoint. Its id is `<event>.<endpoint>`: an event is owed once, however often it is sent. */
export interface DeliveryRecord extends StripeObject {
  object: 'annex.delivery';
  event: string;
  type: string;
  /** The account that the event is of, and the event's mode. */
  account: string;
  livemode: boolean;
  endpoint: string;
  /** The account that owns the endpoint, and the endpoint's mode. */
  owner: string;
  endpoint_livemode: boolean;
  /** The API version that it is told in: the endpoint's, else the default of its owner when the event happened. */
  version: string | null;
  /** `ca_…` where the endpoint listens to connected accounts. */
  application: string | null;
  state: 'pending' | 'delivered' | 'failed';
  /** Unix seconds of the next automatic attempt while the delivery is pending. */
  retry_at: number | null;
  /** Automatic attempts so far. */
  tries: number;
  /** Sends that a person asked for and that have not been made yet. */
  asked: number;
  /** Whether the event's `pending_webhooks` counts it: not where a person sent it to an endpoint it was not owed to. */
  counted: boolean;
  /** Unix seconds of the first 2xx. */
  acknowledged_at: number | null;
  /** Why it was given up, where that was not the schedule's end. */
  reason: string | null;
  attempts: readonly Attempt[];
  created: number;
}

/** What a webhook endpoint does not show: its secrets and its health. Lives in the endpoint's world, under its id. */
export interface EndpointRecord extends StripeObject {
  object: 'annex.endpoint';
  secret: string;
  /** A rolled secret signs beside the new one until this second. */
  old_secret: string | null;
  old_until: number | null;
  /** Unix seconds of the first of the present unbroken run of failures. */
  failing_since: number | null;
  created: number;
}

export const deliveryId = (event: string, endpoint: string): string => `${event}.${endpoint}`;

export const eventWorld = (delivery: DeliveryRecord): World => ({ account: delivery.account, livemode: delivery.livemode });
export const endpointWorld = (delivery: DeliveryRecord): World => ({ account: delivery.owner, livemode: delivery.endpoint_livemode });

const SYSTEM_KEY = worldKey(SYSTEM);

export const deliveryWrite = (delivery: DeliveryRecord): Write => ({
  world: SYSTEM_KEY,
  object: DELIVERY,
  id: delivery.id,
  created: delivery.created,
  text: JSON.stringify(delivery),
  deleted: false,
  value: delivery,
});
