import type { WebSocket } from 'ws';
import { type StripeObject, SYSTEM, type World, type Write, worldKey } from '../engine/index.ts';
import type { Owed, RecordedEvent } from '../events/record.ts';
import type { Platform } from '../platform.ts';
import { eventAt } from '../versions/rendering.ts';
import { type Attempt, DELIVERY, type DeliveryRecord, deliveryId, deliveryWrite, eventWorld } from './records.ts';
import { pendingOf, Renderer, versionOf, withPending } from './render.ts';
import { signatureHeader } from './sign.ts';

/** One run of `stripe listen`: an endpoint that lives as long as its connection. */
export interface Session {
  /** `cli_…`: what deliveries name as their endpoint. */
  readonly id: string;
  readonly world: World;
  readonly secret: string;
  socket: WebSocket | undefined;
  /** What is on its way, by conversation. */
  readonly sent: Map<string, Sent>;
}

interface Sent {
  /** Milliseconds of the platform's clock. */
  readonly at: number;
  readonly signature: string;
  readonly pending: number;
  readonly version: string;
}

/** One of the two tellings of an event. */
interface Telling {
  readonly delivery: DeliveryRecord;
  readonly event: { readonly id: string; readonly text: string };
  readonly version: string | null;
  readonly isLatest: boolean;
}

/** What the CLI sends back (seen on the wire, CLI 1.52.0). */
interface FromCli {
  readonly type: 'event_ack' | 'webhook_response';
  readonly webhook_id: string;
  readonly webhook_conversation_id?: string;
  readonly forward_url?: string;
  readonly status?: number;
  readonly http_headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** An answer that never comes must not be waited for in memory. */
const MOST_ON_THE_WAY = 10_000;

export const isListener = (endpoint: string): boolean => endpoint.startsWith('cli_');

/** The sessions of `stripe listen`, and what they are owed. The CLI does not retry, and what it misses is not sent later. */
export class Listeners {
  private readonly platform: Platform;
  private readonly sessions = new Map<string, Session>();
  private readonly renderer = new Renderer();

  constructor(platform: Platform) {
    this.platform = platform;
  }

  add(session: Session): void {
    this.sessions.set(session.id, session);
  }

  get(id: string): Session | undefined {
    return this.sessions.get(id);
  }

  remove(session: Session): void {
    this.sessions.delete(session.id);
    this.giveUpAll((endpoint) => endpoint === session.id);
  }

  /** Gives up what the listeners of an earlier run were owed. */
  giveUpAll(isGone: (endpoint: string) => boolean = (endpoint) => !this.sessions.has(endpoint)): void {
    const writes: Write[] = [];
    // Looked for in the texts: an index of the states would have to be kept current by every delivery from then on.
    for (const { text } of this.platform.store.page(SYSTEM, DELIVERY, { limit: Number.POSITIVE_INFINITY }).rows) {
      if (!text.includes('"endpoint":"cli_') || !text.includes('"state":"pending"')) continue;
      const delivery = JSON.parse(text) as DeliveryRecord;
      if (!isGone(delivery.endpoint)) continue;
      writes.push(deliveryWrite({ ...delivery, state: 'failed', retry_at: null, reason: 'The listener went away.' }));
    }
    if (writes.length > 0) this.platform.store.commit({ writes });
  }

  /** The deliveries that an event owes to listeners that are connected now. */
  route(event: RecordedEvent): readonly Owed[] {
    if (this.sessions.size === 0) return [];
    const found: Owed[] = [];
    for (const session of this.sessions.values()) {
      const application = this.hears(session, event);
      if (session.socket === undefined || application === undefined) continue;
      const version = this.platform.versions.of(session.world.account);
      found.push({ write: deliveryWrite(owed(event, session, { application, version })), version });
    }
    return found;
  }

  /** For the store: sends what a commit brought. */
  sendNew(writes: readonly Write[]): void {
    if (this.sessions.size === 0) return;
    for (const write of writes) {
      if (write.object !== DELIVERY) continue;
      const delivery = (write.value ?? JSON.parse(write.text!)) as DeliveryRecord;
      if (isListener(delivery.endpoint) && (delivery.asked > 0 || (delivery.state === 'pending' && delivery.tries === 0)))
        this.send(delivery);
    }
  }

  /** What the CLI says of an event: that it came, and what the local server answered. */
  heard(session: Session, message: FromCli): void {
    const row = this.platform.store.row(SYSTEM, DELIVERY, deliveryId(message.webhook_id, session.id));
    if (row === undefined) return;
    const before = JSON.parse(row.text) as DeliveryRecord;
    const now = this.platform.clock.now();
    const after = message.type === 'event_ack' ? acknowledged(before, now) : this.answered(session, before, message);
    const writes: Write[] = [deliveryWrite(after)];
    if (before.acknowledged_at === null && after.acknowledged_at !== null && after.counted) writes.push(...this.lessPending(after));
    this.platform.store.commit({ writes });
  }

