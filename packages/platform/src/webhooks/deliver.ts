import { type Change, type StripeObject, SYSTEM } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { eventAt } from '../versions/rendering.ts';
import { hostAllowed, hostRefused } from './allowed-host.ts';
import { Lanes } from './lanes.ts';
import { isListener } from './listener.ts';
import { type Outcome, Outcomes } from './outcome.ts';
import { deliveryHeaders, Poster, type Reply } from './post.ts';
import { DELIVERY, type DeliveryRecord, ENDPOINT, type EndpointRecord, endpointWorld, eventWorld, TEST_EVENT } from './records.ts';
import { pendingOf, Renderer, versionOf } from './render.ts';
import { signatureHeader } from './sign.ts';
import { Waiting } from './waiting.ts';

/** In flight per endpoint. Enough for thousands a second to a fast one; a bound on what a hanging one holds. */
const PER_ENDPOINT = 24;
/** Results are gathered this long (ms) before they are committed together. */
const GATHER_MS = 5;
/** A timer may not be set further ahead than this (ms). */
const LONGEST_TIMER = 2 ** 31 - 1;

/** What one POST needs, read from the store when its turn comes. */
interface Ready {
  readonly delivery: DeliveryRecord;
  readonly endpoint: StripeObject;
  readonly record: EndpointRecord;
  /** The event in the version that the endpoint is told. */
  readonly event: { readonly id: string; readonly text: string };
  /** Endpoints that have not acknowledged it yet. */
  readonly pending: number;
}

/**
 * Sends what is owed. The store is the only queue that counts: the loop learns of deliveries from commits, tells what came
 * of them by commits, and finds what is left over by reading the store when it starts.
 */
export class Deliverer {
  private readonly platform: Platform;
  private readonly lanes = new Lanes(PER_ENDPOINT);
  private readonly waiting = new Waiting();
  private readonly renderer = new Renderer();
  private readonly poster: Poster;
  private outbox: Outcome[] = [];
  private wake: NodeJS.Timeout | undefined;
  private wakeAt = Number.POSITIVE_INFINITY;
  private running: NodeJS.Immediate | undefined;
  private gathering: NodeJS.Timeout | undefined;
  private closed = false;
  /** Held by a fault until their time comes. */
  private readonly fated = new Set<string>();
  /** How often each is still to be made again by a fault. */
  private readonly duplicates = new Map<string, number>();

  constructor(platform: Platform) {
    this.platform = platform;
    this.poster = new Poster(platform.settings.webhookTimeout);
  }

  /** Takes up what an earlier run of the platform left owing. */
  begin(): void {
    this.lanes.clear();
    this.waiting.clear();
    this.renderer.clear();
    for (const row of this.platform.store.page(SYSTEM, DELIVERY, { limit: Number.POSITIVE_INFINITY, oldestFirst: true }).rows) {
      if (row.text.includes('"state":"pending"') || !row.text.includes('"asked":0')) this.see(JSON.parse(row.text) as DeliveryRecord);
    }
    this.runSoon();
  }

  /** For the store: a commit may have brought deliveries. */
  changed(change: Change): void {
    for (const write of change.writes) {
      if (write.object === DELIVERY && write.text !== null) this.see((write.value ?? JSON.parse(write.text)) as DeliveryRecord);
    }
  }

  /** For the clock: what was far away may be due now. */
  clockMoved(): void {
    this.wakeAt = Number.POSITIVE_INFINITY;
    this.wakeUp();
  }

  close(): void {
    this.closed = true;
    clearTimeout(this.wake);
    clearTimeout(this.gathering);
    clearImmediate(this.running);
    this.keepOutcomes();
    this.poster.close();
  }

  private see(delivery: DeliveryRecord): void {
    if (isListener(delivery.endpoint)) return;
    if (delivery.asked > 0) this.lanes.add(delivery.endpoint, delivery.id);
    else if (delivery.state !== 'pending' || delivery.retry_at === null) return;
    else if (delivery.retry_at <= this.platform.clock.now()) this.sendUnlessFaulty(delivery);
    else {
      this.waiting.add({ at: delivery.retry_at, id: delivery.id });
      this.setTimer();
      return;
    }
    this.runSoon();
  }

  /** Only the first attempt of a delivery meets faults: later ones are what an extension recovers by. */
  private sendUnlessFaulty(delivery: DeliveryRecord): void {
    const { faults } = this.platform;
    const fate = faults.active && delivery.tries === 0 && !this.fated.has(delivery.id) ? faults.delivery(delivery) : undefined;
    if (fate === undefined) {
      this.lanes.add(delivery.endpoint, delivery.id);
      return;
    }
    if (fate.drop) {
      this.note({ id: delivery.id, manual: false, attempt: undefined, reason: 'Dropped: a fault that was asked for.' });
      return;
    }
    if (fate.duplicates > 0) this.duplicates.set(delivery.id, fate.duplicates);
    if (fate.holdMs === 0) {
      this.lanes.add(delivery.endpoint, delivery.id);
      return;
    }
    this.fated.add(delivery.id);
    const send = (): void => {
      this.fated.delete(delivery.id);
      this.lanes.add(delivery.endpoint, delivery.id);
      this.runSoon();
    };
    setTimeout(send, fate.holdMs).unref();
  }

  private runSoon(): void {
    if (this.running !== undefined || this.closed) return;
    this.running = setImmediate(() => {
      this.running = undefined;
      if (!this.closed) this.lanes.run((endpoint, id) => void this.attempt(endpoint, id));
    });
  }

