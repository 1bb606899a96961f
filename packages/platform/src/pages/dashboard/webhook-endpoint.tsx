import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import { StripeError, type StripeObject, type World } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { endpointRecord, rollSecret, sendTest } from '../../webhooks/actions.ts';
import { deliveries } from '../../webhooks/read.ts';
import type { DeliveryRecord } from '../../webhooks/records.ts';
import { CopyButton, Id, Time } from '../bits.tsx';
import { Csrf } from '../layout.tsx';
import { callAsOwner } from '../own-call.ts';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import { shellPage } from '../shell.tsx';
import { Status } from '../values.tsx';
import { field } from '../visit.ts';
import { DeliveryTable, listensTo, typesText } from './delivery-bits.tsx';

type PageAnswer = Response | Promise<Response>;

function endpointOf(platform: Platform, world: World, id: string): StripeObject | undefined {
  const row = platform.store.row(world, 'webhook_endpoint', id);
  return row === undefined || row.deleted ? undefined : (JSON.parse(row.text) as StripeObject);
}

const Buttons: FC<{ endpoint: StripeObject; here: string; csrf: string }> = ({ endpoint, here, csrf }) => (
  <form method="post" action={`${here}/do`} class="actions">
    <Csrf token={csrf} />
    <button type="submit" name="action" value={endpoint.status === 'enabled' ? 'disable' : 'enable'}>
      {endpoint.status === 'enabled' ? 'Disable' : 'Enable'}
    </button>
    <button type="submit" name="action" value="delete" class="danger">
      Delete
    </button>
  </form>
);

const Secret: FC<{ platform: Platform; world: World; endpoint: StripeObject; here: string; csrf: string }> = ({
  platform,
  world,
  endpoint,
  here,
  csrf,
}) => {
  const record = endpointRecord(platform, world, endpoint.id);
  const overlaps = record.old_until !== null && record.old_until > platform.clock.now();
  return (
    <section class="panel">
      <h2>Signing secret</h2>
      <details id="secret">
        <summary>Reveal</summary>
        <p>
          <code>{record.secret}</code> <CopyButton text={record.secret} label="Copy the signing secret" />
        </p>
      </details>
      {overlaps && (
        <p class="quiet">
          The secret before it signs as well until <Time seconds={record.old_until!} exact /> UTC.
        </p>
      )}
      <form method="post" action={`${here}/do`} class="line">
        <Csrf token={csrf} />
        <label>
          Keep the old one for
          <select name="keep">
            <option value="86400">24 hours</option>
            <option value="3600">1 hour</option>
            <option value="0">no time</option>
          </select>
        </label>
        <button type="submit" name="action" value="roll">
          Roll the secret
        </button>
      </form>
    </section>
  );
};

const TestEvent: FC<{ platform: Platform; endpoint: StripeObject; here: string; csrf: string }> = ({ platform, endpoint, here, csrf }) => (
  <section class="panel">
    <h2>Send a test event</h2>
    <form method="post" action={`${here}/do`} class="line">
      <Csrf token={csrf} />
      <label>
        Type
        <select name="type">
          {[...platform.engine.contract.eventTypes].map((type) => (
            <option
              value={type}
              selected={type === (endpoint.application === null ? 'customer.created' : 'account.application.authorized')}
            >
              {type}
            </option>
          ))}
        </select>
      </label>
      <button type="submit" name="action" value="test">
        Send
      </button>
    </form>
    <p class="quiet">An invented event with an example object: it is in no list and cannot be fetched.</p>
  </section>
);

function show(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const { world, base } = c.get('place');
  const endpoint = endpointOf(platform, world, c.req.param('id') ?? '');
  if (endpoint === undefined) return c.redirect(`${base}/webhooks`, 303);
  const here = `${base}/webhooks/${endpoint.id}`;
  const state = c.req.query('state') as DeliveryRecord['state'] | undefined;
  const sent = deliveries(platform, { endpoint: endpoint.id, limit: 50, ...(state && { state }) }).data;
  const { csrf } = c.get('visitor');
  return shellPage(platform, c, {
    title: endpoint.url,
    current: '/webhooks',
    lead: (
      <>
        <Id id={endpoint.id} /> · <Status value={endpoint.status} /> · listens to {listensTo(endpoint)} · {typesText(endpoint)}
      </>
    ),
    actions: <Buttons endpoint={endpoint} here={here} csrf={csrf} />,
    children: (
      <>
        <div class="columns">
          <Secret platform={platform} world={world} endpoint={endpoint} here={here} csrf={csrf} />
          <TestEvent platform={platform} endpoint={endpoint} here={here} csrf={csrf} />
        </div>
        <section class="panel" id="sent" data-live="annex.delivery">
          <h2>Deliveries</h2>
          <nav class="actions" aria-label="State">
            {(['', 'delivered', 'pending', 'failed'] as const).map((value) => (
              <a
                class="button small"
                href={value === '' ? here : `${here}?state=${value}`}
                {...((state ?? '') === value && { 'aria-current': 'true' as const })}
              >
                {value === '' ? 'all' : value}
              </a>
            ))}
          </nav>
          {sent.length === 0 ? <div class="empty">None.</div> : <DeliveryTable base={base} rows={sent} />}
        </section>
      </>
    ),
  });
}

function act(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const { world, base } = c.get('place');
  const endpoint = endpointOf(platform, world, c.req.param('id') ?? '');
  if (endpoint === undefined) return c.redirect(`${base}/webhooks`, 303);
  const path = `/v1/webhook_endpoints/${endpoint.id}`;
  const back = { href: `${base}/webhooks/${endpoint.id}`, label: 'Back to the endpoint' };
  const doings: Readonly<Record<string, () => unknown>> = {
    disable: () => callAsOwner(platform, world, { method: 'POST', path, form: { disabled: 'true' } }),
    enable: () => callAsOwner(platform, world, { method: 'POST', path, form: { disabled: 'false' } }),
    delete: () => callAsOwner(platform, world, { method: 'DELETE', path }),
    roll: () => rollSecret(platform, endpoint.id, Number(field(c, 'keep'))),
    test: () => sendTest(platform, { endpoint: endpoint.id, type: field(c, 'type') }),
  };
  const action = field(c, 'action');
  try {
    if (Object.hasOwn(doings, action)) doings[action]!();
  } catch (error) {
    if (!(error instanceof StripeError)) throw error;
    return problemPage(c, { status: 400, title: 'This was not done', text: error.message, back });
  }
  return c.redirect(action === 'delete' ? `${base}/webhooks` : back.href, 303);
}

/** P4: one endpoint. */
export function webhookEndpointRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/webhooks/:id', (c) => show(platform, c));
  app.post('/webhooks/:id/do', (c) => act(platform, c));
  return app;
}
