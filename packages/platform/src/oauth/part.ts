import type { IncomingMessage, ServerResponse } from 'node:http';
import { getRequestListener } from '@hono/node-server';
import { type Door, readBody } from '../http/server.ts';
import type { Part, Platform } from '../platform.ts';
import { authorizeApp } from './endpoints/authorize.tsx';
import { deauthorize } from './endpoints/deauthorize.ts';
import { token } from './endpoints/token.ts';
import { OAuthError } from './refusals.ts';

/** Parameters of these endpoints fit many times over. Bytes. */
const BODY_LIMIT = 64 * 1024;

type Endpoint = (platform: Platform, authorization: string | undefined, form: URLSearchParams) => unknown;

const ENDPOINTS: ReadonlyMap<string, Endpoint> = new Map<string, Endpoint>([
  ['/oauth/token', token],
  ['/oauth/deauthorize', deauthorize],
]);

function send(platform: Platform, response: ServerResponse, answer: { status: number; body: unknown }): void {
  const text = JSON.stringify(answer.body);
  response.writeHead(answer.status, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(text),
    'Cache-Control': 'no-store',
    Pragma: 'no-cache',
    'Request-Id': `req_${platform.ids.random(14)}`,
  });
  response.end(text);
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
    if (request.method !== 'POST') {
      send(platform, response, { status: 405, body: problem('invalid_request', `${path} is asked by POST, not by ${request.method}.`) });
      return;
    }
    readBody(request, BODY_LIMIT, (bytes) => {
      if (bytes === undefined)
        send(platform, response, { status: 413, body: problem('invalid_request', `The request body is larger than ${BODY_LIMIT} bytes.`) });
      else send(platform, response, answerOf(platform, endpoint, request, bytes.toString('utf8')));
    });
  };
  return { doors: { oauth: door } };
}
