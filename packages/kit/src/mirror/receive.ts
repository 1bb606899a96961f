import type { Setup } from '../setup.ts';
import { groupCommit } from './inbox.ts';
import { refuseSignature } from './signature.ts';

const LARGEST_BODY = 8 * 1024 * 1024;

interface EventShape {
  id: string;
  type: string;
  created: number;
  livemode: boolean;
  account?: string;
}

/**
 * The webhook endpoint, for events of our own account and of connected accounts alike. 200 only after the inbox has the event;
 * 400 when the signature is wrong or stale, and then nothing was kept and nothing was parsed; 500 asks Stripe to send it again.
 */
export function receiver(setup: Setup, ownAccount: (livemode: boolean) => Promise<string>): (request: Request) => Promise<Response> {
  const keep = groupCommit(setup.database, 200);
  return async (request) => {
    if (request.method !== 'POST') return answer(405, 'Webhooks are sent by POST.');
    const body = new Uint8Array(await request.arrayBuffer());
    if (body.length > LARGEST_BODY) return answer(413, 'The body is larger than any event.');
    const { webhookSecrets: secrets, webhookToleranceSeconds: toleranceSeconds } = setup.settings;
    const refused = refuseSignature(body, request.headers.get('stripe-signature'), { secrets, toleranceSeconds, nowMs: Date.now() });
    if (refused !== undefined) return answer(400, refused);
    const text = new TextDecoder().decode(body);
    const event = eventIn(text);
    if (event === undefined) return answer(400, 'The body is not an event: it needs id, type, created and livemode.');
    try {
      const account = event.account ?? (await ownAccount(event.livemode));
      const isNew = await keep({ account, livemode: event.livemode, id: event.id, source: 'webhook', body: text });
      if (isNew) setup.wake('apply');
    } catch (error) {
      setup.log('error', 'An event could not be stored; Stripe will send it again.', { event: event.id, error: (error as Error).message });
      return answer(500, 'The event could not be stored.');
    }
    return Response.json({ received: true });
  };
}

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

const answer = (status: number, sentence: string): Response => Response.json({ error: { message: sentence } }, { status });
