import type { Context } from 'hono';
import type { Lantern } from '../lantern.ts';
import { problem } from '../pages/problem.tsx';
import { type Role, roleOf } from '../people/members.ts';
import { newToken, sameSecret } from '../people/secrets.ts';
import { personOfSession } from '../people/sessions.ts';
import { textWithin } from './body.ts';
import { cookieText, readCookie } from './cookies.ts';
import { pageHeaders, withHeaders } from './headers.ts';
import { type Mode, placeOf } from './place.ts';
import { type AccountVisit, type Answer, csrfOf, type PersonVisit, type Route, redirect, type Visit } from './visit.ts';

const BROWSER_LIVES_MS = 400 * 86_400_000;
const FORM_LIMIT = 64 * 1024;

/** What every page goes through, in this order. A step answers, or lets the visit go on. */
const STEPS: readonly ((visit: Visit, route: Route) => Promise<Response | Visit> | Response | Visit)[] = [
  ownAddress,
  whoIsThere,
  mayTheyCome,
  hasTheAccountLeft,
  isItPaidFor,
  wasTheFormOurs,
];

export function pageDoor(lantern: Lantern, route: Route): (context: Context) => Promise<Response> {
  const headers = pageHeaders({ secure: lantern.secure, formTargets: lantern.formTargets });
  return async (context) => {
    let visit = arriving(lantern, context);
    try {
      for (const step of STEPS) {
        const next = await step(visit, route);
        if (next instanceof Response) return withHeaders(next, headers, visit.cookies);
        visit = next;
      }
      // The steps have made of it what this route asks for.
      return withHeaders(await (route.run as (visit: Visit) => Answer)(visit), headers, visit.cookies);
    } catch (error) {
      lantern.log('error', 'A page failed.', { path: route.path, error: String((error as Error).stack ?? error) });
      const sorry = {
        status: 500,
        title: 'Something went wrong on our side',
        text: 'Nothing was changed. Reload the page in a moment; the log has the details.',
      };
      return withHeaders(problem(visit, sorry), headers, visit.cookies);
    }
  };
}

export const notFound = (lantern: Lantern, context: Context): Response => {
  const headers = pageHeaders({ secure: lantern.secure, formTargets: [] });
  return withHeaders(nothingHere(arriving(lantern, context)), headers, []);
};

function arriving(lantern: Lantern, context: Context): Visit {
  const request = context.req.raw;
  const known = readCookie(request, lantern.cookies.browser);
  const browser = known ?? newToken();
  const cookies: string[] = [];
  if (known === undefined)
    cookies.push(cookieText(lantern.cookies.browser, browser, { secure: lantern.secure, maxAgeMs: BROWSER_LIVES_MS }));
  const csrf = csrfOf(lantern.keys.forms, browser, undefined);
  const base = { lantern, request, url: new URL(request.url), params: context.req.param() as Record<string, string> };
  return { ...base, browser, sessionToken: undefined, person: undefined, csrf, form: new URLSearchParams(), cookies };
}

/** On this machine a server has several names, but cookies and the redirect URI belong to one. */
function ownAddress(visit: Visit): Response | Visit {
  const host = visit.request.headers.get('host') ?? visit.url.host;
  const own = new URL(visit.lantern.publicUrl);
  const local = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])(:|$)/;
  if (visit.request.method !== 'GET' || host === own.host || !local.test(host) || !local.test(own.host)) return visit;
  return redirect(new URL(visit.url.pathname + visit.url.search, own).href);
}

async function whoIsThere(visit: Visit): Promise<Visit> {
  const { lantern, request, browser } = visit;
  const sessionToken = readCookie(request, lantern.cookies.session);
  if (sessionToken === undefined) return visit;
  const person = await personOfSession(lantern.kit.database, sessionToken, lantern.now());
  if (person === undefined) return visit;
  return { ...visit, sessionToken, person, csrf: csrfOf(lantern.keys.forms, browser, sessionToken) };
}

const nothingHere = (visit: Visit): Response =>
  problem(visit, {
    status: 404,
    title: 'There is no such page',
    text: 'The address is mistyped, or it belongs to an account that is not yours.',
  });

const RANK: Readonly<Record<Role, number>> = { member: 0, owner: 1 };

/** An account of somebody else answers exactly like a page that does not exist. */
async function mayTheyCome(visit: Visit, route: Route): Promise<Response | Visit> {
  if (route.access === 'anyone') return visit;
  const { person, params, lantern } = visit;
  if (person === undefined) {
    if (visit.request.method === 'GET') return redirect(`/sign-in?next=${encodeURIComponent(visit.url.pathname + visit.url.search)}`);
    return problem(visit, {
      status: 401,
      title: 'You are not signed in',
      text: 'Your session has ended. Nothing was changed. Sign in and try again.',
    });
  }
  if (route.access === 'person') return visit;
  const { account = '', mode = '' } = params;
  if (mode !== 'test' && mode !== 'live') return nothingHere(visit);
  const role = await roleOf(lantern.kit.database, person.id, account);
  if (role === undefined) return nothingHere(visit);
  const [place, entitlement] = await Promise.all([
    placeOf(lantern.kit.database, account, mode as Mode),
    lantern.kit.billing.entitlement({ account, livemode: mode === 'live' }),
  ]);
  const inside: AccountVisit = { ...(visit as PersonVisit), place, role, entitlement };
  if (RANK[role] >= RANK[route.access]) return inside;
  return problem(inside, {
    status: 403,
    title: 'Only an owner may do this',
    text: 'You are a member of this account. Ask one of its owners.',
  });
}

function hasTheAccountLeft(visit: Visit, route: Route): Response | Visit {
  if (!('place' in visit) || !('access' in route) || route.access === 'anyone' || route.access === 'person') return visit;
  const { place } = visit as AccountVisit;
  if (place.state === 'connected' || route.afterLeaving === true) return visit;
  return redirect(`${place.base}/left`);
}

/** Locked figures lead to the billing page. Nothing is lost meanwhile: the mirror and the books go on. */
function isItPaidFor(visit: Visit, route: Route): Response | Visit {
  if (!('place' in visit) || route.access === 'anyone' || route.access === 'person') return visit;
  const { place, entitlement, request } = visit as AccountVisit;
  if (entitlement.granted || place.state !== 'connected' || route.whileLocked === true || route.afterLeaving === true) return visit;
  if (request.method === 'GET') return redirect(`${place.base}/billing`);
  return problem(visit, { status: 402, title: 'Lantern is locked for this account', text: `${entitlement.sentence} Nothing was changed.` });
}

/** A form must have been shown to this browser and this session; nothing is done otherwise. */
async function wasTheFormOurs(visit: Visit): Promise<Response | Visit> {
  const { request } = visit;
  if (request.method === 'GET' || request.method === 'HEAD') return visit;
  const isForm = (request.headers.get('content-type') ?? '').startsWith('application/x-www-form-urlencoded');
  const form = new URLSearchParams(isForm ? ((await textWithin(request, FORM_LIMIT)) ?? '') : '');
  if (sameSecret(form.get('csrf') ?? '', visit.csrf)) return { ...visit, form };
  return problem(visit, {
    status: 403,
    title: 'This form was not sent from its own page',
    text: 'It was opened before you signed in or out, or it did not come from here. Nothing was changed. Go back, reload the page and send it again.',
  });
}
