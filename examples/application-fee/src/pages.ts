import { httpHandlers } from '@annex/kit';
import { format } from '@annex/money';
import type { Fees } from './fees.ts';

/** The pages of the example: whoever reaches them may use them, so they belong on one's own machine. */
export function pagesOf(fees: Fees): (request: Request) => Promise<Response> {
  const handlers = httpHandlers(fees.kit, { finished: () => seeOther('/') });
  return async (request) => {
    const { pathname, origin } = new URL(request.url);
    const route = `${request.method} ${pathname}`;
    if (route === 'GET /connect') return handlers.connect(request);
    if (route === 'GET /callback') return handlers.callback(request);
    if (route === 'POST /webhooks') return handlers.webhook(request);
    if (route === 'GET /') return home(fees);
    if (route === 'GET /style.css') return new Response(STYLE, { headers: { 'content-type': 'text/css; charset=utf-8' } });
    const [, account = '', action] = /^\/(acct_\w+)\/(sell|leave)$/.exec(pathname) ?? [];
    if (request.method !== 'POST' || action === undefined) return page('There is no such page', '', 404);
    // A form of another site must not act here.
    if (request.headers.get('origin') !== origin) return page('This form was not sent from here', '', 403);
    const form = new URLSearchParams(await request.text());
    try {
      if (action === 'sell') return seeOther(await fees.sell(account, { price: form.get('price') ?? '', successUrl: `${origin}/` }));
      await fees.leave(account);
      return seeOther('/');
    } catch (error) {
      return page('That did not work', `<p>${escaped((error as Error).message)}</p>`, 400);
    }
  };
}

async function home(fees: Fees): Promise<Response> {
  const connected = (await fees.kit.connections()).filter(({ kind, state }) => kind === 'oauth' && state === 'connected');
  const earned = await fees.earned();
  const sections = await Promise.all(
    connected.map(async ({ account }) => {
      const sums = earned.filter((one) => one.account === account).map(({ amount, currency }) => format(amount, currency));
      const { length } = await fees.sold(account);
      return `<section aria-labelledby="${account}"><h2 id="${account}">${account}</h2>
        <p>${length} ${length === 1 ? 'subscription' : 'subscriptions'} sold. Earned: ${escaped(sums.join(', ') || 'nothing yet')}.</p>
        <form method="post" action="/${account}/sell"><label>Price <input name="price" placeholder="price_…" required></label> <button>Sell</button></form>
        <form method="post" action="/${account}/leave"><button>Leave</button></form></section>`;
    }),
  );
  return page(
    'Accounts',
    `<p>This extension takes ${fees.percent} % of what it sells.</p>${sections.join('')}<p><a href="/connect">Connect an account</a></p>`,
  );
}

const STYLE = `body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; font: 1rem/1.5 system-ui, sans-serif; color: #1c2430; }
section { margin: 1rem 0; padding: 0 1rem 1rem; border: 1px solid #8792a2; border-radius: 8px; }
h2 { font-size: 1.1rem; overflow-wrap: anywhere; } form { display: inline-block; margin: 0 1rem 0.5rem 0; }
input, button { font: inherit; padding: 0.4rem 0.7rem; max-width: 100%; box-sizing: border-box; } a { color: #0b5cad; }
`;

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const seeOther = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, 'referrer-policy': 'no-referrer' } });

const page = (title: string, body: string, status = 200): Response =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><link rel="stylesheet" href="/style.css"><title>${title}</title><h1>${title}</h1>${body}</html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; style-src 'self'; frame-ancestors 'none'",
        'referrer-policy': 'same-origin',
      },
    },
  );
