import type { MiddlewareHandler } from 'hono';
import type { UserRecord } from '../accounts/records.ts';
import { rememberPlace } from '../accounts/sessions.ts';
import type { StripeObject, World } from '../engine/index.ts';
import type { Platform } from '../platform.ts';
import { problemPage } from './problem.tsx';
import type { PageEnv } from './visit.ts';

/** Whose data a dashboard page shows: said by its address, so that two tabs never mix accounts. */
export interface Place {
  readonly user: UserRecord;
  readonly account: StripeObject;
  readonly world: World;
  /** `/acct_…/test` */
  readonly base: string;
}

export interface DashboardEnv {
  Variables: PageEnv['Variables'] & { place: Place };
}

export const baseOf = (account: string, livemode: boolean): string => `/${account}/${livemode ? 'live' : 'test'}`;

/** The account of the address must be one of the person's; another's is as if it did not exist. */
export const takePlace = (platform: Platform): MiddlewareHandler<DashboardEnv> => {
  return async (c, next) => {
    const { user, session } = c.get('visitor');
    if (user === undefined || session === undefined) {
      return c.redirect(`/sign-in?next=${encodeURIComponent(c.req.method === 'GET' ? c.req.path + new URL(c.req.url).search : '/')}`, 303);
    }
    const id = c.req.param('account') ?? '';
    const mode = c.req.param('mode') ?? '';
    const account = user.accounts.includes(id) ? platform.accounts.account(id) : undefined;
    if (account === undefined || (mode !== 'test' && mode !== 'live')) {
      return problemPage(c, {
        status: 404,
        title: 'There is no such page',
        text: 'Either the address is mistyped, or it belongs to an account of somebody else.',
      });
    }
    const world = { account: id, livemode: mode === 'live' };
    if (c.req.header('annex-live') === undefined) rememberPlace(platform, session, world);
    c.set('place', { user, account, world, base: baseOf(id, world.livemode) });
    return next();
  };
};
