import { liveStream } from './live/stream.ts';
import { accountsRoutes } from './pages/accounts.tsx';
import { alertsRoutes } from './pages/alerts.tsx';
import { apiReferenceRoutes } from './pages/api-reference.tsx';
import { auditRoutes } from './pages/audit.tsx';
import { billingRoutes } from './pages/billing.tsx';
import { cashRoutes } from './pages/cash.tsx';
import { cohortsRoutes } from './pages/cohorts.tsx';
import { connectRoutes } from './pages/connect.tsx';
import { csvRoutes } from './pages/csv.ts';
import { customerRoutes } from './pages/customer.tsx';
import { customersRoutes } from './pages/customers.tsx';
import { failedRoutes } from './pages/failed.tsx';
import { feedRoutes } from './pages/feed.tsx';
import { fetchAgainRoutes } from './pages/fetch-again.tsx';
import { healthRoutes } from './pages/health.tsx';
import { homeRoutes } from './pages/home.tsx';
import { importRoutes } from './pages/import.tsx';
import { invitationRoutes } from './pages/invitation.tsx';
import { keysRoutes } from './pages/keys.tsx';
import { leftRoutes } from './pages/left.tsx';
import { membersRoutes } from './pages/members.tsx';
import { movementsRoutes } from './pages/movements.tsx';
import { mrrRoutes } from './pages/mrr.tsx';
import { objectsRoutes } from './pages/objects.tsx';
import { overviewRoutes } from './pages/overview.tsx';
import { passwordRoutes } from './pages/password.tsx';
import { reportingRoutes } from './pages/reporting.tsx';
import { rulesRoutes } from './pages/rules.tsx';
import { settingsRoutes } from './pages/settings.tsx';
import { signInRoutes } from './pages/sign-in.tsx';
import { whyRoutes } from './pages/why.tsx';
import type { Route } from './web/visit.ts';

/** Every page and action of Lantern. Who may come is declared with each; nothing else is served to a browser. */
export const routes: readonly Route[] = [
  ...homeRoutes,
  ...signInRoutes,
  ...passwordRoutes,
  ...connectRoutes,
  ...accountsRoutes,
  ...overviewRoutes,
  ...movementsRoutes,
  ...csvRoutes,
  ...mrrRoutes,
  ...customersRoutes,
  ...customerRoutes,
  ...cohortsRoutes,
  ...whyRoutes,
  ...failedRoutes,
  ...cashRoutes,
  ...objectsRoutes,
  ...fetchAgainRoutes,
  ...feedRoutes,
  ...importRoutes,
  ...healthRoutes,
  ...settingsRoutes,
  ...billingRoutes,
  ...rulesRoutes,
  ...reportingRoutes,
  ...alertsRoutes,
  ...keysRoutes,
  ...apiReferenceRoutes,
  ...membersRoutes,
  ...auditRoutes,
  ...invitationRoutes,
  ...leftRoutes,
  { method: 'GET', path: '/a/:account/:mode/live', access: 'member', afterLeaving: true, run: liveStream },
];
