import { Csrf, Field } from '../design/form.tsx';
import { Front, html } from '../design/layout.tsx';
import { changePassword, type NotChanged } from '../people/change-password.ts';
import type { Person } from '../people/people.ts';
import { type PersonVisit, type Route, redirect } from '../web/visit.ts';
import { signedIn } from './sign-in.tsx';

const hasEmail = (person: Person): person is Person & { email: string } => person.email !== null;

/** A guest has no password yet, and is led to where one is chosen. */
function passwordPage(visit: PersonVisit, wrong?: NotChanged): Response {
  const { person } = visit;
  if (!hasEmail(person)) return redirect('/sign-up');
  const errorOf = (name: NotChanged['field']): string | undefined => (wrong?.field === name ? wrong.sentence : undefined);
  return html(
    <Front visit={visit} title="Change your password">
      <h1>Change your password</h1>
      <p>Changing it signs you out everywhere else. The audit trail of your accounts says that it was changed.</p>
      <form method="post" action="/password" class="card">
        <Csrf visit={visit} />
        {/* For password managers, which keep a password beside its name. */}
        <input type="hidden" name="username" value={person.email} autocomplete="username" />
        <Field label="Password now" name="current" type="password" autocomplete="current-password" error={errorOf('current')} />
        <Field
          label="New password"
          name="password"
          type="password"
          autocomplete="new-password"
          hint="At least 10 characters. Length is what counts."
          error={errorOf('password')}
        />
        <Field
          label="New password again"
          name="again"
          type="password"
          autocomplete="new-password"
          hint="Lantern sends no mail, so a forgotten password cannot be sent to you."
          error={errorOf('again')}
        />
        <p>
          <button type="submit" class="primary">
            Change password
          </button>
        </p>
      </form>
      <p>
        <a href="/accounts">Your accounts</a>
      </p>
    </Front>,
    wrong?.status ?? 200,
  );
}

async function tryChange(visit: PersonVisit): Promise<Response> {
  const { lantern, person, form, sessionToken: token } = visit;
  if (!hasEmail(person)) return redirect('/sign-up');
  const wrong = await changePassword(lantern.kit.database, {
    ...{ person, token, from: lantern.addressOf(visit.request), nowMs: lantern.now() },
    ...{ current: form.get('current') ?? '', password: form.get('password') ?? '', again: form.get('again') ?? '' },
  });
  if (wrong !== undefined) return passwordPage(visit, wrong);
  await signedIn(visit, person);
  return redirect('/accounts?changed=password');
}

export const passwordRoutes: readonly Route[] = [
  { method: 'GET', path: '/password', access: 'person', run: (visit) => passwordPage(visit) },
  { method: 'POST', path: '/password', access: 'person', run: tryChange },
];
