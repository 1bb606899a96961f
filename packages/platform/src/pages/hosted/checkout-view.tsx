import { dayText, format, type Priced, priceAmount } from '@annex/money';
import type { FC } from 'hono/jsx';
import type { StripeObject } from '../../engine/index.ts';
import type { Brand } from '../brand.ts';
import { Csrf, FormError } from '../layout.tsx';
import { Field, type Filled } from './card.tsx';
import { ExtraFields, ShippingFields } from './checkout-fields.tsx';
import { Hosted, Merchant } from './frame.tsx';
import { MethodFields, type PayBy, SavedCards, TestMethods, Ways } from './method.tsx';
import { every, priceText } from './prices.ts';

export interface CheckoutView {
  readonly session: StripeObject;
  readonly items: readonly StripeObject[];
  readonly brand: Brand;
  readonly csrf: string;
  readonly filled: Filled;
  /** What stands above the form: the card was declined, … */
  readonly error: string | undefined;
  readonly codeError: string | undefined;
  /** Unix seconds, where a trial runs first. */
  readonly trialEnd: number | undefined;
  readonly discountName: string | undefined;
  readonly collects: boolean;
  readonly payBy: PayBy;
  /** Cards of the customer that may be shown. */
  readonly saved: readonly StripeObject[];
  /** What each way of shipping is called, by the id of its rate. */
  readonly shippingNames: ReadonlyMap<string, string>;
  /** The merchant's terms of service, where it has told their address. */
  readonly terms: unknown;
}

const recurringOf = (items: readonly StripeObject[]): StripeObject[] => items.filter((item) => item.price.type === 'recurring');

/** What will be asked for in every later period, before discounts and taxes. */
function later(items: readonly StripeObject[]): string | undefined {
  const fixed = recurringOf(items).filter((item) => item.price.recurring.usage_type !== 'metered');
  const first = fixed[0];
  if (first === undefined) return undefined;
  const amount = fixed.reduce((sum, item) => sum + priceAmount(item.price as Priced & StripeObject, item.quantity ?? 1), 0);
  return `${format(amount, first.currency)} per ${every(first.price.recurring)}`;
}

const TITLES: Readonly<Record<string, (items: readonly StripeObject[], brand: Brand) => string>> = {
  payment: (_items, brand) => `Pay ${brand.name}`,
  subscription: (items, brand) => {
    const names = recurringOf(items).map((item) => item.description as string | null);
    return names.length === 1 && names[0] !== null ? `Subscribe to ${names[0]}` : `Subscribe to ${brand.name}`;
  },
  setup: (_items, brand) => `Save a card with ${brand.name}`,
};

export const titleOf = (session: StripeObject, items: readonly StripeObject[], brand: Brand): string => TITLES[session.mode]!(items, brand);

const Quantity: FC<{ item: StripeObject; csrf: string }> = ({ item, csrf }) => {
  const { minimum, maximum } = item.adjustable_quantity;
  return (
    <form method="post" class="quantity">
      <Csrf token={csrf} />
      <input type="hidden" name="item" value={item.id} />
      <label class="sr" for={`quantity-${item.id}`}>
        Quantity of {item.description}
      </label>
      <input id={`quantity-${item.id}`} name="quantity" type="number" min={minimum} max={maximum} value={String(item.quantity)} required />
      <button type="submit" name="do" value="quantity" class="small">
        Update
      </button>
    </form>
  );
};

const Item: FC<{ item: StripeObject; csrf: string; trial: boolean }> = ({ item, csrf, trial }) => (
  <li>
    <div class="item">
      <span>
        <strong>{item.description}</strong>
        <span class="quiet">
          {item.quantity !== null && item.quantity !== 1 && `${item.quantity} × `}
          {priceText(item.price)}
        </span>
      </span>
      <span class="amount">{trial && item.price.type === 'recurring' ? 'Free today' : format(item.amount_subtotal, item.currency)}</span>
    </div>
    {item.adjustable_quantity !== null && <Quantity item={item} csrf={csrf} />}
  </li>
);

const PromotionCode: FC<{ view: CheckoutView }> = ({ view }) => {
  const { session, csrf, codeError, discountName, filled } = view;
  if (session.discounts?.length > 0) {
    return session.allow_promotion_codes === true ? (
      <form method="post" class="code-form">
        <Csrf token={csrf} />
        <span class="tag good">{discountName}</span>
        <button type="submit" name="do" value="remove-code" class="link">
          Remove
        </button>
      </form>
    ) : null;
  }
  if (session.allow_promotion_codes !== true) return null;
  return (
    <details class="promotion" open={codeError !== undefined}>
      <summary>Add a promotion code</summary>
      <form method="post" class="code-form">
        <Csrf token={csrf} />
        <label class="sr" for="code">
          Promotion code
        </label>
        <input
          id="code"
          name="code"
          required
          maxlength={500}
          autocomplete="off"
          value={filled.values.code ?? ''}
          aria-invalid={codeError !== undefined ? 'true' : undefined}
          aria-describedby={codeError !== undefined ? 'code-problem' : undefined}
        />
        <button type="submit" name="do" value="code">
          Apply
        </button>
        {codeError !== undefined && (
          <p class="problem" id="code-problem" role="alert">
            {codeError}
          </p>
        )}
      </form>
    </details>
  );
};

