import type { Draft, Fields, Params, StripeObject } from '../../engine/index.ts';
import { redeem } from '../coupon.ts';
import { insertItem as insertInvoiceItem } from '../invoiceitem.ts';
import { countCompleted } from '../payment-link.ts';
import { insertSubscription } from '../subscription/create.ts';
import { invoiceFor } from './invoice.ts';
import { itemsOf, ratesOf } from './items.ts';
import { sessionOfIntent, setTerms, type Terms, termsOf } from './terms.ts';

/** Counts the use of the coupons and codes; a subscription counts its own. */
function redeemDiscounts(draft: Draft, session: StripeObject): void {
  for (const { coupon, promotion_code: id } of (session.discounts ?? []) as Params[]) {
    const code = draft.get('promotion_code', id);
    redeem(draft, coupon ?? code?.promotion.coupon, 'discounts');
    if (code !== undefined) draft.set(code, { times_redeemed: code.times_redeemed + 1 });
  }
}

const discountParams = (session: StripeObject): Params[] =>
  ((session.discounts ?? []) as Params[]).map(({ coupon, promotion_code: code }) =>
    coupon === null ? { promotion_code: code } : { coupon },
  );

const SUBSCRIPTION_FIELDS = [
  'application_fee_percent',
  'billing_cycle_anchor',
  'billing_mode',
  'default_tax_rates',
  'description',
  'invoice_settings',
  'on_behalf_of',
  'pending_invoice_item_interval',
  'proration_behavior',
  'transfer_data',
  'trial_end',
  'trial_period_days',
  'trial_settings',
] as const;

/** The parameters of the subscription that a session comes to. */
function subscriptionParams(draft: Draft, session: StripeObject, given: { customer: string; method: string | null; terms: Terms }): Params {
  const { customer, method, terms } = given;
  const data = terms.subscription_data;
  const items = itemsOf(draft, session.id);
  const asked = SUBSCRIPTION_FIELDS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]] as const]));
  return {
    ...Object.fromEntries(asked),
    customer,
    ...(method !== null && { default_payment_method: method }),
    ...(session.discounts?.length > 0 && { discounts: discountParams(session) }),
    items: items
      .filter((item) => item.price.type === 'recurring')
      .map((item) => ({
        price: item.price.id,
        ...(item.quantity !== null && { quantity: item.quantity }),
        ...(item.rates.length > 0 && { tax_rates: item.rates }),
        metadata: item.metadata,
      })),
    metadata: data.metadata ?? {},
  };
}

/** What is paid once waits for the subscription's first invoice. */
function addOnce(draft: Draft, session: StripeObject, customer: string): void {
  for (const item of itemsOf(draft, session.id)) {
    if (item.price.type !== 'one_time') continue;
    insertInvoiceItem(draft, {
      customer,
      amount: item.amount_subtotal,
      currency: item.currency,
      description: item.description,
      period: { start: draft.now, end: draft.now },
      price: item.price,
      quantity: item.quantity,
      tax_rates: ratesOf(draft, item),
      metadata: item.metadata,
    });
  }
}

function subscribe(draft: Draft, session: StripeObject, given: { intent: StripeObject | undefined; terms: Terms }): Fields {
  const { intent, terms } = given;
  const customer = session.customer ?? terms.customer;
  const paidBy = intent?.object === 'payment_intent' ? intent : undefined;
  addOnce(draft, session, customer);
  const isOnItsWay = paidBy !== undefined && paidBy.status !== 'succeeded';
  const params = {
    ...subscriptionParams(draft, session, { customer, method: intent?.payment_method ?? null, terms }),
    ...(isOnItsWay && { payment_behavior: 'default_incomplete' }),
  };
  const subscription = insertSubscription(draft, params, { firstInvoice: 'now', paidBy });
  return { customer, subscription: subscription.id, invoice: subscription.latest_invoice };
}

function paid(draft: Draft, session: StripeObject, given: { intent: StripeObject | undefined; terms: Terms }): Fields {
  const { intent, terms } = given;
  const customer = session.customer ?? terms.customer;
  redeemDiscounts(draft, session);
  const invoice = session.invoice_creation?.enabled === true ? invoiceFor(draft, session, { customer, intent }) : undefined;
  return { customer, payment_intent: intent?.id ?? null, ...(invoice !== undefined && { invoice: invoice.id }) };
}

function statusOfPayment(session: StripeObject, intent: StripeObject | undefined): string {
  if (session.mode === 'setup' || session.amount_total === 0) return 'no_payment_required';
  return intent?.status === 'succeeded' ? 'paid' : 'unpaid';
}

/** `customer_update`: what the payer said becomes the customer's own, part by part as it is asked for. */
function bringUpToDate(draft: Draft, session: StripeObject, wish: Params): void {
  const customer = draft.get('customer', session.customer);
  if (customer === undefined) return;
  const { name, address, phone } = session.customer_details ?? {};
  const shipping = session.collected_information?.shipping_details;
  draft.set(customer, {
    ...(wish.name === 'auto' && name && { name }),
    ...(wish.address === 'auto' && address && { address }),
    ...(wish.shipping === 'auto' && shipping && { shipping: { ...shipping, phone: phone ?? null } }),
  });
}

/** A session is done: what it was for is made, and then told. */
export function complete(draft: Draft, session: StripeObject, intent: StripeObject | undefined): StripeObject {
  const terms = termsOf(draft, session.id);
  const acting = draft.onBehalfOf(terms.application);
  const made =
    session.mode === 'setup'
      ? { customer: session.customer ?? terms.customer, setup_intent: intent?.id ?? null }
      : session.mode === 'subscription'
        ? subscribe(acting, session, { intent, terms })
        : paid(acting, session, { intent, terms });
  bringUpToDate(draft, session, terms.customer_update);
  setTerms(draft, session.id, { expires_at: null });
  countCompleted(draft, session.payment_link);
  const fields = { ...made, payment_status: statusOfPayment(session, intent), status: 'complete', url: null };
  return draft.set(draft.get('checkout.session', session.id)!, fields, { event: 'checkout.session.completed' });
}

/** An intent that a session opened has got through: at once, by way of the bank, or later where the money takes days. */
export function completeByIntent(draft: Draft, intent: StripeObject): void {
  const session = sessionOfIntent(draft, intent);
  if (session === undefined) return;
  if (session.status === 'open') complete(draft, session, intent);
  else if (session.status === 'complete' && session.payment_status === 'unpaid' && intent.status === 'succeeded')
    settleLater(draft, session, intent);
}

/** The money of a complete session has come. A capture is the merchant's own doing and tells no event of the session. */
function settleLater(draft: Draft, session: StripeObject, intent: StripeObject): void {
  const event = intent.capture_method === 'manual' ? null : 'checkout.session.async_payment_succeeded';
  draft.set(session, { payment_status: 'paid' }, { event });
}

/** The money of a complete session did not come after all. */
export function failByIntent(draft: Draft, intent: StripeObject, before: StripeObject | undefined): void {
  const session = sessionOfIntent(draft, intent);
  if (session?.status === 'complete' && before?.status === 'processing') draft.emit('checkout.session.async_payment_failed', session);
}