  /** Sets the timer to the soonest delivery that waits, in real time: the platform's clock may be fast, slow or stopped. */
  private setTimer(): void {
    const { soonest } = this.waiting;
    if (soonest === undefined || soonest.at >= this.wakeAt || this.closed) return;
    clearTimeout(this.wake);
    const { clock } = this.platform;
    const { speed } = clock.state;
    if (speed === 0) return;
    this.wakeAt = soonest.at;
    const ms = Math.min(LONGEST_TIMER, Math.max(1, Math.ceil((soonest.at * 1000 - clock.nowMs()) / speed)));
    this.wake = setTimeout(() => this.wakeUp(), ms);
    this.wake.unref();
  }

  private wakeUp(): void {
    clearTimeout(this.wake);
    this.wakeAt = Number.POSITIVE_INFINITY;
    for (const { id } of this.waiting.take(this.platform.clock.now())) {
      const delivery = this.delivery(id);
      if (delivery !== undefined) this.see(delivery);
    }
    this.setTimer();
  }

  private delivery(id: string): DeliveryRecord | undefined {
    const row = this.platform.store.row(SYSTEM, DELIVERY, id);
    return row === undefined ? undefined : (JSON.parse(row.text) as DeliveryRecord);
  }

  private async attempt(endpoint: string, id: string): Promise<void> {
    let outcome: Outcome | undefined;
    try {
      outcome = await this.outcomeOf(id);
    } catch (error) {
      this.platform.defect(error);
    }
    this.lanes.free(endpoint);
    if (outcome === undefined) this.lanes.forget(id);
    else this.note(outcome);
    this.runSoon();
  }

  private async outcomeOf(id: string): Promise<Outcome | undefined> {
    const delivery = this.delivery(id);
    if (delivery === undefined) return undefined;
    const again = this.duplicates.get(id);
    const isRepeat = again !== undefined && delivery.acknowledged_at !== null && delivery.asked === 0;
    if (isRepeat && again > 1) this.duplicates.set(id, again - 1);
    else if (isRepeat) this.duplicates.delete(id);
    const manual = delivery.asked > 0 || isRepeat;
    const ready = this.ready(delivery);
    if (typeof ready === 'string') return { id, manual, attempt: undefined, reason: ready };
    return { id, manual, attempt: { ...(await this.send(ready, manual)), ...(isRepeat && { fault: 'duplicate' }) } };
  }

  /** Everything a POST needs, or the sentence why there will be none. */
  private ready(delivery: DeliveryRecord): Ready | string {
    const { store } = this.platform;
    const world = endpointWorld(delivery);
    const endpoint = store.row(world, 'webhook_endpoint', delivery.endpoint);
    const record = store.row(world, ENDPOINT, delivery.endpoint);
    if (endpoint === undefined || endpoint.deleted || record === undefined) return 'The endpoint was deleted.';
    const parsed = JSON.parse(endpoint.text) as StripeObject;
    if (parsed.status !== 'enabled' && delivery.asked === 0) return 'The endpoint was disabled when the delivery fell due.';
    const event = store.row(eventWorld(delivery), 'event', delivery.event) ?? store.row(SYSTEM, TEST_EVENT, delivery.event);
    if (event === undefined) return 'The event no longer exists.';
    const wanted = { world: eventWorld(delivery), version: delivery.version ?? null, model: this.platform.engine.contract.api };
    const told = eventAt(store, event, wanted);
    return { delivery, endpoint: parsed, record: JSON.parse(record.text) as EndpointRecord, event: told, pending: pendingOf(event.text) };
  }

  private async send(ready: Ready, manual: boolean) {
    const { delivery, endpoint, record, event } = ready;
    const { clock, settings } = this.platform;
    const url: string = endpoint.url;
    const version = versionOf(event.text);
    const account = delivery.application === null ? undefined : delivery.account;
    const { pending } = ready;
    const body = this.renderer.body(event, { account, pending });
    const at = clock.nowMs();
    const isRolling = record.old_secret !== null && record.old_until !== null && record.old_until > clock.now();
    const secrets = isRolling ? [record.secret, record.old_secret!] : [record.secret];
    // Receivers hold the time of signing against their own clock, which is the real one, wherever the platform's has been moved.
    const signature = signatureHeader(body, secrets, Math.floor(Date.now() / 1000) + this.platform.faults.skew);
    const reply: Reply = hostAllowed(url, settings.allowWebhookHosts)
      ? await this.poster.post(url, deliveryHeaders(signature), body)
      : { status: null, headers: {}, answer: '', error: hostRefused(url, settings.allowWebhookHosts!), took: 0 };
    return { at, url, signature, pending, version, manual, ...reply };
  }

  /** Results are committed together: one line of the journal for many of them. */
  private note(outcome: Outcome): void {
    if (this.closed) return;
    this.outbox.push(outcome);
    this.gathering ??= setTimeout(() => this.keepOutcomes(), GATHER_MS);
  }

  private keepOutcomes(): void {
    clearTimeout(this.gathering);
    this.gathering = undefined;
    if (this.outbox.length === 0) return;
    const outcomes = new Outcomes(this.platform.store, this.platform.clock.now());
    for (const outcome of this.outbox) {
      this.lanes.forget(outcome.id);
      outcomes.add(outcome);
    }
    const done = this.outbox;
    this.outbox = [];
    const writes = outcomes.take();
    if (writes.length > 0) this.platform.store.commit({ writes });
    if (this.duplicates.size > 0) this.repeat(done);
  }

  /** A fault makes again what has just succeeded. */
  private repeat(done: readonly Outcome[]): void {
    for (const { id } of done) {
      const delivery = this.duplicates.has(id) ? this.delivery(id) : undefined;
      if (delivery?.acknowledged_at != null) this.lanes.add(delivery.endpoint, id);
    }
    this.runSoon();
  }
}
