import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { ConnectionRecord } from '../../accounts/records.ts';
import { NOBODY, type StripeObject, SYSTEM, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { disconnect } from '../../resources/connection.ts';
import { ago, Time } from '../bits.tsx';
import { type Brand, brandCssPath, brandOf } from '../brand.ts';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';

interface App {
  readonly connection: ConnectionRecord;
  readonly brand: Brand;
}

function appsOf(platform: Platform, world: World): App[] {
  const standing = (row: StripeObject): boolean => row.revoked_at === null && row.livemode === world.livemode;
  const { rows } = platform.store.page(SYSTEM, 'annex.connection', {
    where: [['account', world.account]],
    filter: standing,
    limit: Number.POSITIVE_INFINITY,
  });
  return rows.map((row) => {
    const connection = JSON.parse(row.text) as ConnectionRecord;
    return { connection, brand: brandOf(platform, connection.owner) };
  });
}

const Reads: FC<{ platform: Platform; app: App; base: string }> = ({ platform, app, base }) => {
  const { connection } = app;
  const access = platform.access.of(connection.owner, connection.account);
  const now = platform.clock.now();
  if (access.length === 0) return <p class="quiet">It has not called the API for this account yet.</p>;
  return (
    <details id={`reads-${connection.application}`}>
      <summary>What it did ({access.reduce((sum, row) => sum + row.reads + row.writes, 0)} calls)</summary>
      <div class="scroll">
        <table>
          <thead>
            <tr>
              <th scope="col">What</th>
              <th scope="col" class="num">
                Read
              </th>
              <th scope="col" class="num">
                Changed
              </th>
              <th scope="col" class="num">
                Refused
              </th>
              <th scope="col">Last time</th>
            </tr>
          </thead>
          <tbody>
            {access.map((row) => (
              <tr>
                <th scope="row">{row.what}</th>
                <td class="num">{row.reads}</td>
                <td class="num">{row.writes}</td>
                <td class="num">{row.refused}</td>
                <td>
                  <span title={new Date(row.lastAt).toISOString()}>{ago(now - Math.floor(row.lastAt / 1000))}</span>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="quiet">
        Counted from the API log. <a href={`${base}/logs?application=${connection.application}`}>See the calls</a>
      </p>
    </details>
  );
};

const AppPanel: FC<{ platform: Platform; app: App; base: string; csrf: string }> = ({ platform, app, base, csrf }) => {
  const { connection, brand } = app;
  const last = platform.access.last(connection.owner, connection.account);
  return (
    <section class="panel" aria-labelledby={`app-${connection.application}`}>
      <div class="app-row">
        {brand.icon === undefined ? (
          <span class={`tile small brand-${brand.account}`} aria-hidden="true">
            {[...brand.name][0]?.toUpperCase()}
          </span>
        ) : (
          <img class="brand-image small" src={brand.icon} alt="" />
        )}
        <div>
          <h2 id={`app-${connection.application}`}>{brand.name}</h2>
          <p class="quiet">
            <span class="tag">{connection.scope === 'read_only' ? 'read only' : 'read and write'}</span> since{' '}
            <Time seconds={connection.created} />
            {' · '}
            {last === undefined ? 'never called' : `last call ${ago(platform.clock.now() - Math.floor(last / 1000))}`}
          </p>
        </div>
        <form method="post" action={`${base}/settings/apps/revoke`} class="end">
          <Csrf token={csrf} />
          <input type="hidden" name="connection" value={connection.id} />
          <button type="submit" class="danger">
            Revoke access<span class="sr"> of {brand.name}</span>
          </button>
        </form>
      </div>
      <Reads platform={platform} app={app} base={base} />
    </section>
  );
};

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const apps = appsOf(platform, world);
  const other = appsOf(platform, { ...world, livemode: !world.livemode }).length;
  const revoked = c.req.query('revoked');
  return shellPage(platform, c, {
    title: 'Connected apps',
    current: '/settings/apps',
    lead: 'Extensions that may read or change the data of this account, what they were allowed, and what they really did.',
    styles: apps.map((app) => brandCssPath(app.brand)),
    children: (
      <>
        {revoked !== undefined && (
          <p class="notice good" role="status">
            {brandOf(platform, revoked).name} no longer has access. It was told by the event <code>account.application.deauthorized</code>.
          </p>
        )}
        <div id="apps" data-live="annex.connection">
          {apps.map((app) => (
            <AppPanel platform={platform} app={app} base={base} csrf={c.get('visitor').csrf} />
          ))}
          {apps.length === 0 && (
            <div class="panel empty">
              No extension is connected in {world.livemode ? 'live' : 'test'} mode.
              {other > 0 && ` In ${world.livemode ? 'test' : 'live'} mode there ${other === 1 ? 'is one' : `are ${other}`}.`}
            </div>
          )}
        </div>
      </>
    ),
  });
}

function revoke(platform: Platform, c: Context<DashboardEnv>): Response {
  const { world, base } = c.get('place');
  const connection = platform.accounts.connectionById(field(c, 'connection'));
  if (connection === undefined || connection.account !== world.account) return c.redirect(`${base}/settings/apps`, 303);
  const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
  disconnect(draft, connection);
  platform.commit(draft);
  return c.redirect(`${base}/settings/apps?revoked=${connection.owner}`, 303);
}

/** P7b: what the owner of an account sees of the extensions that are connected to it. */
export function connectedAppsRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/settings/apps', (c) => show(platform, c));
  app.post('/settings/apps/revoke', (c) => revoke(platform, c));
  return app;
}
