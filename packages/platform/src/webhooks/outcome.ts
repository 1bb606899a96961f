import type { StripeObject, Write } from '../engine/index.ts';
import { SYSTEM, worldKey } from '../engine/index.ts';
import type { MemoryStore } from '../store/memory.ts';
import {
  type Attempt,
  DELIVERY,
  type DeliveryRecord,
  deliveryWrite,
  ENDPOINT,
  type EndpointRecord,
  endpointWorld,
  eventWorld,
} from './records.ts';
import { pendingOf, withPending } from './render.ts';
import { DISABLE_AFTER, retryAfter } from './schedule.ts';

/** What became of one attempt, or why none was made. */
export interface Outcome {
  readonly id: string;
  readonly manual: boolean;
  readonly attempt: Attempt | undefined;
  /** Given up without an attempt: the endpoint is gone or disabled. */
  readonly reason?: string;
}

/** The most attempts that are kept; a person may send the same event any number of times. */
const MOST_ATTEMPTS = 40;

const succeeded = (attempt: Attempt | undefined): boolean =>
  attempt !== undefined && attempt.status !== null && attempt.status >= 200 && attempt.status < 300;

/** The delivery after an outcome. `now` in unix seconds of the platform's clock. */
export function afterOutcome(before: DeliveryRecord, outcome: Outcome, now: number): DeliveryRecord {
  const { attempt, manual } = outcome;
  const attempts = attempt === undefined ? before.attempts : [...before.attempts, attempt].slice(-MOST_ATTEMPTS);
  const asked = manual ? Math.max(0, before.asked - 1) : before.asked;
  const ok = succeeded(attempt);
  const acknowledged_at = before.acknowledged_at ?? (ok ? now : null);
  const base: DeliveryRecord = { ...before, attempts, asked, acknowledged_at };
  // A manual send leaves the schedule as it is, even where it succeeds (api-and-events 2.2).
  if (manual) return before.state === 'pending' ? base : { ...base, state: acknowledged_at === null ? 'failed' : 'delivered' };
  if (attempt === undefined) return { ...base, state: 'failed', retry_at: null, reason: outcome.reason ?? null };
  const tries = before.tries + 1;
  if (ok) return { ...base, tries, state: 'delivered', retry_at: null };
  const pause = retryAfter(before.livemode, tries);
  return pause === undefined ? { ...base, tries, state: 'failed', retry_at: null } : { ...base, tries, retry_at: now + pause };
}

/** Turns a batch of outcomes into the writes of one commit: deliveries, `pending_webhooks` of events, health of endpoints. */
export class Outcomes {
  private readonly store: MemoryStore;
  private readonly writes: Write[] = [];
  private readonly deliveries = new Map<string, DeliveryRecord>();
  private readonly acknowledged = new Map<string, { delivery: DeliveryRecord; count: number }>();
  private readonly health = new Map<string, { delivery: DeliveryRecord; ok: boolean }>();
  private readonly now: number;

  constructor(store: MemoryStore, now: number) {
    this.store = store;
    this.now = now;
  }

  add(outcome: Outcome): void {
    const before = this.deliveries.get(outcome.id) ?? this.stored(outcome.id);
    if (before === undefined) return;
    const after = afterOutcome(before, outcome, this.now);
    this.deliveries.set(outcome.id, after);
    if (before.counted && before.acknowledged_at === null && after.acknowledged_at !== null) {
      const known = this.acknowledged.get(after.event);
      this.acknowledged.set(after.event, { delivery: after, count: (known?.count ?? 0) + 1 });
    }
    if (outcome.attempt !== undefined) this.health.set(after.endpoint, { delivery: after, ok: succeeded(outcome.attempt) });
  }

  take(): readonly Write[] {
    for (const delivery of this.deliveries.values()) this.writes.push(deliveryWrite(delivery));
    for (const { delivery, count } of this.acknowledged.values()) this.eventAcknowledged(delivery, count);
    for (const { delivery, ok } of this.health.values()) this.endpointFared(delivery, ok);
    return this.writes;
  }

  private stored(id: string): DeliveryRecord | undefined {
    const row = this.store.row(SYSTEM, DELIVERY, id);
    return row === undefined ? undefined : (JSON.parse(row.text) as DeliveryRecord);
  }

  private eventAcknowledged(delivery: DeliveryRecord, count: number): void {
    const world = eventWorld(delivery);
    const row = this.store.row(world, 'event', delivery.event);
    if (row === undefined) return;
    const text = withPending(row.text, Math.max(0, pendingOf(row.text) - count));
    const value = { id: row.id, object: 'event', created: row.created, type: delivery.type } as StripeObject;
    this.writes.push({ world: worldKey(world), object: 'event', id: row.id, created: row.created, text, deleted: false, value });
  }

  /** Notes where a run of failures begins and ends; disables an endpoint that did nothing but fail for days. */
  private endpointFared(delivery: DeliveryRecord, ok: boolean): void {
    const world = endpointWorld(delivery);
    const row = this.store.row(world, ENDPOINT, delivery.endpoint);
    if (row === undefined) return;
    const record = JSON.parse(row.text) as EndpointRecord;
    if (ok === (record.failing_since === null)) {
      if (!ok && this.now - record.failing_since! >= DISABLE_AFTER) this.disable(delivery);
      return;
    }
    const value: EndpointRecord = { ...record, failing_since: ok ? null : this.now };
    this.put(delivery, value);
  }

  private disable(delivery: DeliveryRecord): void {
    const row = this.store.row(endpointWorld(delivery), 'webhook_endpoint', delivery.endpoint);
    if (row === undefined || row.deleted) return;
    const endpoint = JSON.parse(row.text) as StripeObject;
    if (endpoint.status === 'enabled') this.put(delivery, { ...endpoint, status: 'disabled' });
  }

  private put(delivery: DeliveryRecord, value: StripeObject): void {
    this.writes.push({
      world: worldKey(endpointWorld(delivery)),
      object: value.object,
      id: value.id,
      created: value.created,
      text: JSON.stringify(value),
      deleted: false,
      value,
    });
  }
}
