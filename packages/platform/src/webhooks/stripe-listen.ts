import { createHash } from 'node:crypto';
import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { type RawData, WebSocketServer } from 'ws';
import { NOBODY, type World } from '../engine/index.ts';
import type { OwnOperation } from '../http/own-operation.ts';
import type { Part, Platform } from '../platform.ts';
import { Listeners, type Session } from './listener.ts';

/**
 * The protocol behind `stripe listen` of the real CLI: it opens a session over the API, then takes events from a websocket
 * and tells what the local server answered. So events of *connected* accounts reach a local server too
 * (`--forward-connect-to`). Seen on the wire with CLI 1.52.0; Stripe documents none of it.
 */

const PATH = '/stripecli/subscribe';
const PROTOCOL = 'stripecli-devproxy-v1';
const LARGEST_MESSAGE = 1024 * 1024;

/** A device keeps its secret, so that a local server need not be told a new one each time. */
function secretOf(platform: Platform, world: World, device: string): string {
  const draft = platform.engine.draft(world, platform.clock.now(), NOBODY);
  const known = draft.get('annex.cli_device', device);
  if (known !== undefined) return known.secret as string;
  const secret = `whsec_${createHash('sha256').update(draft.random(64)).digest('hex')}`;
  draft.insert({ id: device, object: 'annex.cli_device', secret, created: draft.now }, { event: null });
  platform.commit(draft);
  return secret;
}

const openSession = (platform: Platform, listeners: Listeners): OwnOperation => ({
  method: 'POST',
  path: /^\/v1\/stripecli\/sessions$/,
  run: (exchange, { params }) => {
    const { world } = exchange.caller!;
    const device = typeof params.device_name === 'string' ? params.device_name : 'unknown';
    const secret = secretOf(platform, world, device);
    const session: Session = { id: `cli_${platform.ids.random(24)}`, world, secret, socket: undefined, sent: new Map() };
    listeners.add(session);
    const { api } = platform.engine.contract;
    return {
      reconnect_delay: 5,
      secret,
      websocket_authorized_feature: 'webhooks',
      websocket_id: session.id,
      websocket_url: `${platform.url.replace(/^http/, 'ws')}${PATH}`,
      default_version: platform.versions.of(world.account),
      latest_version: api,
      device_token: `dt_${session.id.slice(4)}`,
    };
  },
});

function refuseUpgrade(socket: Duplex, status: string, sentence: string): void {
  socket.end(
    `HTTP/1.1 ${status}\r\nContent-Type: text/plain\r\nContent-Length: ${Buffer.byteLength(sentence)}\r\nConnection: close\r\n\r\n${sentence}`,
  );
}

function onUpgrade(listeners: Listeners, sockets: WebSocketServer): (request: IncomingMessage, socket: Duplex, head: Buffer) => void {
  return (request, socket, head) => {
    socket.on('error', () => socket.destroy());
    const path = (request.url ?? '').split('?', 1)[0];
    if (path !== PATH) return refuseUpgrade(socket, '404 Not Found', 'Nothing takes websockets here.');
    if (request.headers.origin !== undefined) return refuseUpgrade(socket, '403 Forbidden', 'Web pages may not listen.');
    const session = listeners.get(String(request.headers['websocket-id'] ?? ''));
    if (session === undefined) return refuseUpgrade(socket, '401 Unauthorized', 'There is no such session.');
    sockets.handleUpgrade(request, socket, head, (websocket) => {
      session.socket = websocket;
      websocket.on('message', (bytes: RawData) => hear(listeners, session, bytes));
      websocket.on('error', () => websocket.terminate());
      websocket.on('close', () => listeners.remove(session));
    });
    return undefined;
  };
}

/** What cannot be read is not ours to judge: the CLI may say more than we know. */
function hear(listeners: Listeners, session: Session, bytes: RawData): void {
  let message: unknown;
  try {
    message = JSON.parse(String(bytes));
  } catch {
    return;
  }
  const { type, webhook_id } = message as { type?: unknown; webhook_id?: unknown };
  if ((type === 'event_ack' || type === 'webhook_response') && typeof webhook_id === 'string') {
    listeners.heard(session, message as Parameters<Listeners['heard']>[1]);
  }
}

/** `stripe listen`, as a part beside the API. */
export function stripeListen(platform: Platform): Part {
  const listeners = new Listeners(platform);
  const sockets = new WebSocketServer({
    noServer: true,
    maxPayload: LARGEST_MESSAGE,
    handleProtocols: (offered) => (offered.has(PROTOCOL) ? PROTOCOL : false),
  });
  platform.store.onCommit((change) => listeners.sendNew(change.writes));
  listeners.giveUpAll();
  return {
    operations: [openSession(platform, listeners)],
    route: (event) => listeners.route(event),
    listening: (server: Server) => server.on('upgrade', onUpgrade(listeners, sockets)),
    close: () => {
      for (const socket of sockets.clients) socket.terminate();
      sockets.close();
    },
  };
}
