import { type Context, Hono } from 'hono';
import type { Platform } from '../../platform.ts';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';

const FIGURES = [
  ['customer', 'Customers', '/data/customer'],
  ['subscription', 'Subscriptions', '/data/subscription'],
  ['invoice', 'Invoices', '/data/invoice'],
  ['payment_intent', 'Payments', '/data/payment_intent'],
  ['event', 'Events', '/events'],
] as const;

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  return shellPage(platform, c, {
    title: 'Overview',
    current: '',
    children: (
      <div class="tiles" id="figures" data-live={FIGURES.map(([object]) => object).join(' ')}>
        {FIGURES.map(([object, label, path]) => (
          <a class="figure" href={base + path}>
            <strong>{platform.store.count(world, object).toLocaleString('en')}</strong>
            <span class="quiet">{label}</span>
          </a>
        ))}
      </div>
    ),
  });
}

export function homeRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/', (c) => show(platform, c));
  return app;
}
