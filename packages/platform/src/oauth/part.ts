import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Door, readBody } from '../http/server.ts';
import type { Part, Platform } from '../platform.ts';
import { authorizeApp } from './endpoints/authorize.tsx';
import { deauthorize } from './endpoints/deauthorize.ts';
import { token } from './endpoints/token.ts';
import { logOAuth } from './logged.ts';
import { OAuthError } from './refusals.ts';

/** Parameters of these endpoints fit many times over. Bytes. */
const BODY_LIMIT = 64 * 1024;

type Endpoint = (platform: Platform, authorization: string | undefined, form: URLSearchParams) => unknown;

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/oauth/token', token],
  ['/oauth/deauthorize', deauthorize],
]);

interface Told {
  readonly status: number;
  readonly body: unknown;
  /** The request's parameters as they came. */
  readonly form?: string;
}

function send(platform: Platform, exchange: { request: IncomingMessage; response: ServerResponse; startedMs: number }, told: Told): void {
  const { request, response, startedMs } = exchange;
  const text = JSON.stringify(told.body);
  const requestId = `req_${platform.ids.random(14)}`;
  response.writeHead(told.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Request-Id': requestId,
  });
  response.end(text);
  logOAuth(platform, request, { requestId, startedMs, form: told.form ?? '', status: told.status, text });
}

function answerOf(platform: Platform, endpoint: Endpoint, request: IncomingMessage, body: string): { status: number; body: unknown } {
  try {
    return { status: 200, body: endpoint(platform, request.headers.authorization, new URLSearchParams(body)) };
  } catch (error) {
    if (error instanceof OAuthError) return error.refused;
    platform.defect(error);
    return {
      status: 500,
      body: { error: 'server_error', error_description: 'An error occurred in the simulator itself. Its log has the details.' },
    };
  }
}

const problem = (error: string, error_description: string): unknown => ({ error, error_description });

/** `/oauth/…`: two endpoints for machines, and the consent pages for people. */
export function oauth(platform: Platform): Part {
  const consent = getRequestListener(authorizeApp(platform).fetch, { overrideGlobalObjects: false });
  const door: Door = (request, response) => {
    const path = (request.url ?? '').split('?', 1)[0]!;
    const endpoint = ENDPOINTS.get(path);
    if (endpoint === undefined) {
      void consent(request, response);
      return;
    }
    const exchange = { request, response, startedMs: platform.clock.nowMs() };
    if (request.method !== 'POST') {
      send(platform, exchange, { status: 405, body: problem('invalid_request', `${path} is asked by POST, not by ${request.method}.`) });
      return;
    }
    readBody(request, BODY_LIMIT, (bytes) => {
      if (bytes === undefined) {
        send(platform, exchange, { status: 413, body: problem('invalid_request', `The request body is larger than ${BODY_LIMIT} bytes.`) });
        return;
      }
      const form = bytes.toString('utf8');
      send(platform, exchange, { ...answerOf(platform, endpoint, request, form), form });
    });
  };
  return { doors: { oauth: door } };
}
