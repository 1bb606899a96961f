import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { addKey } from '../../accounts/accounts.ts';
import type { KeyRecord } from '../../accounts/records.ts';
import { NOBODY, SYSTEM, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { CopyButton, Time } from '../bits.tsx';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { openOwnAccount } from '../register.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';
import { ApiVersion } from './api-version.tsx';

function keysOf(platform: Platform, world: World): KeyRecord[] {
  const { rows } = platform.store.page(SYSTEM, 'annex.key', {
    where: [['account', world.account]],
    filter: (key) => key.livemode === world.livemode && key.kind !== 'access_token' && key.revoked_at === null,
    limit: 50,
    oldestFirst: true,
  });
  return rows.map((row) => JSON.parse(row.text) as KeyRecord);
}

const Row: FC<{ record: KeyRecord; base: string; csrf: string; mayRevoke: boolean }> = ({ record, base, csrf, mayRevoke }) => (
  <tr data-row={record.id}>
    <td>{record.kind}</td>
    <td>
      {record.kind === 'publishable' ? (
        <code class="wrap">{record.key}</code>
      ) : (
        <details id={`key-${record.id.slice(0, 8)}`}>
          <summary>
            <code>{`${record.masked.slice(0, 8)}…${record.masked.slice(-4)}`}</code>
            <span class="sr"> Reveal</span>
          </summary>
          <code class="wrap">{record.key}</code>
        </details>
      )}{' '}
      <CopyButton text={record.key ?? ''} label={`Copy the ${record.kind} key`} />
    </td>
    <td>
      <Time seconds={record.created} />
    </td>
    <td>
      {mayRevoke && (
        <form method="post" action={`${base}/settings/keys`}>
          <Csrf token={csrf} />
          <input type="hidden" name="key" value={record.id} />
          <button type="submit" name="action" value="revoke" class="small danger">
            Revoke
          </button>
        </form>
      )}
    </td>
  </tr>
);

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const keys = keysOf(platform, world);
  const secrets = keys.filter((key) => key.kind === 'secret').length;
  const { csrf } = c.get('visitor');
  const url = new URL(platform.url);
  const snippet = `import Stripe from 'stripe';\n\nconst stripe = new Stripe('${world.livemode ? 'sk_live_…' : 'sk_test_…'}', {\n  host: '${url.hostname}',\n  port: ${url.port},\n  protocol: 'http',\n});`;
  return shellPage(platform, c, {
    title: 'API keys',
    current: '/settings/keys',
    lead: 'They open this simulator and nothing else.',
    children: (
      <>
        <section class="panel">
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Kind</th>
                  <th scope="col">Key</th>
                  <th scope="col">Created (UTC)</th>
                  <th scope="col">
                    <span class="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {keys.map((record) => (
                  <Row
                    record={record}
                    base={base}
                    csrf={csrf}
                    mayRevoke={record.kind === 'restricted' || (record.kind === 'secret' && secrets > 1)}
                  />
                ))}
              </tbody>
            </table>
          </div>
        </section>
        <form method="post" action={`${base}/settings/keys`} class="panel">
          <Csrf token={csrf} />
          <button type="submit" name="action" value="create">
            Create another secret key
          </button>
        </form>
        <ApiVersion version={platform.versions.of(world.account)} base={base} csrf={csrf} changed={c.req.query('changed') === 'version'} />
        <section class="panel">
          <h2>Point the official library at this simulator</h2>
          <pre class="code" tabindex={0}>
            {snippet}
          </pre>
        </section>
      </>
    ),
  });
}

function change(platform: Platform, c: Context<DashboardEnv>): Response {
  const { world, base } = c.get('place');
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  if (field(c, 'action') === 'create') {
    const key = `sk_${world.livemode ? 'live' : 'test'}_51${world.account.slice(6)}${draft.random(82)}`;
    addKey(draft, { account: world.account, livemode: world.livemode, kind: 'secret', key });
  } else {
    const keys = keysOf(platform, world);
    const key = keys.find((record) => record.id === field(c, 'key') && record.kind !== 'publishable');
    const isLast = key?.kind === 'secret' && keys.filter((record) => record.kind === 'secret').length < 2;
    if (key !== undefined && !isLast) draft.set(key, { revoked_at: draft.now }, { event: null });
  }
  platform.commit(draft);
  return c.redirect(`${base}/settings/keys`, 303);
}

function newAccount(platform: Platform, c: Context<DashboardEnv>, error?: string): Response | Promise<Response> {
  const { base } = c.get('place');
  return shellPage(platform, c, {
    title: 'Open a new account',
    current: '/new-account',
    children: (
      <form method="post" action={`${base}/new-account`} class="panel stack">
        <Csrf token={c.get('visitor').csrf} />
        {error !== undefined && (
          <p class="notice bad" role="alert">
            {error}
          </p>
        )}
        <label>
          Business name
          <input name="business" required maxlength={100} />
        </label>
        <label>
          Country <span class="quiet">two letters, for example US or DE</span>
          <input name="country" required minlength={2} maxlength={2} value="US" />
        </label>
        <button type="submit" class="primary">
          Open
        </button>
      </form>
    ),
  });
}

/** API keys, and one more account. */
export function keyRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/settings/keys', (c) => show(platform, c));
  app.post('/settings/keys', (c) => change(platform, c));
  app.get('/new-account', (c) => newAccount(platform, c));
  app.post('/new-account', (c) => {
    const { user, world } = c.get('place');
    const country = field(c, 'country').toUpperCase();
    const name = field(c, 'business');
    if (name === '' || !/^[A-Z]{2}$/.test(country))
      return newAccount(platform, c, 'The account needs a business name and a country of two letters.');
    const account = openOwnAccount(platform, user.id, { name, country, email: null });
    return c.redirect(`/${account}/${world.livemode ? 'live' : 'test'}`, 303);
  });
  return app;
}
