import { getRequestListener } from '@hono/node-server';
import { Hono } from 'hono';
import { SYSTEM } from '../engine/index.ts';
import type { Part, Platform } from '../platform.ts';
import { assetRoutes } from './assets.ts';
import { bankRoutes } from './bank.tsx';
import { brandCss, brandOf } from './brand.ts';
import { apiVersionRoutes } from './dashboard/api-version.tsx';
import { billingSettingsRoutes } from './dashboard/billing.tsx';
import { brandingRoutes } from './dashboard/branding.tsx';
import { clockRoutes } from './dashboard/clocks.tsx';
import { connectedAccountsRoutes } from './dashboard/connected-accounts.tsx';
import { connectedAppsRoutes } from './dashboard/connected-apps.tsx';
import { deliveryRoutes } from './dashboard/deliveries.tsx';
import { eventRoutes } from './dashboard/events.tsx';
import { extensionRoutes } from './dashboard/extension.tsx';
import { faultRoutes } from './dashboard/faults.tsx';
import { homeRoutes } from './dashboard/home.tsx';
import { keyRoutes } from './dashboard/keys.tsx';
import { logRoutes } from './dashboard/logs.tsx';
import { makeRoutes } from './dashboard/make.tsx';
import { objectActionRoutes } from './dashboard/object-actions.tsx';
import { dataRoutes } from './dashboard/objects.tsx';
import { webhookEndpointRoutes } from './dashboard/webhook-endpoint.tsx';
import { webhookRoutes } from './dashboard/webhooks.tsx';
import { checkoutRoutes } from './hosted/checkout.tsx';
import { invoiceRoutes } from './hosted/invoice.tsx';
import { linkRoutes } from './hosted/link.tsx';
import { paperRoutes } from './hosted/papers.ts';
import { portalRoutes } from './hosted/portal/index.tsx';
import { liveRoutes } from './live.ts';
import { microdepositRoutes } from './microdeposits.tsx';
import { baseOf, type DashboardEnv, takePlace } from './place.ts';
import { problemPage } from './problem.tsx';
import { signInRoutes } from './sign-in.tsx';
import { type PageEnv, pageSteps } from './visit.ts';

/** The pages below `/acct_…/test`: one file each, one line here. */
const DASHBOARD: readonly ((platform: Platform) => Hono<DashboardEnv>)[] = [
  homeRoutes,
  makeRoutes,
  dataRoutes,
  objectActionRoutes,
  connectedAppsRoutes,
  connectedAccountsRoutes,
  extensionRoutes,
  brandingRoutes,
  eventRoutes,
  webhookRoutes,
  webhookEndpointRoutes,
  deliveryRoutes,
  logRoutes,
  keyRoutes,
  apiVersionRoutes,
  billingSettingsRoutes,
  clockRoutes,
  faultRoutes,
  liveRoutes,
];

/** An extension's colours as a style sheet, because pages allow no inline style. */
function brandRoute(platform: Platform): Hono {
  const app = new Hono();
  app.get('/assets/brand/:file{acct_\\w+\\.css}', (c) => {
    const css = brandCss(brandOf(platform, c.req.param('file').slice(0, -'.css'.length)));
    return c.body(css, 200, {
      'Content-Type': 'text/css; charset=utf-8',
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
    });
  });
  return app;
}

/** A picture of an extension: of the type that its content had, and never anything that runs. */
function imageRoute(platform: Platform): Hono {
  const app = new Hono();
  app.get('/assets/image/:id{file_\\w+}', (c) => {
    const row = platform.store.row(SYSTEM, 'annex.image', c.req.param('id'));
    if (row === undefined) return c.body(null, 404);
    const image = JSON.parse(row.text) as { type: string; base64: string };
    return c.body(new Uint8Array(Buffer.from(image.base64, 'base64')), 200, {
      'Content-Type': image.type === 'image/png' ? 'image/png' : 'image/jpeg',
      'X-Content-Type-Options': 'nosniff',
      'Content-Security-Policy': "default-src 'none'; sandbox",
      'Cross-Origin-Resource-Policy': 'same-origin',
      'Cache-Control': 'private, max-age=31536000, immutable',
    });
  });
  return app;
}

function dashboard(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.use(takePlace(platform));
  for (const routes of DASHBOARD) app.route('/', routes(platform));
  return app;
}

function pageApp(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.route('/', assetRoutes());
  app.route('/', brandRoute(platform));
  app.route('/', imageRoute(platform));
  for (const step of pageSteps(platform)) app.use(step);
  app.onError((error, c) => {
    platform.defect(error);
    return problemPage(c, { status: 500, title: 'The simulator has a defect', text: 'This is not your doing. Its log has the details.' });
  });
  app.notFound((c) =>
    problemPage(c, { status: 404, title: 'There is no such page', text: 'The address is mistyped, or the page has moved.' }),
  );
  app.route('/', signInRoutes(platform));
  app.route('/', bankRoutes(platform));
  app.route('/', microdepositRoutes(platform));
  app.route('/', checkoutRoutes(platform));
  app.route('/', linkRoutes(platform));
  app.route('/', invoiceRoutes(platform));
  app.route('/', paperRoutes(platform));
  app.route('/', portalRoutes(platform));
  app.route('/:account{acct_\\w+}/:mode{(?:test|live)}', dashboard(platform));
  // Addresses without an account lead to the one that was looked at last.
  app.get('*', (c) => {
    const { user, session } = c.get('visitor');
    const path = c.req.path === '/' ? '' : c.req.path;
    const isKnown =
      path === '' ||
      /^\/(settings|data|events|webhooks|logs|make|connected-accounts|deliveries|clocks|faults|new-account|find)(\/|$)/.test(path);
    if (!isKnown) return c.notFound();
    if (user === undefined || session === undefined) return c.redirect(`/sign-in?next=${encodeURIComponent(path || '/')}`, 303);
    const account = session.account !== null && user.accounts.includes(session.account) ? session.account : user.accounts[0];
    if (account === undefined)
      return problemPage(c, { status: 404, title: 'You have no account yet', text: 'Sign up with another e-mail to open one.' });
    return c.redirect(baseOf(account, session.livemode) + path, 302);
  });
  return app;
}

/** Milliseconds between two savings of what applications did. */
const KEEP_ACCESS = 5_000;

/** With a data folder, the owner of an account sees what an extension did also after a restart. */
function keepAccess(platform: Platform): () => void {
  if (platform.settings.data === undefined) return () => {};
  const { access, store } = platform;
  access.load(store);
  const keep = (): void => {
    const writes = access.takeWrites();
    if (writes.length > 0) store.commit({ writes });
  };
  const timer = setInterval(keep, KEEP_ACCESS).unref();
  return () => {
    clearInterval(timer);
    keep();
  };
}

/** Everything that is neither the API nor OAuth: the pages for people. */
export function pages(platform: Platform): Part {
  const listener = getRequestListener(pageApp(platform).fetch, { overrideGlobalObjects: false });
  return {
    doors: {
      '': (request, response) => {
        void listener(request, response);
      },
    },
    close: keepAccess(platform),
  };
}
