import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { errorBody } from '../engine/index.ts';
import { loseAnswer } from '../faults/part.ts';
import type { Platform } from '../platform.ts';
import type { Exchange } from './exchange.ts';
import { answerApi, apiHeaders, prettyFor } from './pipeline.ts';
import { tooLarge } from './refusals.ts';

/** Bodies: parameters fit in 1 MiB; only file uploads are larger. */
const BODY_LIMIT = 1024 * 1024;
const UPLOAD_LIMIT = 20 * 1024 * 1024;

/** A part of the origin that is not the API: answers the request itself. */
export type Door = (request: IncomingMessage, response: ServerResponse) => void;

export interface Doors {
  /** By the first segment of the path, without slashes: `oauth`, `_annex`; `''` takes everything else (pages). */
  readonly [segment: string]: Door | undefined;
}

/** Reads a whole body, or answers `undefined` where it exceeds the limit. */
export function readBody(request: IncomingMessage, limit: number, done: (body: Buffer | undefined) => void): void {
  const chunks: Buffer[] = [];
  let size = 0;
  let over = false;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > limit) over = true;
    else chunks.push(chunk);
  });
  request.on('end', () => done(over ? undefined : chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
  request.on('error', () => request.destroy());
}

/** Answers, or does to the answer what a fault asks for: late, or never. */
function sendApi(platform: Platform, exchange: Exchange, response: ServerResponse): void {
  const { fate } = exchange;
  if (fate !== undefined) loseAnswer(exchange);
  if (fate?.timeoutMs !== undefined) {
    platform.log.add(exchange, platform.clock.nowMs());
    setTimeout(() => response.destroy(), fate.timeoutMs).unref();
  } else if (fate?.slowMs !== undefined) sendLate(platform, exchange, { response, ms: fate.slowMs });
  else sendNow(platform, exchange, response);
}

/** Until it is answered, its idempotency key counts as in use. */
function sendLate(platform: Platform, exchange: Exchange, late: { response: ServerResponse; ms: number }): void {
  const { caller, idempotent } = exchange;
  const held = idempotent === undefined ? undefined : `${caller!.world.account}/${caller!.world.livemode}/${idempotent.key}`;
  if (held !== undefined) platform.running.add(held);
  const send = (): void => {
    if (held !== undefined) platform.running.delete(held);
    sendNow(platform, exchange, late.response);
  };
  setTimeout(send, late.ms).unref();
}

function sendNow(platform: Platform, exchange: Exchange, response: ServerResponse): void {
  const { answer } = exchange;
  const bytes = Buffer.from(prettyFor(exchange, answer!.text));
  response.writeHead(answer!.status, apiHeaders(platform, exchange, bytes.length));
  response.end(bytes);
  platform.log.add(exchange, platform.clock.nowMs());
}

function serveApi(platform: Platform, request: IncomingMessage, response: ServerResponse): void {
  const url = request.url!;
  const mark = url.indexOf('?');
  const path = mark < 0 ? url : url.slice(0, mark);
  const isUpload = path === '/v1/files';
  const limit = isUpload ? UPLOAD_LIMIT : BODY_LIMIT;
  readBody(request, limit, (bytes) => {
    const exchange: Exchange = {
      method: request.method!,
      path,
      query: mark < 0 ? '' : url.slice(mark + 1),
      headers: request.headers,
      bytes: bytes ?? Buffer.alloc(0),
      requestId: `req_${platform.ids.random(14)}`,
      startedMs: platform.clock.nowMs(),
    };
    if (bytes === undefined) {
      const { refusal } = tooLarge(limit);
      exchange.answer = { status: refusal.status, text: JSON.stringify(errorBody(refusal)), headers: { Connection: 'close' } };
    } else answerApi(platform, exchange);
    sendApi(platform, exchange, response);
  });
}

/** One origin for everything, because official SDKs reroute API, OAuth and uploads together. */
export function createOrigin(platform: Platform, doors: Doors): Server {
  const { clientTimeout } = platform.settings;
  return createServer(
    {
      keepAliveTimeout: 65_000,
      requestTimeout: clientTimeout,
      headersTimeout: Math.min(20_000, clientTimeout),
      connectionsCheckingInterval: Math.max(50, Math.min(5_000, clientTimeout / 4)),
      maxHeaderSize: 32 * 1024,
    },
    (request, response) => {
      const url = request.url ?? '/';
      if (url.startsWith('/v1/') || url.startsWith('/v2/')) {
        serveApi(platform, request, response);
        return;
      }
      const segment = /^\/([^/?]*)/.exec(url)?.[1] ?? '';
      const door = Object.hasOwn(doors, segment) ? doors[segment] : doors[''];
      if (door === undefined) serveApi(platform, request, response);
      else door(request, response);
    },
  );
}

/** Listens; rejects with one clear sentence where the port is taken. */
export function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(new Error(listenSentence(error, port, host))));
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}

function listenSentence(error: NodeJS.ErrnoException, port: number, host: string): string {
  if (error.code === 'EADDRINUSE') return `Port ${port} is taken by another program. Stop it, or choose another port with --port.`;
  if (error.code === 'EACCES') return `Port ${port} may not be opened by this user. Choose one above 1023 with --port.`;
  if (error.code === 'EADDRNOTAVAIL') return `${host} is no address of this machine. Choose another one with --host.`;
  return `Cannot listen on ${host}:${port}: ${error.message}`;
}
