import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP } from 'node:net';
import { hmac } from '../people/secrets.ts';
import { guardedLookup, isInside } from './address.ts';

const TIMEOUT_MS = 10_000;

/** `t=<seconds>,v1=<hmac of "t.body">`: the scheme of Stripe's webhooks, so that the same code can check it. */
export function signature(secret: string, body: string, seconds: number): string {
  const hex = Buffer.from(hmac(secret, `${seconds}.${body}`), 'base64url').toString('hex');
  return `t=${seconds},v1=${hex}`;
}

export interface Posting {
  readonly url: string;
  readonly body: string;
  readonly secret: string;
  readonly nowMs: number;
  /** Whether addresses of private networks may be called: only where everything runs on one machine. */
  readonly local: boolean;
}

/** Posts once, follows nothing, and reads nothing of the answer but its status. */
export function post({ url, body, secret, nowMs, local }: Posting): Promise<{ ok: boolean; answer: string }> {
  const { protocol, hostname } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (!local && isIP(host) !== 0 && isInside(host))
    return Promise.resolve({ ok: false, answer: 'The address leads into a private network.' });
  return new Promise((done) => {
    const request = (protocol === 'https:' ? requestHttps : requestHttp)(url, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'user-agent': 'Lantern/0.1',
        'lantern-signature': signature(secret, body, Math.floor(nowMs / 1000)),
      },
      ...(!local && { lookup: guardedLookup }),
    });
    // For all of it: an answer that comes letter by letter would never be idle for long.
    const late = setTimeout(() => request.destroy(new Error(`No answer within ${TIMEOUT_MS / 1000} s.`)), TIMEOUT_MS);
    request.once('close', () => clearTimeout(late));
    request.once('response', (response) => {
      response.resume();
      const status = response.statusCode ?? 0;
      done({ ok: status >= 200 && status < 300, answer: String(status) });
    });
    request.once('error', (error: NodeJS.ErrnoException) => done({ ok: false, answer: error.message || (error.code ?? 'no answer') }));
    request.end(body);
  });
}
