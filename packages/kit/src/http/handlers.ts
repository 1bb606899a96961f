import type { ConnectOutcome } from '../connect/finish.ts';
import { randomToken } from '../connect/secrets.ts';
import type { Kit } from '../kit.ts';

/** A web-standard handler: works in any framework that has one. */
export type Handler = (request: Request) => Promise<Response>;

export interface HandlersOptions {
  /** Your own user or organisation, told from the request; it is found again with the connection. */
  readonly reference?: (request: Request) => string | undefined | Promise<string | undefined>;
  /** What the browser sees after the callback. Default: the sentence of the outcome, as plain text. */
  readonly finished?: (outcome: ConnectOutcome, request: Request) => Response | Promise<Response>;
  /** Name of the cookie that binds a state to a browser. */
  readonly cookie?: string;
}

export interface Handlers {
  /** GET: sends the browser to Stripe. `?mode=live` or `?mode=test` where both applications are set. */
  readonly connect: Handler;
  /** GET: where the browser comes back to. */
  readonly callback: Handler;
  /** POST: the webhook endpoint. */
  readonly webhook: Handler;
  /** GET `?account=acct_…&mode=test`: the progress of an import, as JSON. Put your own access check in front of it. */
  readonly status: Handler;
}

const LIVES_SECONDS = 3_600;

export function httpHandlers(kit: Kit, options: HandlersOptions = {}): Handlers {
  const cookie = options.cookie ?? 'annex_session';
  return {
    async connect(request) {
      const url = new URL(request.url);
      const known = cookieOf(request, cookie);
      // A short value is not one of ours.
      const session = known !== undefined && known.length >= 32 ? known : randomToken();
      const mode = url.searchParams.get('mode');
      const reference = await options.reference?.(request);
      const { url: location } = await kit.connect.start({
        session,
        ...(mode === null ? {} : { livemode: mode === 'live' }),
        ...(reference === undefined ? {} : { reference }),
      });
      // Lax, because the browser comes back from another site by following a link.
      const secure = new URL(request.url).protocol === 'https:' ? '; Secure' : '';
      const value = `${cookie}=${session}; Path=/; HttpOnly; SameSite=Lax; Max-Age=${LIVES_SECONDS}${secure}`;
      return new Response(null, { status: 302, headers: { location, 'set-cookie': value, 'cache-control': 'no-store' } });
    },
    async callback(request) {
      const outcome = await kit.connect.finish({ query: new URL(request.url).searchParams, session: cookieOf(request, cookie) ?? '' });
      if (options.finished !== undefined) return options.finished(outcome, request);
      const status = outcome.kind === 'connected' ? 200 : outcome.kind === 'unclear' ? 502 : 400;
      // The address holds the code: it must not travel on.
      return new Response(`${outcome.sentence}\n`, {
        status,
        headers: { 'content-type': 'text/plain; charset=utf-8', 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' },
      });
    },
    webhook: (request) => kit.receive(request),
    async status(request) {
      const { searchParams } = new URL(request.url);
      const progress = await kit.progress(searchParams.get('account') ?? '', searchParams.get('mode') === 'live');
      return progress === undefined
        ? Response.json({ error: { message: 'This account is not connected.' } }, { status: 404 })
        : Response.json(progress);
    },
  };
}

function cookieOf(request: Request, name: string): string | undefined {
  for (const part of (request.headers.get('cookie') ?? '').split(';')) {
    const at = part.indexOf('=');
    if (part.slice(0, at).trim() === name) return part.slice(at + 1).trim() || undefined;
  }
  return undefined;
}
