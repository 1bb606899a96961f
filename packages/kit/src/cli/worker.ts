import { createServer } from 'node:http';
import type { Kit } from '../kit.ts';
import type { Call } from './command.ts';

/** Works until it is told to stop, and then finishes what is under way. With `--port`, `/healthz` and `/metrics` answer there. */
export async function runWorker(call: Call): Promise<number> {
  const kit = await call.kit();
  if (kit.database.notice !== undefined) call.terminal.err.write(`${kit.database.notice}\n`);
  kit.work.start();
  const { port, host = '127.0.0.1' } = call.options;
  const close = typeof port === 'string' ? await serve(kit, { port: Number(port), host: String(host) }, call) : () => {};
  call.terminal.err.write('Working. Ctrl-C stops.\n');
  await call.ended;
  call.terminal.err.write('Stopping: what is under way is finished first.\n');
  close();
  await kit.work.stop();
  return 0;
}

async function serve(kit: Kit, { port, host }: { port: number; host: string }, call: Call): Promise<() => void> {
  const server = createServer((request, response) => {
    const answer = async (): Promise<{ status: number; type: string; body: string }> => {
      if (request.url === '/healthz') {
        const health = await kit.health();
        return { status: health.ok ? 200 : 503, type: 'application/json', body: JSON.stringify(health) };
      }
      if (request.url === '/metrics') return { status: 200, type: 'text/plain; version=0.0.4', body: await kit.metrics() };
      return { status: 404, type: 'text/plain', body: 'There are /healthz and /metrics here.\n' };
    };
    answer()
      .catch(() => ({ status: 503, type: 'application/json', body: '{"ok":false}' }))
      .then(({ status, type, body }) => response.writeHead(status, { 'content-type': type }).end(body));
  });
  await new Promise<void>((done, failed) => {
    server.once('error', failed);
    server.listen(port, host, done);
  });
  const { port: taken } = server.address() as { port: number };
  call.terminal.err.write(`Health and metrics: http://${host}:${taken}/healthz and /metrics\n`);
  return () => {
    server.closeAllConnections();
    server.close();
  };
}
