import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { getCookie, setCookie } from 'hono/cookie';
import type { SessionRecord, UserRecord } from '../accounts/records.ts';
import { sameSecret } from '../accounts/secrets.ts';
import { csrfOf, newToken, sessionOf } from '../accounts/sessions.ts';
import { userById } from '../accounts/users.ts';
import type { Platform } from '../platform.ts';
import { problemPage } from './problem.tsx';

/** Who looks at a page. */
export interface Visitor {
  /** The cookie's secret; it belongs to a session only after signing in. */
  readonly token: string;
  /** What each form of this browser carries. */
  readonly csrf: string;
  readonly session: SessionRecord | undefined;
  readonly user: UserRecord | undefined;
}

export interface PageEnv {
  Variables: {
    visitor: Visitor;
    /** The fields of a posted form; the last one of equal names. */
    form: Map<string, string | File>;
    /** Origins beside our own to which a form on this page may lead (the redirect URI of a consent). */
    formTargets: readonly string[];
  };
}

export type PageContext = Context<PageEnv>;

const COOKIE = 'annex_platform';

export function giveCookie(c: Context, token: string): void {
  setCookie(c, COOKIE, token, { httpOnly: true, sameSite: 'Lax', path: '/', maxAge: 30 * 24 * 3600 });
}

/** Reads the cookie; a browser without one gets a secret of its own, so that even the sign-in form can be protected. */
export const visit = (platform: Platform): MiddlewareHandler<PageEnv> => {
  return async (c, next) => {
    let token = getCookie(c, COOKIE);
    if (token === undefined || !/^[\w-]{43}$/.test(token)) {
      token = newToken();
      giveCookie(c, token);
    }
    const session = sessionOf(platform, token);
    const user = session === undefined ? undefined : userById(platform.store, session.user);
    c.set('visitor', { token, csrf: csrfOf(token), session: user === undefined ? undefined : session, user });
    await next();
  };
};

/** What a page may load and do: our own files, nothing inline, no frame around it (strict CSP). */
export const pageHeaders: MiddlewareHandler<PageEnv> = async (c, next) => {
  c.set('formTargets', []);
  await next();
  const targets = ["'self'", ...c.get('formTargets')].join(' ');
  const csp = `default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; form-action ${targets}; frame-ancestors 'none'; base-uri 'none'`;
  if (!c.res.headers.has('Content-Security-Policy')) c.header('Content-Security-Policy', csp);
  if (!c.res.headers.has('Cache-Control')) c.header('Cache-Control', 'no-store');
  c.header('X-Frame-Options', 'DENY');
  c.header('X-Content-Type-Options', 'nosniff');
  c.header('Referrer-Policy', 'no-referrer');
  c.header('Cross-Origin-Opener-Policy', 'same-origin');
};

const FORM_LIMIT = 64 * 1024;
/** Two images under 512 kB each, and the fields beside them. */
const UPLOAD_LIMIT = 1200 * 1024;

async function readForm(c: PageContext): Promise<Map<string, string | File>> {
  const type = c.req.header('content-type') ?? '';
  if (!/^(application\/x-www-form-urlencoded|multipart\/form-data)\b/i.test(type)) return new Map();
  return new Map(Object.entries(await c.req.parseBody()) as [string, string | File][]);
}

/** Every form that is posted must carry the token of the browser it was shown to; nothing is done otherwise. */
const checkForm: MiddlewareHandler<PageEnv> = async (c, next) => {
  if (c.req.method === 'GET' || c.req.method === 'HEAD') return next();
  if (c.req.method !== 'POST')
    return problemPage(c, { status: 405, title: 'This page is read or posted to', text: `${c.req.method} is not possible here.` });
  const form = await readForm(c).catch(() => undefined);
  if (form === undefined)
    return problemPage(c, {
      status: 400,
      title: 'The form could not be read',
      text: 'What was sent is not a complete form. Go back, reload the page and send it again.',
    });
  const csrf = form.get('csrf');
  if (typeof csrf !== 'string' || !sameSecret(csrf, c.get('visitor').csrf)) {
    return problemPage(c, {
      status: 403,
      title: 'This form was not sent from its own page',
      text: 'Its security token is missing or belongs to an earlier session. Nothing was done. Go back, reload the page and send the form again.',
    });
  }
  c.set('form', form);
  return next();
};

/** What every page goes through, in this order. */
export const pageSteps = (platform: Platform): MiddlewareHandler<PageEnv>[] => [
  pageHeaders,
  visit(platform),
  (c, next) => {
    const isUpload = (c.req.header('content-type') ?? '').startsWith('multipart/form-data');
    const maxSize = isUpload ? UPLOAD_LIMIT : FORM_LIMIT;
    const onError = (): Response | Promise<Response> => {
      // The rest of the body stays unread, so this connection cannot carry another request.
      c.header('Connection', 'close');
      const text = `A form may be ${maxSize / 1024} kB at most; images must be smaller than 512 kB each.`;
      return problemPage(c as PageContext, { status: 413, title: 'This is too large', text });
    };
    return bodyLimit({ maxSize, onError })(c, next);
  },
  checkForm,
];

/** A text field of the posted form, without surrounding blanks; empty where it is missing. */
// biome-ignore lint/suspicious/noExplicitAny: forms are read on pages of every environment
export function field(c: Context<any>, name: string): string {
  const value = (c.get('form') as PageEnv['Variables']['form']).get(name);
  return typeof value === 'string' ? value.trim() : '';
}
