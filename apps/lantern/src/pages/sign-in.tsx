import { Csrf, Field, Notice } from '../design/form.tsx';
import { Front, html } from '../design/layout.tsx';
import { adoptGuest, type Person, type SignUpOutcome, signIn, signUp } from '../people/people.ts';
import { closeSession, LIVES_MS, openSession } from '../people/sessions.ts';
import { cookieText } from '../web/cookies.ts';
import { field, nextOf, type Route, redirect, type Visit } from '../web/visit.ts';

/** The browser's session becomes this person's: always a new token, so that one planted before is worth nothing. */
export async function signedIn(visit: Visit, person: Person): Promise<void> {
  const { lantern, sessionToken } = visit;
  const { database } = lantern.kit;
  if (sessionToken !== undefined) await closeSession(database, sessionToken);
  const token = await openSession(database, person, lantern.now());
  const maxAgeMs = person.email === null ? LIVES_MS.guest : LIVES_MS.person;
  visit.cookies.push(cookieText(lantern.cookies.session, token, { secure: lantern.secure, maxAgeMs }));
}

const askedNext = (visit: Visit): string => nextOf(visit.url.searchParams.get('next') ?? visit.form.get('next'), '/');

interface Tried {
  readonly email?: string;
  readonly sentence?: string;
  readonly wrong?: { readonly field: 'email' | 'password'; readonly sentence: string };
}

function signInPage(visit: Visit, tried: Tried = {}, status = 200): Response {
  const next = askedNext(visit);
  return html(
    <Front visit={visit} title="Sign in">
      <h1>Sign in</h1>
      {tried.sentence !== undefined && <Notice kind="bad">{tried.sentence}</Notice>}
      <form method="post" action="/sign-in" class="card">
        <Csrf visit={visit} />
        <input type="hidden" name="next" value={next} />
        <Field label="E-mail" name="email" type="email" autocomplete="username" value={tried.email ?? ''} />
        <Field label="Password" name="password" type="password" autocomplete="current-password" />
        <p>
          <button type="submit" class="primary">
            Sign in
          </button>
        </p>
      </form>
      <p>
        New here? <a href={`/sign-up?next=${encodeURIComponent(next)}`}>Create an account</a>, or{' '}
        <a href="/">connect your Stripe account</a> first.
      </p>
    </Front>,
    status,
  );
}

const from = (visit: Visit): string => visit.lantern.addressOf(visit.request);

async function trySignIn(visit: Visit): Promise<Response> {
  const email = field(visit, 'email');
  const given = { email, password: visit.form.get('password') ?? '', from: from(visit), nowMs: visit.lantern.now() };
  const { database } = visit.lantern.kit;
  const outcome = await signIn(database, given);
  if ('sentence' in outcome) return signInPage(visit, { email, sentence: outcome.sentence }, outcome.status);
  const { person: guest } = visit;
  if (guest !== undefined && guest.email === null) await database.transaction((tx) => adoptGuest(tx, guest, outcome.person));
  await signedIn(visit, outcome.person);
  return redirect(askedNext(visit));
}

function signUpPage(visit: Visit, tried: Tried = {}, status = 200): Response {
  const isGuest = visit.person?.email === null;
  const errorOf = (name: 'email' | 'password'): string | undefined => (tried.wrong?.field === name ? tried.wrong.sentence : undefined);
  return html(
    <Front visit={visit} title={isGuest ? 'Keep your access' : 'Create an account'}>
      <h1>{isGuest ? 'Keep your access' : 'Create an account'}</h1>
      <p>
        {isGuest ? 'Your accounts stay with you; only the way to sign in is added.' : 'You can connect your Stripe account right after.'}
      </p>
      <form method="post" action="/sign-up" class="card">
        <Csrf visit={visit} />
        <input type="hidden" name="next" value={askedNext(visit)} />
        <Field label="E-mail" name="email" type="email" autocomplete="username" value={tried.email ?? ''} error={errorOf('email')} />
        <Field
          label="Password"
          name="password"
          type="password"
          autocomplete="new-password"
          hint="At least 10 characters. Length is what counts."
          error={errorOf('password')}
        />
        <p>
          <button type="submit" class="primary">
            {isGuest ? 'Keep my access' : 'Create account'}
          </button>
        </p>
      </form>
      <p>
        Already have an account? <a href={`/sign-in?next=${encodeURIComponent(askedNext(visit))}`}>Sign in</a>.
      </p>
    </Front>,
    status,
  );
}

async function trySignUp(visit: Visit): Promise<Response> {
  const { lantern, person } = visit;
  const email = field(visit, 'email');
  const guest = person?.email === null ? { guest: person } : {};
  const outcome: SignUpOutcome = await signUp(lantern.kit.database, {
    email,
    password: visit.form.get('password') ?? '',
    nowMs: lantern.now(),
    ...guest,
  });
  if ('sentence' in outcome) return signUpPage(visit, { email, wrong: outcome }, 422);
  await signedIn(visit, outcome.person);
  return redirect(askedNext(visit));
}

async function signOut(visit: Visit): Promise<Response> {
  const { lantern, sessionToken } = visit;
  if (sessionToken !== undefined) await closeSession(lantern.kit.database, sessionToken);
  visit.cookies.push(cookieText(lantern.cookies.session, '', { secure: lantern.secure, maxAgeMs: 0 }));
  return redirect('/');
}

export const signInRoutes: readonly Route[] = [
  { method: 'GET', path: '/sign-in', access: 'anyone', run: (visit) => signInPage(visit) },
  { method: 'POST', path: '/sign-in', access: 'anyone', run: trySignIn },
  { method: 'GET', path: '/sign-up', access: 'anyone', run: (visit) => signUpPage(visit) },
  { method: 'POST', path: '/sign-up', access: 'anyone', run: trySignUp },
  { method: 'POST', path: '/sign-out', access: 'anyone', run: signOut },
];
