import { format } from '@annex/money';
import { Hono } from 'hono';
import type { FC } from 'hono/jsx';
import type { Draft, Params, StripeError, StripeObject } from '../../../engine/index.ts';
import { StripeError as Refusal } from '../../../engine/index.ts';
import type { Platform } from '../../../platform.ts';
import { offeredPrices } from '../../../resources/billing-portal/configuration.ts';
import { Csrf, FormError, page } from '../../layout.tsx';
import { field, type PageContext, type PageEnv } from '../../visit.ts';
import { operate, tryOut } from '../act.ts';
import { priceText } from '../prices.ts';
import { afterwards, draftOf, flowOf, inPortal, PORTAL, type Portal, PortalFrame } from './door.tsx';
import { nameOf, priceOf } from './home.tsx';
import { pathOf, withSubscription } from './subscriptions.tsx';

/** How a person changes to another plan or quantity: chosen first, then shown what it costs, then done. */

interface Wanted {
  readonly price: string;
  readonly quantity: number | undefined;
}

const productName = (draft: Draft, price: StripeObject): string => draft.get('product', price.product)?.name ?? 'Plan';

function quantityBounds(portal: Portal, price: StripeObject): { minimum: number; maximum: number } | undefined {
  const update = portal.configuration.features.subscription_update;
  if (!update.default_allowed_updates.includes('quantity')) return undefined;
  const own = (update.products as Params[]).find((product) => product.product === price.product)?.adjustable_quantity;
  if (own?.enabled === true) return { minimum: own.minimum ?? 1, maximum: own.maximum ?? 999_999 };
  return (update.products as Params[]).length === 0 ? { minimum: 1, maximum: 999_999 } : undefined;
}

const PlansPage: FC<{ portal: Portal; subscription: StripeObject; error: string | undefined }> = ({ portal, subscription, error }) => {
  const draft = draftOf(portal);
  const [item] = subscription.items.data as StripeObject[];
  const allowed = portal.configuration.features.subscription_update.default_allowed_updates as string[];
  const prices = allowed.includes('price') ? offeredPrices(draft, portal.configuration, subscription) : [];
  const all = prices.some((price) => price.id === item!.price.id) ? prices : [item!.price as StripeObject, ...prices];
  const hasQuantity = all.some((price) => quantityBounds(portal, price) !== undefined);
  return (
    <PortalFrame portal={portal} title="Change the plan" isInner>
      <h1>Change the plan</h1>
      <FormError text={error} />
      <form method="get" action={`${portal.base}/subscriptions/${subscription.id}/confirm`} class="stack">
        <fieldset>
          <legend class="sr">Plan</legend>
          {all.map((price) => (
            <label class="choice">
              <input type="radio" name="price" value={price.id} checked={price.id === item!.price.id} required />
              <span>
                <strong>{productName(draft, price)}</strong>
                <span class="quiet">
                  {priceText(price)}
                  {price.id === item!.price.id && ' · your plan'}
                </span>
              </span>
            </label>
          ))}
        </fieldset>
        {hasQuantity && (
          <label>
            Quantity
            <input name="quantity" type="number" min={1} max={999_999} value={String(item!.quantity ?? 1)} required />
          </label>
        )}
        <button type="submit" class="primary brand-button wide-button">
          Continue
        </button>
      </form>
    </PortalFrame>
  );
};

/** The update that the person, or the flow of the session, asks for. */
function updateParams(portal: Portal, subscription: StripeObject, wanted: Wanted): Params {
  const features = portal.configuration.features.subscription_update;
  const [item] = subscription.items.data as StripeObject[];
  const endsTrial = subscription.status === 'trialing' && features.trial_update_behavior === 'end_trial' && wanted.price !== item!.price.id;
  return {
    items: [{ id: item!.id, price: wanted.price, ...(wanted.quantity !== undefined && { quantity: wanted.quantity }) }],
    proration_behavior: features.proration_behavior,
    ...(features.billing_cycle_anchor === 'now' && { billing_cycle_anchor: 'now' }),
    ...(endsTrial && portal.configuration.is_default !== true && { trial_end: 'now' }),
  };
}

interface Preview {
  /** What an invoice asks for at once. Minor units. */
  readonly now: number;
  /** What waits for the next invoice: credits below zero, charges above. */
  readonly lines: readonly StripeObject[];
  readonly after: StripeObject;
}

