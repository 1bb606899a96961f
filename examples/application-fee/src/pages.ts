import { httpHandlers } from '@annex/kit';
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
  const rows = await Promise.all(
    connected.map(async ({ account }) => {
      const sums = earned.filter((one) => one.account === account).map(({ amount, currency }) => `${amount} ${currency} (minor units)`);
      const sold = await fees.sold(account);
      return `<tr><th scope="row">${escaped(account)}</th><td>${sold.length}</td><td>${escaped(sums.join(', ') || 'nothing yet')}</td>
        <td><form method="post" action="/${escaped(account)}/sell"><label>Price <input name="price" placeholder="price_…" required></label>
        <button>Sell</button></form><form method="post" action="/${escaped(account)}/leave"><button>Leave</button></form></td></tr>`;
    }),
  );
  return page(
    'Accounts',
    `<p>This extension takes ${fees.percent} % of what it sells.</p>
     <table><thead><tr><th scope="col">Account</th><th scope="col">Subscriptions sold</th><th scope="col">Earned</th><th scope="col">Do</th></tr></thead>
     <tbody>${rows.join('')}</tbody></table><p><a href="/connect">Connect an account</a></p>`,
  );
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, (sign) => `&#${sign.charCodeAt(0)};`);

const seeOther = (location: string): Response =>
  new Response(null, { status: 303, headers: { location, 'referrer-policy': 'no-referrer' } });

const page = (title: string, body: string, status = 200): Response =>
  new Response(
    `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>${title}</title><h1>${title}</h1>${body}</html>`,
    {
      status,
      headers: {
        'content-type': 'text/html; charset=utf-8',
        'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
        'referrer-policy': 'same-origin',
      },
    },
  );
