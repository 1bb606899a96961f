import type { Setup } from '../setup.ts';
import { storeAndApply } from './at-once.ts';
import { groupCommit } from './group-commit.ts';
import type { EventShape, IncomingEvent } from './inbox.ts';
import { refuseSignature } from './signature.ts';

export const LARGEST_BODY = 8 * 1024 * 1024;

/** Events stored by one statement. */
const BATCH = 200;

/** What is answered to Stripe. `sentence` says why not; without it the event was received. */
export interface Received {
  readonly status: 200 | 400 | 405 | 413 | 500;
  readonly sentence?: string;
}

export interface ReceiverOptions {
  /** Our own account: events without `account` are about it. */
  readonly ownAccount: (livemode: boolean) => Promise<string>;
  /** May an event of this type be applied as it is stored, in this process and now? */
  readonly atOnce: (type: string) => boolean;
}

/** Judges one body, exactly as it came over the wire, and its `Stripe-Signature`. */
export type Receiver = (body: Uint8Array, signature: string | undefined) => Promise<Received>;

/**
 * The webhook endpoint, for events of our own account and of connected accounts alike. 200 only after the inbox has the event;
 * 400 when the signature is wrong or stale, and then nothing was kept and nothing was parsed; 500 asks Stripe to send it again.
 */
export function receiver(setup: Setup, { ownAccount, atOnce }: ReceiverOptions): Receiver {
  const keep = groupCommit<IncomingEvent>((events) => storeAndApply(setup, events, atOnce), BATCH);
  return async (body, signature) => {
    if (body.length > LARGEST_BODY) return TOO_LARGE;
    const { webhookSecrets: secrets, webhookToleranceSeconds: toleranceSeconds } = setup.settings;
    const refused = refuseSignature(body, signature, { secrets, toleranceSeconds, nowMs: Date.now() });
    if (refused !== undefined) return { status: 400, sentence: refused };
    const text = new TextDecoder().decode(body);
    const event = eventIn(text);
    if (event === undefined) return { status: 400, sentence: 'The body is not an event: it needs id, type, created and livemode.' };
    try {
      const account = event.account ?? (await ownAccount(event.livemode));
      await keep({ account, livemode: event.livemode, source: 'webhook', event, body: text });
    } catch (error) {
      setup.log('error', 'An event could not be stored; Stripe will send it again.', { event: event.id, error: (error as Error).message });
      return { status: 500, sentence: 'The event could not be stored.' };
    }
    return { status: 200 };
  };
}

export const TOO_LARGE: Received = { status: 413, sentence: 'The body is larger than any event.' };
export const NOT_POSTED: Received = { status: 405, sentence: 'Webhooks are sent by POST.' };

/** What the body of an answer says, as JSON text. */
export const answerText = ({ sentence }: Received): string =>
  sentence === undefined ? '{"received":true}' : JSON.stringify({ error: { message: sentence } });

/** The endpoint as a web-standard handler. */
export const webHandler =
  (receive: Receiver) =>
  async (request: Request): Promise<Response> => {
    const received =
      request.method === 'POST'
        ? await receive(new Uint8Array(await request.arrayBuffer()), request.headers.get('stripe-signature') ?? undefined)
        : NOT_POSTED;
    return new Response(answerText(received), { status: received.status, headers: { 'content-type': 'application/json' } });
  };

function eventIn(text: string): EventShape | undefined {
  try {
    const event = JSON.parse(text) as Partial<EventShape> | null;
    const whole =
      typeof event?.id === 'string' &&
      typeof event.type === 'string' &&
      Number.isInteger(event.created) &&
      typeof event.livemode === 'boolean';
    return whole && (event.account == null || typeof event.account === 'string') ? (event as EventShape) : undefined;
  } catch {
    return undefined;
  }
}