/** The change is made in a draft that nobody keeps, and what it came to is read off it. */
function preview(portal: Portal, subscription: StripeObject, params: Params): Preview | StripeError {
  const before = draftOf(portal);
  const isPending = (row: StripeObject): boolean =>
    row.invoice === null && row.parent?.subscription_details?.subscription === subscription.id;
  const known = new Set(before.find('invoiceitem', [['customer', portal.customer.id]], isPending).map((row) => row.id));
  try {
    const tried = tryOut(portal.platform, portal.world, { method: 'POST', path: pathOf(subscription), params });
    const after = tried.get('subscription', subscription.id)!;
    const lines = tried.find('invoiceitem', [['customer', portal.customer.id]], (row) => isPending(row) && !known.has(row.id)).reverse();
    const invoice = after.latest_invoice === subscription.latest_invoice ? undefined : tried.get('invoice', after.latest_invoice);
    return { now: invoice?.total ?? 0, lines, after };
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
}

const ConfirmPage: FC<{ portal: Portal; subscription: StripeObject; wanted: Wanted; error?: string | undefined }> = ({
  portal,
  subscription,
  wanted,
  error,
}) => {
  const found = preview(portal, subscription, updateParams(portal, subscription, wanted));
  const isRefused = found instanceof Refusal;
  const money = (amount: number): string => format(amount, subscription.currency);
  return (
    <PortalFrame portal={portal} title="Confirm the change" isInner>
      <h1>Confirm the change</h1>
      <FormError text={error ?? (isRefused ? found.message : undefined)} />
      <dl class="totals">
        <dt>{nameOf(portal, subscription)} now</dt>
        <dd>{priceOf(subscription)}</dd>
        {!isRefused && (
          <>
            <dt>{nameOf(portal, found.after)} from today</dt>
            <dd>{priceOf(found.after)}</dd>
            {found.lines.map((line) => (
              <>
                <dt class="quiet">{line.description}</dt>
                <dd class="quiet">{money(line.amount)}</dd>
              </>
            ))}
            {found.lines.length > 0 && (
              <>
                <dt class="total">Added to your next invoice</dt>
                <dd class="total">{money(found.lines.reduce((sum, line) => sum + line.amount, 0))}</dd>
              </>
            )}
            {found.lines.length === 0 && (
              <>
                <dt class="total">Due today</dt>
                <dd class="total">{money(Math.max(0, found.now))}</dd>
              </>
            )}
          </>
        )}
      </dl>
      {!isRefused && (
        <form method="post" action={`${portal.base}/subscriptions/${subscription.id}/confirm`} class="stack">
          <Csrf token={portal.csrf} />
          <input type="hidden" name="price" value={wanted.price} />
          {wanted.quantity !== undefined && <input type="hidden" name="quantity" value={String(wanted.quantity)} />}
          <button type="submit" class="primary brand-button wide-button">
            Confirm
          </button>
        </form>
      )}
    </PortalFrame>
  );
};

/** What is asked for must be offered; a flow that names its items asks for those alone. */
function wantedOf(portal: Portal, subscription: StripeObject, given: { price: string; quantity: string }): Wanted | string {
  const [item] = subscription.items.data as StripeObject[];
  const flow = flowOf(portal) ?? portal.session.flow;
  const named =
    flow?.type === 'subscription_update_confirm' ? (flow.subscription_update_confirm.items[0] as Params | undefined) : undefined;
  if (named !== undefined && given.price === '') return { price: named.price ?? item!.price.id, quantity: named.quantity };
  const price = draftOf(portal).get('price', given.price === '' ? item!.price.id : given.price);
  const isOffered =
    price !== undefined &&
    (price.id === item!.price.id ||
      price.id === named?.price ||
      offeredPrices(draftOf(portal), portal.configuration, subscription).some((row) => row.id === price.id));
  if (!isOffered) return 'This plan is not offered. Choose another one.';
  const bounds = quantityBounds(portal, price);
  if (given.quantity === '' || bounds === undefined) return { price: price.id, quantity: item!.quantity };
  const quantity = Number(given.quantity);
  if (!Number.isInteger(quantity) || quantity < bounds.minimum || quantity > bounds.maximum)
    return `Choose a quantity between ${bounds.minimum} and ${bounds.maximum}.`;
  return { price: price.id, quantity };
}

function confirmPage(c: PageContext, portal: Portal, subscription: StripeObject): Response | Promise<Response> {
  const wanted = wantedOf(portal, subscription, { price: c.req.query('price') ?? '', quantity: c.req.query('quantity') ?? '' });
  if (typeof wanted === 'string') return page(c, <PlansPage portal={portal} subscription={subscription} error={wanted} />, 400);
  return page(c, <ConfirmPage portal={portal} subscription={subscription} wanted={wanted} />);
}

function change(c: PageContext, portal: Portal, subscription: StripeObject): Response | Promise<Response> {
  const wanted = wantedOf(portal, subscription, { price: field(c, 'price'), quantity: field(c, 'quantity') });
  if (typeof wanted === 'string') return page(c, <PlansPage portal={portal} subscription={subscription} error={wanted} />, 400);
  const params = updateParams(portal, subscription, wanted);
  const refusal = operate(portal.platform, portal.world, { method: 'POST', path: pathOf(subscription), params });
  if (refusal !== undefined)
    return page(c, <ConfirmPage portal={portal} subscription={subscription} wanted={wanted} error={refusal.message} />, 402);
  return afterwards(c, portal, 'changed');
}

export function portalPlanRoutes(platform: Platform): Hono<PageEnv> {
  const app = new Hono<PageEnv>();
  const at = `${PORTAL}/subscriptions/:subscription{sub_\\w+}`;
  const feature = 'subscription_update';
  const plans = withSubscription((c, portal, subscription) =>
    page(c, <PlansPage portal={portal} subscription={subscription} error={undefined} />),
  );
  app.get(`${at}/update`, inPortal(platform, feature, plans));
  app.get(`${at}/confirm`, inPortal(platform, feature, withSubscription(confirmPage)));
  app.post(`${at}/confirm`, inPortal(platform, feature, withSubscription(change)));
  return app;
}
