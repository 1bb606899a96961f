import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { ConnectionRecord } from '../../accounts/records.ts';
import { NOBODY, SYSTEM, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { disconnect } from '../../resources/connection.ts';
import { ago, Id, Time } from '../bits.tsx';
import { accountName } from '../brand.ts';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { shellPage } from '../shell.tsx';
import { field } from '../visit.ts';

function connectionsOf(platform: Platform, world: World): ConnectionRecord[] {
  const { rows } = platform.store.page(SYSTEM, 'annex.connection', {
    where: [['owner', world.account]],
    filter: (row) => row.revoked_at === null && row.livemode === world.livemode,
    limit: 200,
  });
  return rows.map((row) => JSON.parse(row.text) as ConnectionRecord);
}

const Row: FC<{ platform: Platform; connection: ConnectionRecord; base: string; csrf: string }> = ({
  platform,
  connection,
  base,
  csrf,
}) => {
  const account = platform.accounts.account(connection.account);
  const last = platform.access.last(connection.owner, connection.account);
  const isControlled = platform.accounts.controllerOf(connection.account) === connection.owner;
  return (
    <tr data-row={connection.id}>
      <td>{accountName(account) ?? 'Account without a name'}</td>
      <td>
        <Id id={connection.account} />
      </td>
      <td>
        <span class="tag">{connection.scope.replace('_', ' ')}</span> {isControlled && <span class="tag">controlled</span>}
      </td>
      <td>
        <Time seconds={connection.created} />
      </td>
      <td>{last === undefined ? <span class="quiet">never</span> : ago(platform.clock.now() - Math.floor(last / 1000))}</td>
      <td>
        {!isControlled && (
          <form method="post" action={`${base}/connected-accounts/remove`}>
            <Csrf token={csrf} />
            <button type="submit" class="small danger" name="connection" value={connection.id}>
              Remove<span class="sr"> {accountName(account) ?? connection.account}</span>
            </button>
          </form>
        )}
      </td>
    </tr>
  );
};

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const connections = connectionsOf(platform, world);
  const other = connectionsOf(platform, { ...world, livemode: !world.livemode }).length;
  return shellPage(platform, c, {
    title: 'Connected accounts',
    current: '/connected-accounts',
    lead: `Accounts that are connected to this one in ${world.livemode ? 'live' : 'test'} mode.`,
    children: (
      <section class="panel" id="connections" data-live="annex.connection annex.log">
        {connections.length === 0 ? (
          <div class="empty">
            None{other > 0 && `; in ${world.livemode ? 'test' : 'live'} mode there ${other === 1 ? 'is one' : `are ${other}`}`}.
          </div>
        ) : (
          <div class="scroll">
            <table>
              <thead>
                <tr>
                  <th scope="col">Name</th>
                  <th scope="col">Account</th>
                  <th scope="col">Scope</th>
                  <th scope="col">Since (UTC)</th>
                  <th scope="col">Last call</th>
                  <th scope="col">
                    <span class="sr">Actions</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {connections.map((connection) => (
                  <Row platform={platform} connection={connection} base={base} csrf={c.get('visitor').csrf} />
                ))}
              </tbody>
            </table>
          </div>
        )}
      </section>
    ),
  });
}

/** P7a: what the owner of an extension sees of its accounts. Removing one is what `/oauth/deauthorize` does. */
export function connectedAccountsRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/connected-accounts', (c) => show(platform, c));
  app.post('/connected-accounts/remove', (c) => {
    const { world, base } = c.get('place');
    const connection = platform.accounts.connectionById(field(c, 'connection'));
    if (connection?.owner === world.account && platform.accounts.controllerOf(connection.account) !== world.account) {
      const draft = platform.engine.draft(SYSTEM, platform.clock.now(), NOBODY);
      disconnect(draft, connection);
      platform.commit(draft);
    }
    return c.redirect(`${base}/connected-accounts`, 303);
  });
  return app;
}
