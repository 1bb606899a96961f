import type { ApiRoute } from '../api/route.ts';
import { apiRoutes } from '../api/routes.ts';
import { Front, html } from '../design/layout.tsx';
import type { Route, Visit } from '../web/visit.ts';

/** Words in backticks are code. */
const inCode = (text: string) => text.split('`').map((part, n) => (n % 2 === 1 ? <code>{part}</code> : part));

const Entry = ({ route }: { route: ApiRoute }) => (
  <section class="card" aria-label={route.path}>
    <h2>
      <code>GET /api/v1{route.path}</code>
    </h2>
    <p>{route.sentence}</p>
    {route.query !== undefined && (
      <dl class="facts">
        {Object.entries(route.query).map(([name, sentence]) => (
          <>
            <dt>
              <code>{name}</code>
            </dt>
            <dd>{inCode(sentence)}</dd>
          </>
        ))}
      </dl>
    )}
    <p class="quiet">Answers {inCode(route.answers)}</p>
  </section>
);

const reference = (visit: Visit): Response =>
  html(
    <Front visit={visit} title="JSON API" wide>
      <h1>JSON API</h1>
      <p>
        An owner makes keys in the settings of the account; a key opens one account, test or live, for reading. Send it as{' '}
        <code>Authorization: Bearer lk_…</code>. Amounts are in minor units, times in seconds unless their name says otherwise. What is
        refused answers <code>{'{"error": {"message"}}'}</code>.
      </p>
      {apiRoutes.map((route) => (
        <Entry route={route} />
      ))}
    </Front>,
  );

export const apiReferenceRoutes: readonly Route[] = [{ method: 'GET', path: '/api', access: 'anyone', run: reference }];
