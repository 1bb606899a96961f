import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { resend } from '../../webhooks/actions.ts';
import { deliveries } from '../../webhooks/read.ts';
import type { DeliveryRecord } from '../../webhooks/records.ts';
import { Id, Time } from '../bits.tsx';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import { shellPage } from '../shell.tsx';
import { Json, Ref, type Seen } from '../values.tsx';
import { field } from '../visit.ts';
import { DeliveryState } from './delivery-bits.tsx';

const PAGE = 50;

/** How an event's deliveries stand, in one tag: only those that this account may see. */
const Told: FC<{ sent: readonly DeliveryRecord[] }> = ({ sent }) => {
  if (sent.length === 0)
    return (
      <span class="quiet" title="No endpoint listens to this">
        none
      </span>
    );
  const failed = sent.filter((delivery) => delivery.state === 'failed').length;
  const pending = sent.filter((delivery) => delivery.state === 'pending').length;
  if (failed > 0) return <span class="tag bad">{failed} failed</span>;
  if (pending > 0) return <span class="tag warn">{pending} pending</span>;
  return <span class="tag good">delivered</span>;
};

const subjectOf = (event: StripeObject): StripeObject => event.data?.object ?? {};

export const EventTable: FC<{ seen: Seen; events: readonly StripeObject[] }> = ({ seen, events }) => (
  <div class="scroll">
    <table>
      <thead>
        <tr>
          <th scope="col">Type</th>
          <th scope="col">About</th>
          <th scope="col">Webhooks</th>
          <th scope="col">Cause</th>
          <th scope="col">Time (UTC)</th>
        </tr>
      </thead>
      <tbody>
        {events.map((event) => (
          <tr class="rowlink" data-row={event.id}>
            <td>
              <a class="cover" href={`${seen.base}/events/${event.id}`}>
                {event.type}
              </a>
            </td>
            <td>
              <code>{subjectOf(event).id}</code>
            </td>
            <td>
              <Told sent={deliveries(seen.platform, { event: event.id }).data} />
            </td>
            <td>{event.request?.id === null ? <span class="quiet">automatic</span> : <code>{event.request?.id}</code>}</td>
            <td>
              <Time seconds={event.created} exact />
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

function list(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const type = (c.req.query('type') ?? '').trim();
  const about = (c.req.query('about') ?? '').trim();
  const after = c.req.query('after');
  const fits = (event: StripeObject): boolean =>
    (type === '' || event.type === type || (type.endsWith('*') && event.type.startsWith(type.slice(0, -1)))) &&
    (about === '' || subjectOf(event).id === about);
  const page = platform.store.page(world, 'event', {
    ...((type !== '' || about !== '') && { filter: fits }),
    ...(after !== undefined && { startingAfter: after }),
    limit: PAGE,
  });
  const events = page.rows.map((row) => JSON.parse(row.text) as StripeObject);
  const older = new URLSearchParams({
    ...(type !== '' && { type }),
    ...(about !== '' && { about }),
    after: events[events.length - 1]?.id ?? '',
  });
  return shellPage(platform, c, {
    title: 'Events',
    current: '/events',
    lead: 'What happened on this account, newest first, and whether those who listen were told.',
    children: (
      <>
        <form method="get" action={`${base}/events`} class="line panel">
          <label>
            Type
            <input name="type" value={type} placeholder="invoice.*" size={22} list="types" />
          </label>
          <label>
            About (id)
            <input name="about" value={about} placeholder="cus_…" size={22} />
          </label>
          <button type="submit">Filter</button>
        </form>
        <section class="panel" id="events" data-live="event annex.delivery">
          {events.length === 0 ? (
            <div class="empty">{type === '' && about === '' ? 'Nothing has happened yet.' : 'No event fits this filter.'}</div>
          ) : (
            <EventTable seen={{ platform, world, base }} events={events} />
          )}
          {page.hasMore && (
            <nav class="pager" aria-label="Pages">
              <a href={`${base}/events?${older}`}>Older</a>
            </nav>
          )}
        </section>
      </>
    ),
  });
}

const Deliveries: FC<{ seen: Seen; event: StripeObject; csrf: string }> = ({ seen, event, csrf }) => {
  const sent = deliveries(seen.platform, { event: event.id }).data;
  const mine = sent.filter((delivery) => delivery.owner === seen.world.account);
  const others = sent.length - mine.length;
  return (
    <section class="panel" id="deliveries" data-live="annex.delivery">
      <h2>Deliveries</h2>
      {mine.length === 0 && <p class="quiet">No webhook endpoint of this account was told.</p>}
      {mine.length > 0 && (
        <div class="scroll">
          <table>
            <tbody>
              {mine.map((delivery) => (
                <tr data-row={delivery.id}>
                  <td>
                    <a href={`${seen.base}/deliveries/${delivery.id}`}>
                      <code>{delivery.endpoint}</code>
                    </a>
                  </td>
                  <td>
                    <DeliveryState delivery={delivery} />
                  </td>
                  <td class="num">
                    {delivery.attempts.length} {delivery.attempts.length === 1 ? 'attempt' : 'attempts'}
                  </td>
                  <td>
                    <form method="post" action={`${seen.base}/events/${event.id}/resend`}>
                      <Csrf token={csrf} />
                      <button type="submit" class="small" name="endpoint" value={delivery.endpoint}>
                        Send again
                      </button>
                    </form>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {others > 0 && (
        <p class="quiet">
          Connected apps were told at {others} {others === 1 ? 'endpoint' : 'endpoints'} of their own.
        </p>
      )}
    </section>
  );
};

function show(platform: Platform, c: Context<DashboardEnv>): Response | Promise<Response> {
  const { world, base } = c.get('place');
  const seen = { platform, world, base };
  const id = c.req.param('id') ?? '';
  const row = platform.store.row(world, 'event', id);
  if (row === undefined) {
    return problemPage(c, {
      status: 404,
      title: 'There is no such event',
      text: `'${id}' is no event of this account and mode.`,
      back: { href: `${base}/events`, label: 'Events' },
    });
  }
  const event = JSON.parse(row.text) as StripeObject;
  const changed = event.data?.previous_attributes;
  return shellPage(platform, c, {
    title: event.type,
    current: '/events',
    lead: (
      <>
        <Id id={id} /> · <Time seconds={event.created} exact /> UTC
      </>
    ),
    children: (
      <>
        <section class="panel">
          <dl class="facts">
            <dt>About</dt>
            <dd>
              <Ref seen={seen} id={subjectOf(event).id ?? ''} />
            </dd>
            <dt>Cause</dt>
            <dd>
              {event.request?.id === null ? (
                'automatic: no request of this account'
              ) : (
                <a href={`${base}/logs/${event.request?.id}`}>
                  <code>{event.request?.id}</code>
                </a>
              )}
            </dd>
            <dt>Version</dt>
            <dd>{event.api_version}</dd>
          </dl>
        </section>
        {changed !== undefined && (
          <section class="panel">
            <h2>What changed</h2>
            <p class="quiet">The values before; the new ones are in the object below.</p>
            <Json seen={seen} value={changed} />
          </section>
        )}
        <Deliveries seen={seen} event={event} csrf={c.get('visitor').csrf} />
        <section class="panel">
          <h2>The event</h2>
          <Json seen={seen} value={event} />
        </section>
      </>
    ),
  });
}

/** P5, from the event's side. */
export function eventRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/events', (c) => list(platform, c));
  app.get('/events/:id', (c) => show(platform, c));
  app.post('/events/:id/resend', (c) => {
    const { world, base } = c.get('place');
    const event = c.req.param('id');
    const endpoint = field(c, 'endpoint');
    const known = deliveries(platform, { event }).data.some(
      (delivery) => delivery.endpoint === endpoint && delivery.owner === world.account,
    );
    if (known) resend(platform, { event, world, endpoint });
    return c.redirect(`${base}/events/${event}`, 303);
  });
  return app;
}
