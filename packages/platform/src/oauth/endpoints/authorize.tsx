import { Hono } from 'hono';
import { rememberPlace } from '../../accounts/sessions.ts';
import { NOBODY, SYSTEM } from '../../engine/index.ts';
import { ConsentPage } from '../../pages/consent.tsx';
import { page } from '../../pages/layout.tsx';
import { problemPage } from '../../pages/problem.tsx';
import { openOwnAccount } from '../../pages/register.ts';
import { field, type PageContext, type PageEnv, pageSteps } from '../../pages/visit.ts';
import type { Platform } from '../../platform.ts';
import { type AuthorizeRequest, checkAuthorize } from '../checks/authorize.ts';
import { choicesOf, refusalOfChoice, straightThrough } from '../checks/choices.ts';
import { acceptedUrl, deniedUrl, issueCode } from '../grants/code.ts';
import { OAuthError } from '../refusals.ts';

const PATHS = ['/oauth/authorize', '/oauth/v2/authorize'];

/** A browser is shown the refusal as a page that has the JSON in it; everything else gets the JSON alone (oauth 4.6). */
function refused(c: PageContext, error: OAuthError): Response | Promise<Response> {
  const { status, body } = error.refused;
  if (c.req.header('sec-fetch-dest') !== 'document') return c.json(body, status as 400);
  const nested = typeof body.error === 'object' ? (body.error as { message?: string }).message : undefined;
  return problemPage(c, {
    status: status as 400,
    title: 'This link cannot connect an account',
    text: `${nested ?? body.error_description ?? body.error} You have not been sent anywhere, and nothing was shared. The people who gave you the link can correct it.`,
    json: body,
  });
}

/** The code is made in the moment of the answer; the connection is not made before it is exchanged. */
function accept(platform: Platform, c: PageContext, given: { request: AuthorizeRequest; account: string }): Response {
  const { request, account } = given;
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  const code = issueCode(draft, request, account);
  platform.commit(draft);
  const { session } = c.get('visitor');
  if (session !== undefined) rememberPlace(platform, session, { account, livemode: request.application.livemode });
  return c.redirect(acceptedUrl(request, code), 302);
}

function ask(platform: Platform, c: PageContext, given: { request: AuthorizeRequest; error?: string }): Response | Promise<Response> {
  const { request, error } = given;
  const { user, csrf, session } = c.get('visitor');
  c.set('formTargets', [new URL(request.redirectUri).origin]);
  const choices = choicesOf(platform, request, user!);
  const chosen = session?.account ?? undefined;
  return page(
    c,
    <ConsentPage platform={platform} request={request} user={user!} csrf={csrf} choices={choices} chosen={chosen} error={error} />,
    error === undefined ? 200 : 400,
  );
}

function show(platform: Platform, c: PageContext): Response | Promise<Response> {
  const request = checkAuthorize(platform, new URL(c.req.url).search);
  const { user, session } = c.get('visitor');
  if (user === undefined) {
    const next = `${c.req.path}?${request.query}`;
    return c.redirect(`${request.landing === 'register' ? '/sign-up' : '/sign-in'}?next=${encodeURIComponent(next)}`, 302);
  }
  const account = request.alwaysPrompt ? undefined : straightThrough(choicesOf(platform, request, user), session?.account ?? undefined);
  return account === undefined ? ask(platform, c, { request }) : accept(platform, c, { request, account });
}

/** What the person decided. Every decision is checked again here; the form is not trusted. */
function decide(platform: Platform, c: PageContext): Response | Promise<Response> {
  const request = checkAuthorize(platform, new URL(c.req.url).search);
  const { user } = c.get('visitor');
  if (user === undefined) return c.redirect(`/sign-in?next=${encodeURIComponent(`${c.req.path}?${request.query}`)}`, 303);
  const decision = field(c, 'decision');
  if (decision === 'deny') return c.redirect(deniedUrl(request), 302);
  if (decision === 'blank' && !request.application.livemode) {
    const account = openOwnAccount(platform, user.id, {
      name: `Test account ${user.accounts.length + 1}`,
      email: null,
      country: 'US',
      blank: true,
    });
    return accept(platform, c, { request, account });
  }
  if (decision === 'create') {
    const name = field(c, 'business');
    if (name === '' || name.length > 100)
      return ask(platform, c, { request, error: 'The new account needs a business name of 100 characters at most.' });
    return accept(platform, c, { request, account: openForFlow(platform, request, { userId: user.id, name }) });
  }
  const account = field(c, 'account');
  const error = decision === 'allow' ? refusalOfChoice(choicesOf(platform, request, user), account) : 'Choose Connect or Cancel.';
  return error === undefined ? accept(platform, c, { request, account }) : ask(platform, c, { request, error });
}

/** An account made inside a platform's flow is controlled by that platform; in an extension's flow it is its own (oauth 1.1). */
function openForFlow(platform: Platform, request: AuthorizeRequest, given: { userId: string; name: string }): string {
  const { prefill, application } = request;
  const country = /^[A-Z]{2}$/.test((prefill.get('country') ?? '').toUpperCase()) ? prefill.get('country')!.toUpperCase() : 'US';
  const controlledBy = application.kind === 'platform' ? { controlledBy: application.account } : {};
  const email = prefill.get('email') ?? null;
  return openOwnAccount(platform, given.userId, { name: given.name, email, country, ...controlledBy });
}

export function authorizeApp(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  for (const step of pageSteps(platform)) app.use(step);
  app.use(async (c, next) => {
    await next();
    c.header('Request-Id', `req_${platform.ids.random(14)}`);
  });
  app.onError((error, c) => {
    if (error instanceof OAuthError) return refused(c, error);
    platform.defect(error);
    return problemPage(c, { status: 500, title: 'The simulator has a defect', text: 'This is not your doing. Its log has the details.' });
  });
  app.notFound((c) =>
    problemPage(c, {
      status: 404,
      title: 'There is no such page',
      text: `${c.req.path} is not an address of OAuth. It begins at /oauth/authorize.`,
    }),
  );
  for (const path of PATHS) app.get(path, (c) => show(platform, c)).post(path, (c) => decide(platform, c));
  return app;
}