  private send(delivery: DeliveryRecord): void {
    const session = this.sessions.get(delivery.endpoint);
    const event = this.platform.store.row(eventWorld(delivery), 'event', delivery.event);
    if (session?.socket === undefined || event === undefined) return;
    // The CLI is told every event twice, and forwards the one or, with `--latest`, the other.
    this.say(session, { delivery, event, version: delivery.version, isLatest: false });
    this.say(session, { delivery, event, version: this.platform.engine.contract.api, isLatest: true });
  }

  private say(session: Session, telling: Telling): void {
    const { delivery, event, version, isLatest } = telling;
    const { store, engine, clock } = this.platform;
    const account = delivery.application === null ? undefined : delivery.account;
    const told = eventAt(store, event, { world: eventWorld(delivery), version, model: engine.contract.api });
    const pending = pendingOf(event.text);
    const body = this.renderer.body(told, { account, pending });
    const signature = signatureHeader(body, [session.secret], Math.floor(Date.now() / 1000));
    const conversation = `wc_${delivery.event.slice(4)}${isLatest ? '_latest' : ''}`;
    if (session.sent.size >= MOST_ON_THE_WAY) session.sent.clear();
    session.sent.set(conversation, { at: clock.nowMs(), signature, pending, version: versionOf(told.text) });
    session.socket!.send(
      JSON.stringify({
        type: 'webhook_event',
        endpoint: { api_version: isLatest ? version : null },
        event_payload: body,
        http_headers: { 'Stripe-Signature': signature },
        webhook_conversation_id: conversation,
        webhook_id: delivery.event,
      }),
    );
  }

  /** The application whose listener this is, `null` for the account's own events, nothing where the session does not hear. */
  private hears(session: Session, event: RecordedEvent): string | null | undefined {
    if (session.world.livemode !== event.livemode) return undefined;
    if (event.onlyFor !== undefined) {
      return this.platform.accounts.application(event.onlyFor)?.account === session.world.account ? event.onlyFor : undefined;
    }
    if (session.world.account === event.account) return null;
    return this.platform.accounts.connectionFor(session.world.account, event.account, event.livemode)?.application;
  }

  private answered(session: Session, before: DeliveryRecord, message: FromCli): DeliveryRecord {
    const status = message.status ?? null;
    const ok = status !== null && status >= 200 && status < 300;
    const now = this.platform.clock.nowMs();
    const sent = session.sent.get(message.webhook_conversation_id ?? `wc_${before.event.slice(4)}`);
    const { at, signature, pending, version } = sent ?? { at: now, signature: '', pending: 0, version: null };
    const attempt: Attempt = {
      at,
      took: now - at,
      url: message.forward_url ?? '',
      signature,
      pending,
      version,
      status,
      headers: message.http_headers ?? {},
      answer: (message.body ?? '').slice(0, 1000),
      error: null,
      manual: before.asked > 0,
    };
    const attempts = [...before.attempts, attempt].slice(-40);
    const state = ok && before.state !== 'failed' ? 'delivered' : 'failed';
    return {
      ...acknowledged(before, Math.floor(now / 1000)),
      state,
      attempts,
      asked: 0,
      reason: ok ? before.reason : 'The local server refused it.',
    };
  }

  private lessPending(delivery: DeliveryRecord): Write[] {
    const world = eventWorld(delivery);
    const row = this.platform.store.row(world, 'event', delivery.event);
    if (row === undefined) return [];
    const text = withPending(row.text, Math.max(0, pendingOf(row.text) - 1));
    const value = { id: row.id, object: 'event', created: row.created, type: delivery.type } as StripeObject;
    return [{ world: worldKey(world), object: 'event', id: row.id, created: row.created, text, deleted: false, value }];
  }
}

/** The CLI has it: that is all it promises where it forwards to nobody. */
const acknowledged = (before: DeliveryRecord, now: number): DeliveryRecord => ({
  ...before,
  state: before.state === 'pending' ? 'delivered' : before.state,
  tries: Math.max(1, before.tries),
  retry_at: null,
  asked: 0,
  acknowledged_at: before.acknowledged_at ?? now,
});

const owed = (event: RecordedEvent, session: Session, told: { application: string | null; version: string }): DeliveryRecord => ({
  id: deliveryId(event.id, session.id),
  object: 'annex.delivery',
  event: event.id,
  type: event.type,
  account: event.account,
  livemode: event.livemode,
  endpoint: session.id,
  owner: session.world.account,
  endpoint_livemode: session.world.livemode,
  ...told,
  state: 'pending',
  retry_at: null,
  tries: 0,
  asked: 0,
  counted: true,
  acknowledged_at: null,
  reason: null,
  attempts: [],
  created: event.created,
});
