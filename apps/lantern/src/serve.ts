import type { AddressInfo } from 'node:net';
import { type ServerType, serve } from '@hono/node-server';
import { createLantern, type LanternOptions, type RunningLantern } from './lantern.ts';

export interface ServedLantern {
  readonly lantern: RunningLantern;
  readonly url: string;
  close(): Promise<void>;
}

export type ServeOptions = Omit<LanternOptions, 'publicUrl'>;

/** Listens first, so that with port 0 the redirect URI is known before anything else. A taken port is refused in a sentence. */
export async function serveLantern(options: ServeOptions): Promise<ServedLantern> {
  const { settings } = options;
  let lantern: RunningLantern | undefined;
  const fetch = (request: Request): Response | Promise<Response> =>
    lantern === undefined
      ? new Response('Lantern is starting.\n', { status: 503, headers: { 'retry-after': '1' } })
      : lantern.app.fetch(request);
  const { server, port } = await listen(fetch, settings);
  const url = settings.publicUrl ?? `http://${settings.host === '0.0.0.0' ? '127.0.0.1' : settings.host}:${port}`;
  try {
    lantern = await createLantern({ ...options, publicUrl: url });
  } catch (error) {
    server.close();
    throw error;
  }
  lantern.start();
  const running = lantern;
  return {
    lantern: running,
    url: running.publicUrl,
    async close() {
      running.openStreams.endAll();
      await new Promise<void>((done) => {
        server.close(() => done());
        if ('closeIdleConnections' in server) server.closeIdleConnections();
        if ('closeAllConnections' in server) setTimeout(() => server.closeAllConnections(), 2_000).unref();
      });
      await running.close();
    },
  };
}

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  { port, host }: { port: number; host: string },
): Promise<{ server: ServerType; port: number }> {
  return new Promise((done, failed) => {
    const server = serve({ fetch, port, hostname: host }, (address: AddressInfo) => done({ server, port: address.port }));
    server.once('error', (error: NodeJS.ErrnoException) => {
      const taken = error.code === 'EADDRINUSE';
      failed(taken ? new Error(`Port ${port} is taken by another program. Choose another one with --port or PORT.`) : error);
    });
  });
}
