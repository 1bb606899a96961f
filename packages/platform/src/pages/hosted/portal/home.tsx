import { dayText, format, type Priced, priceAmount } from '@annex/money';
import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../../engine/index.ts';
import { webAddress } from '../../brand.ts';
import { Csrf } from '../../layout.tsx';
import { Status } from '../../values.tsx';
import { cardText } from '../card.tsx';
import { every } from '../prices.ts';
import { draftOf, type Portal, PortalFrame } from './door.tsx';

/** What was done, by the word that the address carries. */
const DONE: Readonly<Record<string, string>> = {
  card: 'Your card was saved and pays from now on.',
  default: 'This card pays from now on.',
  removed: 'The card was removed.',
  canceled: 'Your subscription was canceled.',
  ends: 'Your subscription ends with the period that is paid for. You can take this back until then.',
  kept: 'Your subscription goes on.',
  changed: 'Your subscription was changed.',
  information: 'Your information was saved.',
};

const ENDED = new Set(['canceled', 'incomplete_expired']);
const expiry = ({ card }: StripeObject): string => `${String(card.exp_month).padStart(2, '0')}/${String(card.exp_year).slice(-2)}`;

const periodEnd = (subscription: StripeObject): number =>
  Math.min(...subscription.items.data.map((item: StripeObject) => item.current_period_end as number));

/** What happens next to a subscription, in a sentence. */
export function outlook(subscription: StripeObject): string {
  if (subscription.cancel_at !== null) return `Ends on ${dayText(subscription.cancel_at)}`;
  if (subscription.status === 'trialing') return `Free until ${dayText(subscription.trial_end)}`;
  if (subscription.status === 'incomplete') return 'Waits for its first payment';
  if (subscription.status === 'past_due' || subscription.status === 'unpaid') return 'Its last invoice was not paid';
  return `Renews on ${dayText(periodEnd(subscription))}`;
}

/** `€20.00 per month`, of all its items together. */
export function priceOf(subscription: StripeObject): string {
  const items: StripeObject[] = subscription.items.data;
  const amount = items.reduce((sum, item) => sum + priceAmount(item.price as Priced & StripeObject, item.quantity ?? 1), 0);
  return `${format(amount, subscription.currency)} per ${every(items[0]!.price.recurring)}`;
}

export const nameOf = (portal: Portal, subscription: StripeObject): string => {
  const draft = draftOf(portal);
  return subscription.items.data
    .map(
      (item: StripeObject) =>
        `${draft.get('product', item.price.product)?.name ?? 'Subscription'}${(item.quantity ?? 1) > 1 ? ` × ${item.quantity}` : ''}`,
    )
    .join(', ');
};

export const isEnding = (subscription: StripeObject): boolean => subscription.cancel_at !== null;

const Subscription: FC<{ portal: Portal; subscription: StripeObject; method: StripeObject | undefined }> = ({
  portal,
  subscription,
  method,
}) => {
  const { features } = portal.configuration;
  const at = `${portal.base}/subscriptions/${subscription.id}`;
  const isOne = subscription.items.data.length === 1;
  return (
    <li class="entry">
      <div class="item">
        <span>
          <strong>{nameOf(portal, subscription)}</strong>
          <span class="quiet">
            {outlook(subscription)}
            {method !== undefined && ` · ${cardText(method)}`}
          </span>
        </span>
        <span class="amount">{priceOf(subscription)}</span>
      </div>
      <div class="actions">
        {isEnding(subscription) ? (
          features.subscription_cancel.enabled && (
            <form method="post" action={`${at}/keep`}>
              <Csrf token={portal.csrf} />
              <button type="submit" class="primary brand-button">
                Keep the subscription
              </button>
            </form>
          )
        ) : (
          <>
            {features.subscription_update.enabled && isOne && (
              <a class="button" href={`${at}/update`}>
                Change plan
              </a>
            )}
            {features.subscription_cancel.enabled && (
              <a class="button" href={`${at}/cancel`}>
                Cancel
              </a>
            )}
          </>
        )}
      </div>
    </li>
  );
};

