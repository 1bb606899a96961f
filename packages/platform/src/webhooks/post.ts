import { type IncomingMessage, Agent as PlainAgent, request as plainRequest } from 'node:http';
import { request as secureRequest, Agent as TlsAgent } from 'node:https';

/** What came back, as far as it is kept. */
export interface Reply {
  /** `null` where no answer came; then `error` says why. */
  readonly status: number | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: string;
  readonly error: string | null;
  /** Milliseconds. */
  readonly took: number;
}

/** The most of an answer that is kept, in characters. */
const KEPT = 1000;

/** The headers of a delivery, as Stripe sends them (api-and-events 2.4). */
export const deliveryHeaders = (signature: string): Record<string, string> => ({
  'Content-Type': 'application/json; charset=utf-8',
  'User-Agent': 'Stripe/1.0 (+https://stripe.com/docs/webhooks)',
  Accept: '*/*; q=0.5, application/xml',
  'Cache-Control': 'no-cache',
  'Accept-Encoding': 'gzip',
  'Stripe-Signature': signature,
});

const SENTENCES: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'The connection was refused: nothing listens at this address.',
  ECONNRESET: 'The connection was closed before an answer came.',
  ENOTFOUND: 'The host name is not known.',
  EHOSTUNREACH: 'The host cannot be reached.',
  ETIMEDOUT: 'The connection timed out.',
  EPIPE: 'The connection was closed before an answer came.',
};

const sentenceOf = (error: NodeJS.ErrnoException): string => SENTENCES[error.code ?? ''] ?? `${error.message}.`;

function shown(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(response.headers)) headers[name] = Array.isArray(value) ? value.join(', ') : (value ?? '');
  return headers;
}

/** Posts bodies over kept connections. Redirects are not followed: they are answers like any other. */
export class Poster {
  private readonly plain = new PlainAgent({ keepAlive: true, maxFreeSockets: 64 });
  private readonly secure = new TlsAgent({ keepAlive: true, maxFreeSockets: 64 });
  private readonly timeoutMs: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
  }

  /** Never rejects: what goes wrong is part of the reply. */
  post(url: string, headers: Record<string, string>, body: string): Promise<Reply> {
    return new Promise((resolve) => this.send({ url, headers, body: Buffer.from(body) }, resolve));
  }

  close(): void {
    this.plain.destroy();
    this.secure.destroy();
  }

  private send(given: { url: string; headers: Record<string, string>; body: Buffer }, done: (reply: Reply) => void): void {
    const started = performance.now();
    const took = (): number => Math.round((performance.now() - started) * 10) / 10;
    let target: URL;
    try {
      target = new URL(given.url);
    } catch {
      done({ status: null, headers: {}, answer: '', error: `'${given.url}' is no URL.`, took: 0 });
      return;
    }
    const isSecure = target.protocol === 'https:';
    const headers = { ...given.headers, 'Content-Length': given.body.length };
    const options = { method: 'POST', headers, agent: isSecure ? this.secure : this.plain };
    let expired = false;
    const fail = (error: NodeJS.ErrnoException): void => {
      clearTimeout(timer);
      // A kept connection that the receiver closed while we wrote says nothing about the receiver: once more, afresh.
      if (request.reusedSocket && error.code === 'ECONNRESET' && !expired) {
        this.send(given, done);
        return;
      }
      const sentence = expired ? `No answer came within ${this.timeoutMs / 1000} s.` : sentenceOf(error);
      done({ status: null, headers: {}, answer: '', error: sentence, took: took() });
    };
    const request = (isSecure ? secureRequest : plainRequest)(target, options, (response) => {
      let answer = '';
      response.setEncoding('utf8');
      response.on('data', (chunk: string) => {
        if (answer.length < KEPT) answer += chunk.slice(0, KEPT - answer.length);
      });
      response.on('end', () => {
        clearTimeout(timer);
        done({ status: response.statusCode ?? null, headers: shown(response), answer, error: null, took: took() });
      });
      response.on('error', fail);
    });
    const timer = setTimeout(() => {
      expired = true;
      request.destroy(new Error('timeout'));
    }, this.timeoutMs);
    request.on('error', fail);
    request.end(given.body);
  }
}
