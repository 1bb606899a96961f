import { type Context, Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Platform } from '../../platform.ts';
import { resend } from '../../webhooks/actions.ts';
import { deliveryById, sentBy } from '../../webhooks/read.ts';
import { type Attempt, type DeliveryRecord, eventWorld } from '../../webhooks/records.ts';
import { Id, Time } from '../bits.tsx';
import { Csrf } from '../layout.tsx';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import { shellPage } from '../shell.tsx';
import { DeliveryState } from './delivery-bits.tsx';

type PageAnswer = Response | Promise<Response>;

const AttemptPanel: FC<{ platform: Platform; delivery: DeliveryRecord; attempt: Attempt; number: number }> = ({
  platform,
  delivery,
  attempt,
  number,
}) => {
  const sent = sentBy(platform, delivery, attempt);
  return (
    <details class="panel" id={`attempt-${number}`} open={number === delivery.attempts.length}>
      <summary>
        Attempt {number}: {attempt.status ?? 'no answer'} in {attempt.took} ms, <Time seconds={attempt.at / 1000} exact /> UTC
        {attempt.manual && ' (by hand)'}
      </summary>
      <h3>Request</h3>
      <pre class="code" tabindex={0}>
        {`POST ${attempt.url}\n${Object.entries(sent.headers)
          .map(([name, value]) => `${name}: ${value}`)
          .join('\n')}\n\n${sent.body}`}
      </pre>
      <h3>Answer</h3>
      {attempt.error !== null && <p class="notice bad">{attempt.error}</p>}
      {attempt.status !== null && (
        <pre class="code" tabindex={0}>
          {`${attempt.status}\n${Object.entries(attempt.headers)
            .map(([name, value]) => `${name}: ${value}`)
            .join('\n')}\n\n${attempt.answer}`}
        </pre>
      )}
    </details>
  );
};

function showDelivery(platform: Platform, c: Context<DashboardEnv>): PageAnswer {
  const { world, base } = c.get('place');
  const delivery = deliveryById(platform, c.req.param('id') ?? '');
  if (delivery === undefined || delivery.owner !== world.account) {
    return problemPage(c, {
      status: 404,
      title: 'There is no such delivery',
      text: 'It belongs to another account, or was forgotten.',
      back: { href: `${base}/webhooks`, label: 'Webhooks' },
    });
  }
  const attempts = [...delivery.attempts];
  return shellPage(platform, c, {
    title: delivery.type,
    current: '/webhooks',
    lead: (
      <>
        <Id id={delivery.event} /> of <code>{delivery.account}</code> to{' '}
        <a href={`${base}/webhooks/${delivery.endpoint}`}>
          <code>{delivery.endpoint}</code>
        </a>
      </>
    ),
    actions: (
      <form method="post" action={`${base}/deliveries/${delivery.id}/resend`}>
        <Csrf token={c.get('visitor').csrf} />
        <button type="submit">Send again</button>
      </form>
    ),
    children: (
      <div id="delivery" data-live="annex.delivery">
        <p>
          <DeliveryState delivery={delivery} /> {delivery.reason}
        </p>
        {attempts.length === 0 && <div class="panel empty">Not tried yet.</div>}
        {attempts.reverse().map((attempt, index) => (
          <AttemptPanel platform={platform} delivery={delivery} attempt={attempt} number={attempts.length - index} />
        ))}
      </div>
    ),
  });
}

/** P5: one delivery, with every attempt. */
export function deliveryRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.get('/deliveries/:id', (c) => showDelivery(platform, c));
  app.post('/deliveries/:id/resend', (c) => {
    const { world, base } = c.get('place');
    const delivery = deliveryById(platform, c.req.param('id'));
    if (delivery !== undefined && delivery.owner === world.account) {
      resend(platform, { event: delivery.event, world: eventWorld(delivery), endpoint: delivery.endpoint });
    }
    return c.redirect(`${base}/deliveries/${c.req.param('id')}`, 303);
  });
  return app;
}
