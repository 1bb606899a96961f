import { type Context, Hono } from 'hono';
import type { StripeObject } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import type { Seen } from '../values.tsx';
import { EventTable } from './events.tsx';
import { LogTable } from './logs.tsx';

const FIGURES = [
  ['customer', 'Customers', '/data/customer'],
  ['subscription', 'Subscriptions', '/data/subscription'],
  ['invoice', 'Invoices', '/data/invoice'],
  ['payment_intent', 'Payments', '/data/payment_intent'],
  ['event', 'Events', '/events'],
] as const;

const RECENT = 8;

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const seen: Seen = { platform, world, base };
  const events = platform.store.page(world, 'event', { limit: RECENT }).rows.map((row) => JSON.parse(row.text) as StripeObject);
  const requests = platform.log.entries().filter((entry) => entry.account === world.account && entry.livemode === world.livemode);
  return shellPage(platform, c, {
    title: 'Overview',
    current: '',
    actions: (
      <a class="button primary" href={`${base}/make`}>
        Make something happen
      </a>
    ),
    children: (
      <>
        <div class="tiles" id="figures" data-live={FIGURES.map(([object]) => object).join(' ')}>
          {FIGURES.map(([object, label, path]) => (
            <a class="figure" href={base + path}>
              <strong>{platform.store.count(world, object).toLocaleString('en')}</strong>
              <span class="quiet">{label}</span>
            </a>
          ))}
        </div>
        <section class="panel" id="events" data-live="event annex.delivery">
          <h2>Latest events</h2>
          {events.length === 0 ? (
            <div class="empty">
              Nothing has happened in {world.livemode ? 'live' : 'test'} mode yet. <a href={`${base}/make`}>Make something happen</a>, or{' '}
              <a href={`${base}/settings/keys`}>call the API</a>.
            </div>
          ) : (
            <EventTable seen={seen} events={events} />
          )}
        </section>
        {requests.length > 0 && (
          <section class="panel" id="requests" data-live="annex.log">
            <h2>Latest requests</h2>
            <LogTable seen={seen} entries={requests.slice(0, RECENT)} />
          </section>
        )}
      </>
    ),
  });
}

export function homeRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/', (c) => show(platform, c));
  return app;
}
