import { randomBytes } from 'node:crypto';
import { createServer } from 'node:http';
import type { ConnectOutcome } from '../connect/finish.ts';
import { type Call, Refused } from './command.ts';
import { syncAccount } from './sync.ts';

/**
 * Connects an account from a terminal: listens where the redirect URI points (it must be on this machine), says which address to open,
 * and goes on with the import. `--own` mirrors our own account, for which nobody has to consent.
 */
export async function connectAccount(call: Call): Promise<number> {
  const kit = await call.kit();
  const livemode = call.options.live === true;
  if (call.options.own) return syncAccount(call, await kit.connect.own(livemode));
  const { redirectUri } = kit.settings;
  const target = URL.canParse(redirectUri) ? new URL(redirectUri) : undefined;
  if (target?.protocol !== 'http:' || !['localhost', '127.0.0.1'].includes(target.hostname)) {
    throw new Refused(
      `annex connect listens for the callback itself: set STRIPE_REDIRECT_URI to an http address of this machine, not ${redirectUri || 'nothing'}.`,
    );
  }
  const session = randomBytes(32).toString('hex');
  const { url } = await kit.connect.start({ session, livemode });
  call.terminal.err.write(`Open this address and give your consent:\n\n  ${url}\n\n`);
  const outcome = await callback(call, target, (query) => kit.connect.finish({ query, session }));
  if (outcome === undefined) return 1;
  call.terminal.err.write(`${outcome.sentence}\n`);
  return outcome.kind === 'connected' ? syncAccount(call, outcome) : 1;
}

function callback(
  call: Call,
  target: URL,
  finish: (query: URLSearchParams) => Promise<ConnectOutcome>,
): Promise<ConnectOutcome | undefined> {
  return new Promise((done, failed) => {
    const server = createServer((request, response) => {
      const url = new URL(request.url ?? '/', target);
      if (url.pathname !== target.pathname) {
        response.writeHead(404).end();
        return;
      }
      finish(url.searchParams).then((outcome) => {
        response.writeHead(200, { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store' });
        response.end(`${outcome.sentence} You can close this page.\n`, () => {
          server.closeAllConnections();
          server.close();
          done(outcome);
        });
      }, failed);
    });
    server.once('error', (error: Error) =>
      failed(new Refused(`Nothing can listen at ${target.origin}: ${error.message}. Stop what does, or change STRIPE_REDIRECT_URI.`)),
    );
    server.listen(Number(target.port || 80), target.hostname);
    void call.ended.then(() => {
      server.closeAllConnections();
      server.close();
      done(undefined);
    });
  });
}