/** The ways of shipping, where there is more than one. */
const Shipping: FC<{ view: CheckoutView }> = ({ view }) => {
  const { session, shippingNames, csrf } = view;
  const options = session.shipping_options as StripeObject[];
  if (options.length < 2) return null;
  return (
    <form method="post" class="shipping">
      <Csrf token={csrf} />
      <fieldset>
        <legend>Shipping</legend>
        {options.map(({ shipping_rate: rate, shipping_amount: amount }) => (
          <label class="check">
            <input type="radio" name="shipping_rate" value={rate} checked={rate === session.shipping_cost?.shipping_rate} />
            <span>
              {shippingNames.get(rate)} <span class="quiet">{amount === 0 ? 'free' : format(amount, session.currency)}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <button type="submit" name="do" value="shipping" class="small">
        Use this
      </button>
    </form>
  );
};

const Totals: FC<{ view: CheckoutView }> = ({ view }) => {
  const { session, discountName } = view;
  const { amount_discount: discount, amount_tax: tax, amount_shipping: shipping } = session.total_details;
  const money = (amount: number): string => format(amount, session.currency);
  return (
    <dl class="totals">
      <dt>Subtotal</dt>
      <dd>{money(session.amount_subtotal)}</dd>
      {discount > 0 && (
        <>
          <dt>{discountName ?? 'Discount'}</dt>
          <dd>−{money(discount)}</dd>
        </>
      )}
      {shipping > 0 && (
        <>
          <dt>Shipping</dt>
          <dd>{money(shipping)}</dd>
        </>
      )}
      {tax > 0 && (
        <>
          <dt>Tax</dt>
          <dd>{money(tax)}</dd>
        </>
      )}
      <dt class="total">{session.mode === 'subscription' ? 'Due today' : 'Total'}</dt>
      <dd class="total">{money(session.amount_total)}</dd>
    </dl>
  );
};

/** What it is, and what it costs. */
const Summary: FC<{ view: CheckoutView }> = ({ view }) => {
  const { session, items, brand, trialEnd } = view;
  const back = session.cancel_url === null ? undefined : { href: session.cancel_url, label: `Back to ${brand.name}` };
  const then = later(items);
  return (
    <section class="summary" aria-label="What you pay for">
      <Merchant brand={brand} back={back} />
      <h1>{titleOf(session, items, brand)}</h1>
      {session.mode === 'setup' ? (
        <p class="quiet">Nothing is charged today.</p>
      ) : (
        <>
          <p class="headline">{format(session.amount_total, session.currency)}</p>
          {session.mode === 'subscription' && then !== undefined && (
            <p class="quiet">{trialEnd === undefined ? `Renews at ${then}` : `Free until ${dayText(trialEnd)}, then ${then}`}</p>
          )}
          <ul class="plain items">
            {items.map((item) => (
              <Item item={item} csrf={view.csrf} trial={trialEnd !== undefined} />
            ))}
          </ul>
          <PromotionCode view={view} />
          <Shipping view={view} />
          <Totals view={view} />
        </>
      )}
    </section>
  );
};

const BUTTONS: Readonly<Record<string, string>> = { book: 'Book', donate: 'Donate', subscribe: 'Subscribe' };

function buttonText({ session, trialEnd }: CheckoutView): string {
  if (session.mode === 'setup') return 'Save card';
  if (session.mode === 'subscription') return trialEnd === undefined ? 'Subscribe' : 'Start trial';
  const amount = format(session.amount_total, session.currency);
  const word = BUTTONS[session.submit_type as string];
  return word === undefined ? `Pay ${amount}` : `${word} ${amount}`;
}

const promise = ({ session, brand }: CheckoutView): string | undefined =>
  session.mode === 'payment'
    ? undefined
    : session.mode === 'setup'
      ? `By saving your card you let ${brand.name} charge it for later payments.`
      : `By subscribing you let ${brand.name} charge you for later payments, until you cancel.`;

const PayForm: FC<{ view: CheckoutView }> = ({ view }) => {
  const { session, filled, csrf, error, collects } = view;
  const known = session.customer !== null ? (session.customer_details?.email as string | null) : null;
  const text = promise(view);
  return (
    <section class="pay" aria-label="How you pay">
      {collects && <Ways session={session} current={view.payBy} />}
      <FormError text={error} />
      {collects && view.payBy === 'card' && <SavedCards cards={view.saved} csrf={csrf} />}
      <form method="post" class="stack">
        <Csrf token={csrf} />
        <input type="hidden" name="do" value="pay" />
        {known === null || known === undefined ? (
          <Field
            name="email"
            label="E-mail"
            filled={filled}
            type="email"
            autocomplete="email"
            placeholder="you@example.com"
            maxlength={512}
          />
        ) : (
          <p class="known">
            <span class="quiet">E-mail</span> {known}
          </p>
        )}
        <ShippingFields session={session} filled={filled} />
        {collects && <MethodFields payBy={view.payBy} filled={filled} />}
        <ExtraFields session={session} filled={filled} terms={view.terms} />
        {text !== undefined && <p class="quiet">{text}</p>}
        <button type="submit" class="primary brand-button wide-button">
          {buttonText(view)}
        </button>
      </form>
      {collects && <TestMethods payBy={view.payBy} />}
    </section>
  );
};

export const CheckoutPage: FC<{ view: CheckoutView }> = ({ view }) => (
  <Hosted title={titleOf(view.session, view.items, view.brand)} brand={view.brand} livemode={view.session.livemode}>
    <Summary view={view} />
    <PayForm view={view} />
  </Hosted>
);
