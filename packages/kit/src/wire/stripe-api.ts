import { Agent, request as send } from 'undici';
import type { Interval } from '../mirror/interval.ts';
import { fetchInterval } from '../mirror/interval.ts';
import { endsWithin } from '../work/deadline.ts';
import { Refusal, refusalOf } from './refusal.ts';
import type { SourceClock } from './source-clock.ts';

/** Whose data is asked for: an account, in one of its two modes. */
export interface World {
  readonly account: string;
  readonly livemode: boolean;
}

export interface Answer {
  /** The body as it came, not parsed: pages go to the database as they are. */
  readonly text: string;
  /** When what it says was so, on Stripe's clock. */
  readonly interval: Interval;
  readonly requestId: string | undefined;
}

export interface StripeApi {
  /** `as` is the connected account to act for; without it, the platform itself. Throws `Refusal`. Never retries. */
  get(path: string, query: ReadonlyArray<readonly [string, string]>, options: { livemode: boolean; as?: string }): Promise<Answer>;
  /** A form POST that is sent once and never again, whatever happens. */
  postOnce(url: string, form: Readonly<Record<string, string>>, options: { livemode: boolean }): Promise<Answer>;
  /**
   * A form POST on our own account. `key` is its idempotency key: whoever sends the same again, also in another process or after a
   * crash, gets the answer of the first. Throws `Refusal`. Never retries.
   */
  post(path: string, form: Readonly<Record<string, string>>, options: { livemode: boolean; key: string }): Promise<Answer>;
  /** A DELETE on our own account. Throws `Refusal`. Never retries. */
  remove(path: string, options: { livemode: boolean }): Promise<Answer>;
  close(): Promise<void>;
}

/** How long requests under way may go on once nobody waits for them. */
const CLOSING_MS = 2_000;

export interface StripeApiOptions {
  /** Origin of the API, e.g. `https://api.stripe.com`. */
  readonly apiBase: string;
  readonly apiVersion: string;
  readonly timeoutMs: number;
  /** Is told of every answer. */
  readonly clock: SourceClock;
  /** The platform's secret key of each mode, where there is one. */
  readonly keyOf: (livemode: boolean) => string;
}

export function stripeApi(options: StripeApiOptions): StripeApi {
  const agent = new Agent({
    connections: 64,
    pipelining: 1,
    keepAliveTimeout: 20_000,
    headersTimeout: options.timeoutMs,
    bodyTimeout: options.timeoutMs,
    connect: { timeout: Math.min(10_000, options.timeoutMs) },
  });

  const ask = async (
    url: string,
    init: { method: 'GET' | 'POST' | 'DELETE'; headers: Record<string, string>; body?: string },
  ): Promise<Answer> => {
    const startMs = Date.now();
    let status: number;
    let headers: Record<string, string | undefined>;
    let text: string;
    try {
      // The agent's own timeouts begin when a request is sent: this one also counts the wait for a free connection.
      const response = await send(url, { ...init, dispatcher: agent, signal: AbortSignal.timeout(options.timeoutMs) });
      status = response.statusCode;
      headers = response.headers as Record<string, string | undefined>;
      text = await response.body.text();
    } catch (error) {
      options.clock.hear(url, startMs, undefined);
      throw new Refusal(`No answer from ${new URL(url).origin}: ${(error as Error).message || (error as { code?: string }).code}`, {
        kind: 'network',
      });
    }
    options.clock.hear(url, startMs, headers.date);
    if (status < 200 || status > 299) throw refusalOf(status, headers, text);
    const interval = fetchInterval({ startMs, endMs: Date.now(), date: headers.date });
    return { text, interval, requestId: headers['request-id'] };
  };

  const common = (livemode: boolean): Record<string, string> => ({
    authorization: `Bearer ${options.keyOf(livemode)}`,
    'stripe-version': options.apiVersion,
    'user-agent': 'annex-kit/0.1',
  });

  return {
    get(path, query, { livemode, as }) {
      const url = new URL(path, options.apiBase);
      for (const [name, value] of query) url.searchParams.append(name, value);
      const headers = common(livemode);
      if (as !== undefined) headers['stripe-account'] = as;
      return ask(url.href, { method: 'GET', headers });
    },
    postOnce(url, form, { livemode }) {
      const headers = { ...common(livemode), 'content-type': 'application/x-www-form-urlencoded' };
      return ask(url, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
    },
    post(path, form, { livemode, key }) {
      const headers = { ...common(livemode), 'content-type': 'application/x-www-form-urlencoded', 'idempotency-key': key };
      return ask(new URL(path, options.apiBase).href, { method: 'POST', headers, body: new URLSearchParams(form).toString() });
    },
    remove: (path, { livemode }) => ask(new URL(path, options.apiBase).href, { method: 'DELETE', headers: common(livemode) }),
    async close() {
      await endsWithin(CLOSING_MS, agent.close());
      await agent.destroy();
    },
  };
}
