import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import type { Platform } from '../../platform.ts';
import { webAddress } from '../brand.ts';
import { Csrf } from '../layout.tsx';
import { callAsOwner, type OwnCall } from '../own-call.ts';
import type { DashboardEnv } from '../place.ts';
import { problemPage } from '../problem.tsx';
import type { Seen } from '../values.tsx';
import { field } from '../visit.ts';

/** What the owner of an account may do to an object with one button: an operation of the API, offered where it can succeed. */
interface ObjectAction {
  readonly name: string;
  readonly label: string;
  readonly on: string;
  readonly offered: (object: StripeObject) => boolean;
  readonly call: (object: StripeObject) => OwnCall;
  readonly isDanger?: boolean;
  /** Where the answer leads, instead of back to the object. */
  readonly leadsTo?: (answer: StripeObject) => string;
}

const at = (path: string, object: StripeObject): string => `/v1/${path}/${encodeURIComponent(object.id)}`;

export const OBJECT_ACTIONS: readonly ObjectAction[] = [
  {
    name: 'cancel-at-period-end',
    label: 'Cancel at the end of the period',
    on: 'subscription',
    offered: (object) => object.status !== 'canceled' && object.cancel_at_period_end === false,
    call: (object) => ({ method: 'POST', path: at('subscriptions', object), form: { cancel_at_period_end: 'true' } }),
  },
  {
    name: 'keep',
    label: 'Do not cancel',
    on: 'subscription',
    offered: (object) => object.status !== 'canceled' && object.cancel_at_period_end === true,
    call: (object) => ({ method: 'POST', path: at('subscriptions', object), form: { cancel_at_period_end: 'false' } }),
  },
  {
    name: 'cancel-now',
    label: 'Cancel now',
    on: 'subscription',
    isDanger: true,
    offered: (object) => object.status !== 'canceled' && object.status !== 'incomplete_expired',
    call: (object) => ({ method: 'DELETE', path: at('subscriptions', object) }),
  },
  {
    name: 'refund',
    label: 'Refund',
    on: 'payment_intent',
    isDanger: true,
    offered: (object) => object.status === 'succeeded',
    call: (object) => ({ method: 'POST', path: '/v1/refunds', form: { payment_intent: object.id } }),
  },
  {
    name: 'refund',
    label: 'Refund',
    on: 'charge',
    isDanger: true,
    offered: (object) => object.status === 'succeeded' && object.refunded === false,
    call: (object) => ({ method: 'POST', path: '/v1/refunds', form: { charge: object.id } }),
  },
  {
    name: 'pay',
    label: 'Pay',
    on: 'invoice',
    offered: (object) => object.status === 'open',
    call: (object) => ({ method: 'POST', path: `${at('invoices', object)}/pay` }),
  },
  {
    name: 'finalize',
    label: 'Finalize',
    on: 'invoice',
    offered: (object) => object.status === 'draft',
    call: (object) => ({ method: 'POST', path: `${at('invoices', object)}/finalize` }),
  },
  {
    name: 'void',
    label: 'Void',
    on: 'invoice',
    isDanger: true,
    offered: (object) => object.status === 'open',
    call: (object) => ({ method: 'POST', path: `${at('invoices', object)}/void` }),
  },
  {
    name: 'portal',
    label: 'Open the billing portal',
    on: 'customer',
    offered: () => true,
    call: (object) => ({ method: 'POST', path: '/v1/billing_portal/sessions', form: { customer: object.id } }),
    leadsTo: (session) => ownPathOf(session.url)!,
  },
  {
    name: 'delete',
    label: 'Delete',
    on: 'customer',
    isDanger: true,
    offered: () => true,
    call: (object) => ({ method: 'DELETE', path: at('customers', object) }),
  },
];

/** The path of an address of ours, so that it opens wherever the dashboard was opened. */
function ownPathOf(address: unknown): string | undefined {
  const url = webAddress(address);
  return url === undefined ? undefined : new URL(url).pathname;
}

/** The page that customers see of an object: checkout, the invoice, a payment link, the portal. */
const PAGES: Readonly<Record<string, (object: StripeObject, seen: Seen) => string | undefined>> = {
  'checkout.session': (object, { world }) =>
    object.status === 'open' ? `/c/pay/${world.account}/${world.livemode ? 'live' : 'test'}/${object.id}` : undefined,
  invoice: (object) => ownPathOf(object.hosted_invoice_url),
  payment_link: (object) => ownPathOf(object.url),
  'billing_portal.session': (object) => ownPathOf(object.url),
};

const PageLink: FC<{ seen: Seen; object: StripeObject }> = ({ seen, object }) => {
  const href = PAGES[object.object]?.(object, seen);
  return href === undefined ? null : (
    <a class="button" href={href}>
      Open its page
    </a>
  );
};

export const ObjectActions: FC<{ seen: Seen; object: StripeObject; csrf: string }> = ({ seen, object, csrf }) => (
  <>
    <PageLink seen={seen} object={object} />
    {OBJECT_ACTIONS.filter((action) => action.on === object.object && action.offered(object)).map((action) => (
      <form method="post" action={`${seen.base}/data/${object.object}/${object.id}/do`}>
        <Csrf token={csrf} />
        <button type="submit" name="action" value={action.name} class={action.isDanger === true ? 'danger' : undefined}>
          {action.label}
        </button>
      </form>
    ))}
  </>
);

export function objectActionRoutes(platform: Platform): Hono<DashboardEnv> {
  const app = new Hono<DashboardEnv>();
  app.post('/data/:kind/:id/do', (c) => {
    const { world, base } = c.get('place');
    const kind = c.req.param('kind');
    const id = c.req.param('id');
    const back = { href: `${base}/data/${kind}/${id}`, label: 'Back to the object' };
    const row = platform.engine.contract.objects.has(kind) ? platform.store.row(world, kind, id) : undefined;
    const object = row === undefined || row.deleted ? undefined : (JSON.parse(row.text) as StripeObject);
    const action = OBJECT_ACTIONS.find((candidate) => candidate.on === kind && candidate.name === field(c, 'action'));
    if (object === undefined || action === undefined || !action.offered(object)) {
      return problemPage(c, {
        status: 409,
        title: 'This cannot be done now',
        text: 'The object has changed in the meantime. Look at it again.',
        back,
      });
    }
    const answer = callAsOwner(platform, world, action.call(object));
    if (answer.refusal === undefined) return c.redirect(action.leadsTo?.(answer.body) ?? back.href, 303);
    return problemPage(c, { status: 400, title: 'The API refused this', text: answer.refusal, json: answer.body, back });
  });
  return app;
}