const Cards: FC<{ portal: Portal; methods: readonly StripeObject[]; current: string | null }> = ({ portal, methods, current }) => (
  <section class="block">
    <h2>Payment methods</h2>
    {methods.length === 0 && <p class="quiet">No card is kept yet.</p>}
    <ul class="plain">
      {methods.map((method) => (
        <li class="entry item">
          <span>
            <strong>{cardText(method)}</strong>
            <span class="quiet">{method.type === 'card' && `expires ${expiry(method)}`}</span>
          </span>
          <span class="entry-end">
            {method.id === current ? (
              <span class="tag good">default</span>
            ) : (
              <form method="post" action={`${portal.base}/cards`} class="line">
                <Csrf token={portal.csrf} />
                <input type="hidden" name="card" value={method.id} />
                <button type="submit" name="do" value="default" class="small" aria-label={`Make ${cardText(method)} the default`}>
                  Make default
                </button>
                <button type="submit" name="do" value="remove" class="small" aria-label={`Remove ${cardText(method)}`}>
                  Remove
                </button>
              </form>
            )}
          </span>
        </li>
      ))}
    </ul>
    <p>
      <a class="button" href={`${portal.base}/card`}>
        {methods.length === 0 ? 'Add a card' : 'Use another card'}
      </a>
    </p>
  </section>
);

const Information: FC<{ portal: Portal }> = ({ portal }) => {
  const { customer } = portal;
  const rows = [
    ['Name', customer.name],
    ['E-mail', customer.email],
    ['Phone', customer.phone],
    ['Address', addressText(customer.address)],
  ] as const;
  return (
    <section class="block">
      <h2>Billing information</h2>
      <dl class="facts">
        {rows.map(([label, value]) => (
          <>
            <dt>{label}</dt>
            <dd>{typeof value === 'string' && value !== '' ? value : '–'}</dd>
          </>
        ))}
      </dl>
      {portal.configuration.features.customer_update.enabled && (
        <p>
          <a class="button" href={`${portal.base}/information`}>
            Change
          </a>
        </p>
      )}
    </section>
  );
};

const addressText = (address: StripeObject | null): string =>
  address === null || address === undefined
    ? ''
    : [address.line1, address.line2, [address.postal_code, address.city].filter(Boolean).join(' '), address.state, address.country]
        .filter((part) => typeof part === 'string' && part !== '')
        .join(', ');

const Invoices: FC<{ invoices: readonly StripeObject[] }> = ({ invoices }) => (
  <section class="block">
    <h2>Invoices</h2>
    {invoices.length === 0 ? (
      <p class="quiet">There are none yet.</p>
    ) : (
      <ul class="plain">
        {invoices.map((invoice) => {
          const href = webAddress(invoice.hosted_invoice_url);
          const what = `${dayText(invoice.created)}, ${invoice.number}`;
          return (
            <li class="entry item">
              <span>
                {href === undefined ? <strong>{dayText(invoice.created)}</strong> : <a href={href}>{dayText(invoice.created)}</a>}
                <span class="quiet">{invoice.number}</span>
              </span>
              <span class="entry-end">
                <Status value={invoice.status} /> <span class="amount">{format(invoice.total, invoice.currency)}</span>
                <span class="sr">{what}</span>
              </span>
            </li>
          );
        })}
      </ul>
    )}
  </section>
);

const SHOWN = 24;

/** The first page: what is subscribed to, what pays for it, and what was paid. */
export const PortalHome: FC<{ portal: Portal; done: string | undefined; error: string | undefined }> = ({ portal, done, error }) => {
  const draft = draftOf(portal);
  const { customer } = portal;
  const { features } = portal.configuration;
  const subscriptions = draft.find('subscription', [['customer', customer.id]], (row) => !ENDED.has(row.status));
  const methods = draft.find('payment_method', [['customer', customer.id]], (row) => row.type === 'card');
  const current: string | null = customer.invoice_settings.default_payment_method;
  const invoices = features.invoice_history.enabled
    ? draft.find('invoice', [['customer', customer.id]], (row) => row.status !== 'draft').slice(0, SHOWN)
    : [];
  const word = DONE[done ?? ''];
  return (
    <PortalFrame portal={portal} title="Billing">
      <h1 class="sr">Billing</h1>
      {word !== undefined && (
        <p class="notice good" role="status">
          {word}
        </p>
      )}
      {error !== undefined && (
        <p class="notice bad" role="alert">
          {error}
        </p>
      )}
      <section class="block">
        <h2>{subscriptions.length > 1 ? 'Subscriptions' : 'Subscription'}</h2>
        {subscriptions.length === 0 && <p class="quiet">You have none at the moment.</p>}
        <ul class="plain">
          {subscriptions.map((subscription) => (
            <Subscription
              portal={portal}
              subscription={subscription}
              method={draft.get('payment_method', subscription.default_payment_method ?? current)}
            />
          ))}
        </ul>
      </section>
      {features.payment_method_update.enabled && <Cards portal={portal} methods={methods} current={current} />}
      <Information portal={portal} />
      {features.invoice_history.enabled && <Invoices invoices={invoices} />}
    </PortalFrame>
  );
};
