import { Hono } from 'hono';
import type { StripeObject } from '../../../engine/index.ts';
import type { Platform } from '../../../platform.ts';
import { page } from '../../layout.tsx';
import type { PageEnv } from '../../visit.ts';
import { portalCardRoutes } from './cards.tsx';
import { flowOf, inPortal, PORTAL } from './door.tsx';
import { PortalHome } from './home.tsx';
import { portalInformationRoutes } from './information.tsx';
import { portalPlanRoutes } from './plans.tsx';
import { portalSubscriptionRoutes } from './subscriptions.tsx';

/** The page of each flow. */
const FLOW_PAGES: Readonly<Record<string, (flow: StripeObject) => string>> = {
  customer_update: () => '/information',
  payment_method_update: () => '/card',
  subscription_cancel: (flow) => `/subscriptions/${flow.subscription_cancel.subscription}/cancel`,
  subscription_update: (flow) => `/subscriptions/${flow.subscription_update.subscription}/update`,
  subscription_update_confirm: (flow) => `/subscriptions/${flow.subscription_update_confirm.subscription}/confirm`,
};

/** The billing portal: what customers of an account do with their subscriptions, cards and invoices. */
export function portalRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get(
    PORTAL,
    inPortal(platform, undefined, (c, portal) => {
      const { flow } = portal.session;
      const done = c.req.query('done');
      const isFlow = flow !== null && done === undefined && c.req.query('home') === undefined;
      if (isFlow || flowOf(portal) !== undefined) return c.redirect(`${portal.base}${FLOW_PAGES[flow.type]!(flow)}`, 303);
      return page(c, <PortalHome portal={portal} done={done} error={undefined} />);
    }),
  );
  app.route('/', portalCardRoutes(platform));
  app.route('/', portalSubscriptionRoutes(platform));
  app.route('/', portalPlanRoutes(platform));
  app.route('/', portalInformationRoutes(platform));
  return app;
}
