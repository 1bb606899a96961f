import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { hashPassword, isPassword } from '../accounts/passwords.ts';
import { beginSession, endSession } from '../accounts/sessions.ts';
import { demoUsers, userByEmail } from '../accounts/users.ts';
import type { Platform } from '../platform.ts';
import { Csrf, FormError, Front, page } from './layout.tsx';
import { flowTargets, ownPath } from './next.ts';
import { registerOwner, type SignUp, signUpRefusal } from './register.ts';
import { field, giveCookie, type PageContext, type PageEnv } from './visit.ts';

interface Shown {
  readonly csrf: string;
  readonly next: string;
  readonly email?: string;
  readonly error?: string;
}

const Demo: FC<{ platform: Platform; shown: Shown }> = ({ platform, shown }) => {
  const users = demoUsers(platform.store);
  if (users.length === 0) return null;
  return (
    <section class="demo" aria-labelledby="demo">
      <h2 id="demo">Demo users</h2>
      <ul class="plain">
        {users.map((user) => (
          <li>
            <form method="post" action="/sign-in">
              <Csrf token={shown.csrf} />
              <input type="hidden" name="next" value={shown.next} />
              <input type="hidden" name="email" value={user.email} />
              <input type="hidden" name="password" value={user.known_password ?? ''} />
              <button type="submit" class="row-button">
                <strong>Sign in as {user.name}</strong>
                <span class="quiet">
                  {user.email} · password <code>{user.known_password}</code>
                </span>
              </button>
            </form>
          </li>
        ))}
      </ul>
    </section>
  );
};

const SignInPage: FC<{ platform: Platform; shown: Shown }> = ({ platform, shown }) => (
  <Front title="Sign in">
    <h1>Sign in</h1>
    <p class="quiet">
      {shown.next.startsWith('/oauth/') ? 'Sign in to choose the account to connect.' : 'To the dashboard of your simulated accounts.'}
    </p>
    <FormError text={shown.error} />
    <form method="post" action="/sign-in" class="stack">
      <Csrf token={shown.csrf} />
      <input type="hidden" name="next" value={shown.next} />
      <label>
        E-mail
        <input type="email" name="email" required autocomplete="username" value={shown.email ?? ''} />
      </label>
      <label>
        Password
        <input type="password" name="password" required autocomplete="current-password" />
      </label>
      <button type="submit" class="primary">
        Sign in
      </button>
    </form>
    <p>
      No user yet? <a href={`/sign-up?next=${encodeURIComponent(shown.next)}`}>Create one with an account</a>
    </p>
    <Demo platform={platform} shown={shown} />
  </Front>
);

const SignUpPage: FC<{ shown: Shown; given: SignUp }> = ({ shown, given }) => (
  <Front title="Create a user">
    <h1>Create a user and an account</h1>
    <p class="quiet">It exists on this machine only. Use any e-mail address; nothing is sent to it.</p>
    <FormError text={shown.error} />
    <form method="post" action="/sign-up" class="stack">
      <Csrf token={shown.csrf} />
      <input type="hidden" name="next" value={shown.next} />
      <label>
        Your name
        <input name="name" required maxlength={100} autocomplete="name" value={given.name} />
      </label>
      <label>
        E-mail
        <input type="email" name="email" required maxlength={200} autocomplete="username" value={given.email} />
      </label>
      <label>
        Password
        <span class="quiet">8 characters or more</span>
        <input type="password" name="password" required minlength={8} maxlength={200} autocomplete="new-password" />
      </label>
      <label>
        Business name
        <input name="business" required maxlength={100} autocomplete="organization" value={given.business} />
      </label>
      <label>
        Country
        <span class="quiet">two letters, for example US or DE</span>
        <input name="country" required maxlength={2} minlength={2} autocomplete="country" value={given.country} />
      </label>
      <button type="submit" class="primary">
        Create
      </button>
    </form>
    <p>
      You have one already? <a href={`/sign-in?next=${encodeURIComponent(shown.next)}`}>Sign in</a>
    </p>
  </Front>
);

/** `stripe_user[…]` of a flow fills the form in; what is not valid is dropped without a word (oauth 4.2). */
function prefilled(next: string): SignUp {
  const query = new URLSearchParams(next.slice(next.indexOf('?') + 1));
  const of = (key: string): string => (query.get(`stripe_user[${key}]`) ?? '').slice(0, 200);
  const country = of('country').toUpperCase();
  const email = of('email');
  return {
    name: [of('first_name'), of('last_name')].filter((part) => part !== '').join(' '),
    email: /^[^@\s]+@[^@\s]+$/.test(email) ? email : '',
    password: '',
    business: of('business_name'),
    country: /^[A-Z]{2}$/.test(country) ? country : 'US',
    url: /^https?:\/\//.test(of('url')) ? of('url') : '',
  };
}

function shownOn(platform: Platform, c: PageContext, next: string): Shown {
  c.set('formTargets', flowTargets(platform, next));
  return { csrf: c.get('visitor').csrf, next };
}

function enter(platform: Platform, c: PageContext, user: string, next: string): Response {
  const { session } = c.get('visitor');
  if (session !== undefined) endSession(platform, session);
  giveCookie(c, beginSession(platform, user));
  return c.redirect(next, 303);
}

/** Signing in, creating a user, signing out. */
export function signInRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  app.get('/sign-in', (c) => page(c, <SignInPage platform={platform} shown={shownOn(platform, c, ownPath(c.req.query('next')))} />));
  app.post('/sign-in', async (c) => {
    const next = ownPath(field(c, 'next'));
    const email = field(c, 'email');
    const user = userByEmail(platform.store, email);
    const password = c.get('form').get('password');
    if (await isPassword(typeof password === 'string' ? password : '', user?.password)) return enter(platform, c, user!.id, next);
    const error = 'This e-mail and password do not belong together. Check both, or create a user.';
    return page(c, <SignInPage platform={platform} shown={{ ...shownOn(platform, c, next), email, error }} />, 401);
  });
  app.get('/sign-up', (c) => {
    const next = ownPath(c.req.query('next'));
    return page(c, <SignUpPage shown={shownOn(platform, c, next)} given={prefilled(next)} />);
  });
  app.post('/sign-up', async (c) => {
    const next = ownPath(field(c, 'next'));
    const password = c.get('form').get('password');
    const given: SignUp = {
      name: field(c, 'name'),
      email: field(c, 'email'),
      password: typeof password === 'string' ? password : '',
      business: field(c, 'business'),
      country: field(c, 'country').toUpperCase(),
      url: prefilled(next).url,
    };
    const error = signUpRefusal(platform, given);
    if (error !== undefined) return page(c, <SignUpPage shown={{ ...shownOn(platform, c, next), error }} given={given} />, 400);
    return enter(platform, c, registerOwner(platform, given, await hashPassword(given.password)), next);
  });
  app.post('/sign-out', (c) => {
    const { session } = c.get('visitor');
    if (session !== undefined) endSession(platform, session);
    return c.redirect(`/sign-in?next=${encodeURIComponent(ownPath(field(c, 'next')))}`, 303);
  });
  return app;
}
