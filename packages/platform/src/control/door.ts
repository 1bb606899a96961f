import type { IncomingMessage, ServerResponse } from 'node:http';
import { errorBody, invalid, StripeError as Refused, refuse, type StripeError } from '../engine/index.ts';
import { type Door, readBody } from '../http/server.ts';
import type { Platform } from '../platform.ts';
import { type Control, routes } from './index.ts';
import { readQuery } from './input.ts';
import type { AnyRoute } from './route.ts';

const BODY_LIMIT = 1024 * 1024;

const otherOrigin = (origin: string): StripeError =>
  refuse({
    status: 403,
    message: `The control API does not answer web pages of other origins (${origin}). Call it from a script, or from a page of this platform.`,
  });

const otherHost = (host: string): StripeError =>
  refuse({
    status: 403,
    message: `The control API does not answer to the name '${host}'. Call it as localhost or by its address.`,
  });

const notJson = (type: string): StripeError =>
  refuse({
    status: 415,
    message: `The content type is '${type}'; the control API takes JSON. Send the header Content-Type: application/json.`,
  });

const noRoute = (method: string, path: string): StripeError =>
  refuse({ status: 404, message: `The control API has no ${method} ${path}. GET /_annex lists what it has.` });

const isAddress = (host: string): boolean => /^(\d+\.){3}\d+$/.test(host) || host.startsWith('[');

/**
 * Who may steer the platform: programs, and its own pages. A page of another origin says so in `Origin`; a page that had its
 * own name point here says so in `Host`.
 */
export function guard(request: IncomingMessage, boundTo: string): void {
  const host = request.headers.host ?? '';
  const name = host.replace(/:\d+$/, '');
  if (name !== 'localhost' && name !== boundTo && !isAddress(name) && !name.endsWith('.localhost')) throw otherHost(name);
  const { origin } = request.headers;
  if (origin !== undefined && origin !== `http://${host}` && origin !== `https://${host}`) throw otherOrigin(origin);
  if (request.headers['sec-fetch-site'] === 'cross-site') throw otherOrigin(origin ?? 'cross-site');
}

/** The route of a method and path, with what the path's holes hold. */
export function findRoute(method: string, path: string): { name: string; route: AnyRoute; holes: Record<string, string> } | undefined {
  const given = path.split('/');
  for (const [name, route] of Object.entries(routes) as [string, AnyRoute][]) {
    const wanted = route.path.split('/');
    if (route.method !== method || wanted.length !== given.length) continue;
    const holes: Record<string, string> = {};
    const fits = wanted.every((segment, i) => {
      if (!segment.startsWith('{')) return segment === given[i];
      holes[segment.slice(1, -1)] = decodeURIComponent(given[i]!);
      return given[i] !== '';
    });
    if (fits) return { name, route, holes };
  }
  return undefined;
}

function readJson(request: IncomingMessage, bytes: Buffer): Record<string, unknown> {
  if (bytes.length === 0) return {};
  const type = request.headers['content-type'] ?? '';
  if (!/^application\/json\b/i.test(type)) throw notJson(type);
  let value: unknown;
  try {
    value = JSON.parse(bytes.toString('utf8'));
  } catch (error) {
    throw invalid(`The body is no JSON: ${(error as Error).message}.`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw invalid('The body must be a JSON object.');
  return value as Record<string, unknown>;
}

async function serve(control: Control, request: IncomingMessage, bytes: Buffer): Promise<unknown> {
  const [path = '', query = ''] = (request.url ?? '').slice('/_annex'.length).split('?', 2);
  const found = findRoute(request.method ?? 'GET', path.replace(/\/$/, ''));
  if (found === undefined) throw noRoute(request.method ?? '', `/_annex${path}`);
  const { name, route, holes } = found;
  // A form of another page could be posted without a preflight; JSON cannot.
  if (request.method === 'POST' && bytes.length === 0 && request.headers.origin !== undefined) {
    const type = request.headers['content-type'] ?? '';
    if (!/^application\/json\b/i.test(type)) throw notJson(type);
  }
  const rest = request.method === 'GET' ? readQuery(route, new URLSearchParams(query)) : readJson(request, bytes);
  return (control as unknown as Record<string, (input: unknown) => unknown>)[name]!({ ...rest, ...holes });
}

function send(response: ServerResponse, status: number, body: unknown): void {
  const bytes = Buffer.from(`${JSON.stringify(body ?? {}, null, 2)}\n`);
  response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': bytes.length, 'Cache-Control': 'no-store' });
  response.end(bytes);
}

/** `/_annex`: the control API over HTTP. */
export function controlDoor(platform: Platform, control: () => Control): Door {
  return (request, response) => {
    readBody(request, BODY_LIMIT, (bytes) => {
      const work = async (): Promise<unknown> => {
        guard(request, platform.settings.host);
        if (bytes === undefined) throw refuse({ status: 413, message: `The request body is larger than ${BODY_LIMIT} bytes.` });
        return serve(control(), request, bytes);
      };
      work().then(
        (body) => send(response, 200, body),
        (error: unknown) => {
          if (error instanceof Refused) return send(response, error.status, errorBody(error.refusal));
          platform.defect(error);
          return send(response, 500, errorBody({ status: 500, type: 'api_error', message: 'An error occurred in the simulator itself.' }));
        },
      );
    });
  };
}
