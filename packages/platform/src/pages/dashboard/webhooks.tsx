import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { StripeObject, World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { deliveries } from '../../webhooks/read.ts';
import { CopyButton } from '../bits.tsx';
import { Csrf } from '../layout.tsx';
import { callAsOwner } from '../own-call.ts';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import { shellPage } from '../shell.tsx';
import { Status } from '../values.tsx';
import { field } from '../visit.ts';
import { VersionOptions } from './api-version.tsx';
import { DeliveryTable, listensTo, typesText } from './delivery-bits.tsx';

type PageAnswer = Response | Promise<Response>;

function endpointsOf(platform: Platform, world: World): StripeObject[] {
  const { rows } = platform.store.page(world, 'webhook_endpoint', { limit: 100 });
  return rows.map((row) => JSON.parse(row.text) as StripeObject);
}

const EndpointTable: FC<{ platform: Platform; base: string; endpoints: readonly StripeObject[] }> = ({ platform, base, endpoints }) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">URL</th>
          <th scope="col">Listens to</th>
          <th scope="col">Types</th>
          <th scope="col">Version</th>
          <th scope="col">Status</th>
          <th scope="col">Last 100 deliveries</th>
        </tr>
      </thead>
      <tbody>
        {endpoints.map((endpoint) => {
          const sent = deliveries(platform, { endpoint: endpoint.id, limit: 100 }).data;
          const failing = sent.filter((delivery) => delivery.state !== 'delivered').length;
          return (
            <tr class="rowlink" data-row={endpoint.id}>
              <td>
                <a class="cover" href={`${base}/webhooks/${endpoint.id}`}>
                  {endpoint.url}
                </a>
              </td>
              <td>{listensTo(endpoint)}</td>
              <td>{typesText(endpoint)}</td>
              <td>{endpoint.api_version ?? <span class="quiet">the account's</span>}</td>
              <td>
                <Status value={endpoint.status} />
              </td>
              <td>
                {sent.length - failing} ok{failing > 0 && <span class="tag warn">{failing} not (yet)</span>}
              </td>
            </tr>
          );
        })}
      </tbody>
    </table>
  </div>
);

const NewEndpoint: FC<{ base: string; csrf: string; isExtension: boolean }> = ({ base, csrf, isExtension }) => (
  <details class="panel" id="add">
    <summary>Add an endpoint</summary>
    <form method="post" action={`${base}/webhooks`} class="stack">
      <Csrf token={csrf} />
      <label>
        URL
        <input name="url" type="url" required placeholder="http://localhost:4010/webhooks" />
      </label>
      <label>
        Listens to
        <select name="connect">
          <option value="">events of this account</option>
          {isExtension && <option value="true">events of connected accounts</option>}
        </select>
      </label>
      <label>
        Types <span class="quiet">separated by spaces, or * for all</span>
        <textarea name="types" rows={2} required>
          *
        </textarea>
      </label>
      <label>
        Version
        <select name="api_version">
          <option value="">the account's own</option>
          <VersionOptions />
        </select>
      </label>
      <button type="submit" class="primary">
        Add
      </button>
    </form>
    {!isExtension && <p class="quiet">Events of connected accounts can be listened to once this account is an extension.</p>}
  </details>
);

function list(platform: Platform, c: Context<DashboardEnv>, secret?: { url: string; text: string }): PageAnswer {
  const { world, base } = c.get('place');
  const endpoints = endpointsOf(platform, world);
  const isExtension = platform.accounts.applicationsOf(world.account).length > 0;
  const recent = deliveries(platform, { owner: world.account, limit: 30 }).data.filter((row) => row.endpoint_livemode === world.livemode);
  return shellPage(platform, c, {
    title: 'Webhooks',
    current: '/webhooks',
    lead: 'Signed POSTs that tell others what happened here, or tell an extension what happened on its connected accounts.',
    children: (
      <>
        {secret !== undefined && (
          <div class="notice good" role="status">
            <p>
              <strong>{secret.url}</strong> is told from now on. Its signing secret:
            </p>
            <p>
              <code>{secret.text}</code> <CopyButton text={secret.text} label="Copy the signing secret" />
            </p>
          </div>
        )}
        <section class="panel" id="endpoints" data-live="webhook_endpoint annex.delivery">
          {endpoints.length === 0 ? (
            <div class="empty">No endpoint yet.</div>
          ) : (
            <EndpointTable platform={platform} base={base} endpoints={endpoints} />
          )}
        </section>
        <NewEndpoint base={base} csrf={c.get('visitor').csrf} isExtension={isExtension} />
        {recent.length > 0 && (
          <section class="panel" id="recent" data-live="annex.delivery">
            <h2>Recent deliveries</h2>
            <DeliveryTable base={base} rows={recent} />
          </section>
        )}
      </>
    ),
  });
}

function add(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const { world, base } = c.get('place');
  const types = field(c, 'types')
    .split(/[\s,]+/)
    .filter((type) => type !== '');
  const form: Record<string, string> = { url: field(c, 'url'), connect: field(c, 'connect'), api_version: field(c, 'api_version') };
  types.forEach((type, index) => {
    form[`enabled_events[${index}]`] = type;
  });
  const answer = callAsOwner(platform, world, { method: 'POST', path: '/v1/webhook_endpoints', form });
  if (answer.refusal === undefined) return list(platform, c, { url: answer.body.url, text: answer.body.secret });
  return problemPage(c, {
    status: 400,
    title: 'The endpoint was not added',
    text: answer.refusal,
    back: { href: `${base}/webhooks`, label: 'Webhooks' },
  });
}

/** P4: the endpoints, and what was sent lately. */
export function webhookRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/webhooks', (c) => list(platform, c));
  app.post('/webhooks', (c) => add(platform, c));
  return app;
}
