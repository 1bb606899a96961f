import { dayText } from '@annex/money';
import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Params, StripeObject } from '../../../engine/index.ts';
import type { Platform } from '../../../platform.ts';
import { Csrf, FormError, page } from '../../layout.tsx';
import { problemPage } from '../../problem.tsx';
import { field, type PageContext, type PageEnv } from '../../visit.ts';
import { type OwnOperation, operate } from '../act.ts';
import { afterwards, draftOf, flowOf, inPortal, PORTAL, type Portal, PortalFrame, type PortalPage } from './door.tsx';
import { isEnding, nameOf, PortalHome } from './home.tsx';

/** How a person ends a subscription, and takes that back. */

const REASONS: Readonly<Record<string, string>> = {
  customer_service: 'Customer service was less than expected',
  low_quality: 'Quality was less than expected',
  missing_features: 'Some features are missing',
  other: 'Other reason',
  switched_service: 'I found an alternative',
  too_complex: 'Ease of use was less than expected',
  too_expensive: 'It is too expensive',
  unused: 'I no longer need it',
};

export const pathOf = (subscription: StripeObject): string => `/v1/subscriptions/${subscription.id}`;

/** The living subscription of the address, which must be the customer's own, and the flow's where there is one. */
export const withSubscription =
  (then: (c: PageContext, portal: Portal, subscription: StripeObject) => Response | Promise<Response>): PortalPage =>
  (c, portal) => {
    const subscription = draftOf(portal).get('subscription', c.req.param('subscription'));
    const flow = flowOf(portal);
    const isTheirs = subscription?.customer === portal.customer.id && !['canceled', 'incomplete_expired'].includes(subscription.status);
    if (subscription !== undefined && isTheirs && (flow === undefined || flow[flow.type]?.subscription === subscription.id))
      return then(c, portal, subscription);
    return problemPage(c, {
      status: 404,
      title: 'There is no such subscription',
      text: 'It has ended, or is not yours.',
      back: { href: portal.base, label: 'Back to the portal' },
    });
  };

const lastEnd = (subscription: StripeObject): number =>
  Math.max(...subscription.items.data.map((item: StripeObject) => item.current_period_end as number));

const CancelPage: FC<{ portal: Portal; subscription: StripeObject; error: string | undefined }> = ({ portal, subscription, error }) => {
  const { mode, cancellation_reason: reason } = portal.configuration.features.subscription_cancel;
  const end = lastEnd(subscription);
  return (
    <PortalFrame portal={portal} title="Cancel the subscription" isInner>
      <h1>Cancel {nameOf(portal, subscription)}?</h1>
      <p>
        {mode === 'at_period_end'
          ? `You can use it until ${dayText(end)}. After that it ends, and nothing more is charged.`
          : 'It ends at once, and nothing more is charged.'}
      </p>
      <FormError text={error} />
      <form method="post" class="stack">
        <Csrf token={portal.csrf} />
        {reason.enabled && (
          <fieldset>
            <legend>
              Why do you cancel? <span class="quiet">(optional)</span>
            </legend>
            {(reason.options as string[]).map((option) => (
              <label class="check">
                <input type="radio" name="feedback" value={option} />
                {REASONS[option]}
              </label>
            ))}
          </fieldset>
        )}
        <button type="submit" class="danger wide-button">
          Cancel the subscription
        </button>
      </form>
      {flowOf(portal) === undefined && (
        <p>
          <a href={portal.base}>Keep it</a>
        </p>
      )}
    </PortalFrame>
  );
};

/** In the flexible billing mode the end is a date of its own, in the classic one it is that of the period (documented). */
function cancelOperation(portal: Portal, subscription: StripeObject, details: Params): OwnOperation {
  const { mode, proration_behavior: proration } = portal.configuration.features.subscription_cancel;
  const path = pathOf(subscription);
  if (mode === 'immediately') {
    const params = { prorate: proration !== 'none', invoice_now: proration === 'always_invoice', cancellation_details: details };
    return { method: 'DELETE', path, params };
  }
  const end = subscription.billing_mode?.type === 'flexible' ? { cancel_at: lastEnd(subscription) } : { cancel_at_period_end: true };
  return { method: 'POST', path, params: { ...end, proration_behavior: 'none', cancellation_details: details } };
}

function cancel(c: PageContext, portal: Portal, subscription: StripeObject): Response | Promise<Response> {
  const feedback = field(c, 'feedback');
  const details = REASONS[feedback] === undefined ? {} : { feedback };
  const refusal = operate(portal.platform, portal.world, cancelOperation(portal, subscription, details));
  if (refusal !== undefined) return page(c, <CancelPage portal={portal} subscription={subscription} error={refusal.message} />, 400);
  return afterwards(c, portal, portal.configuration.features.subscription_cancel.mode === 'immediately' ? 'canceled' : 'ends');
}

function keep(c: PageContext, portal: Portal, subscription: StripeObject): Response | Promise<Response> {
  const params = subscription.cancel_at_period_end === true ? { cancel_at_period_end: false } : { cancel_at: null };
  const refusal = isEnding(subscription)
    ? operate(portal.platform, portal.world, { method: 'POST', path: pathOf(subscription), params })
    : undefined;
  if (refusal !== undefined) return page(c, <PortalHome portal={portal} done={undefined} error={refusal.message} />, 400);
  return afterwards(c, portal, 'kept');
}

export function portalSubscriptionRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const at = `${PORTAL}/subscriptions/:subscription{sub_\\w+}`;
  const feature = 'subscription_cancel';
  app.get(
    `${at}/cancel`,
    inPortal(
      platform,
      feature,
      withSubscription((c, portal, subscription) => page(c, <CancelPage portal={portal} subscription={subscription} error={undefined} />)),
    ),
  );
  app.post(`${at}/cancel`, inPortal(platform, feature, withSubscription(cancel)));
  app.post(`${at}/keep`, inPortal(platform, feature, withSubscription(keep)));
  return app;
}
