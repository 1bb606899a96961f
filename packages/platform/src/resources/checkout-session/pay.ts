import { applicationFee } from '@annex/money';
import { type Draft, type Fields, invalid, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { customer as customers } from '../customer.ts';
import { confirm as confirmPayment } from '../payment-intent/confirm.ts';
import { cancel as cancelIntent } from '../payment-intent/index.ts';
import { insertIntent } from '../payment-intent/insert.ts';
import { methodOptions } from '../payment-intent/options.ts';
import { confirm as confirmSetup } from '../setup-intent/confirm.ts';
import { insertSetupIntent } from '../setup-intent/insert.ts';
import { complete } from './complete.ts';
import { retotal } from './create.ts';
import { hasAnchor } from './first-amount.ts';
import { linkIntent, setTerms, type Terms, termsOf } from './terms.ts';
import { couponsOf } from './totals.ts';

/** What a person filled in on the page. */
export interface Payer {
  readonly email: string | null;
  readonly name: string | null;
  readonly phone: string | null;
  readonly address: Fields | null;
  /** `{name, address}`, where goods are shipped. */
  readonly shipping?: Fields | null;
}

export interface Payment {
  readonly payer: Payer;
  /** Nothing where none is collected. */
  readonly method: StripeObject | undefined;
  /** Where the bank leads back to. */
  readonly returnUrl: string;
  /** What else the form collected, as fields of the session: `custom_fields`, `consent` … */
  readonly collected?: Fields;
}

const notOpen = (session: StripeObject) =>
  refuse({
    status: 400,
    message: `This Checkout Session is ${session.status}; only an open one can be paid.`,
    code: 'checkout_session_not_open',
  });
const couponGone = () =>
  invalid('The discount of this session can no longer be used. Remove it and try again.', 'discounts', 'coupon_expired');

const needsCustomer = (session: StripeObject, terms: Terms): boolean =>
  session.mode === 'subscription' ||
  session.customer_creation === 'always' ||
  session.invoice_creation?.enabled === true ||
  typeof terms.payment_intent_data.setup_future_usage === 'string';

/** The customer that pays: the given one, the one of an earlier try, or a new one where the session asks for it. */
function customerFor(draft: Draft, session: StripeObject, payer: Payer): string | null {
  const terms = termsOf(draft, session.id);
  if (session.customer !== null) return session.customer;
  const { email, name, phone, address } = payer;
  const known = draft.get('customer', terms.customer);
  if (known !== undefined) {
    draft.set(known, { email, name, phone, address });
    return known.id;
  }
  if (!needsCustomer(session, terms)) return null;
  const { id } = draft.make('customer', { ...customers.create!(draft, {}), email, name, phone, address, metadata: {} });
  setTerms(draft, session.id, { customer: id });
  return id;
}

/** What an extension earns by the session: an amount, or a share of the first invoice. */
function feeOf(session: StripeObject, terms: Terms): number | null {
  const percent = terms.subscription_data.application_fee_percent;
  if (session.mode === 'payment') return terms.payment_intent_data.application_fee_amount ?? null;
  return typeof percent === 'number' ? applicationFee(session.amount_total, percent, session.amount_total) : null;
}

const OWN_FIELDS = [
  'capture_method',
  'description',
  'on_behalf_of',
  'receipt_email',
  'shipping',
  'statement_descriptor',
  'statement_descriptor_suffix',
  'transfer_data',
  'transfer_group',
] as const;

function paymentFields(session: StripeObject, { payment_intent_data: data }: Terms): Fields {
  const options = { payment_method_options: methodOptions(session.payment_method_options) };
  if (session.mode === 'subscription') return options;
  const given = OWN_FIELDS.flatMap((name) => (data[name] === undefined ? [] : [[name, data[name]] as const]));
  return { ...options, ...Object.fromEntries(given), metadata: data.metadata ?? {}, setup_future_usage: data.setup_future_usage ?? null };
}

/** The payment intent of the tries so far, brought up to date, or a new one. */
function paymentIntentFor(draft: Draft, session: StripeObject, given: { customer: string | null; payer: Payer }): StripeObject {
  const { customer, payer } = given;
  const terms = termsOf(draft, session.id);
  const known = terms.intent?.object === 'payment_intent' ? draft.get('payment_intent', terms.intent.id) : undefined;
  if (known !== undefined) {
    const fee = feeOf(session, terms);
    return draft.set(
      known,
      { ...paymentFields(session, terms), amount: session.amount_total, customer, application_fee_amount: fee, next_action: null },
      { event: null },
    );
  }
  const intent = insertIntent(draft, {
    amount: session.amount_total,
    currency: session.currency,
    customer,
    description: session.mode === 'subscription' ? 'Subscription creation' : null,
    application: terms.application,
    application_fee_amount: feeOf(session, terms),
    fields: { ...(payer.shipping !== undefined && { shipping: payer.shipping }), ...paymentFields(session, terms) },
  });
  linkIntent(draft, session.id, intent);
  if (session.mode === 'payment') draft.set(session, { payment_intent: intent.id }, { event: null });
  return intent;
}

function setupIntentFor(draft: Draft, session: StripeObject, customer: string | null): StripeObject {
  const terms = termsOf(draft, session.id);
  const known = terms.intent?.object === 'setup_intent' ? draft.get('setup_intent', terms.intent.id) : undefined;
  if (known !== undefined) return known;
  const { description = null, metadata = {}, on_behalf_of: onBehalfOf = null } = terms.setup_intent_data;
  const intent = insertSetupIntent(draft, {
    customer,
    application: terms.application,
    fields: { description, metadata, on_behalf_of: onBehalfOf, payment_method_options: session.payment_method_options },
  });
  linkIntent(draft, session.id, intent);
  if (session.mode === 'setup') draft.set(session, { setup_intent: intent.id }, { event: null });
  return intent;
}

/** Whether a payment method has to be given, though nothing is due today. */
export const collectsMethod = (session: StripeObject): boolean =>
  session.mode === 'setup' ||
  (session.amount_total ?? 0) > 0 ||
  (session.mode === 'subscription' && session.payment_method_collection === 'always');

/**
 * One try to pay. It succeeds at once, leads to the card's bank, or throws the 402 of the card and keeps what happened; the
 * session is completed by the consequence of its intent's success, whoever brought that about.
 */
export function pay(draft: Draft, given: StripeObject, { payer, method, returnUrl, collected }: Payment): void {
  if (given.status !== 'open') throw notOpen(given);
  const session = hasAnchor(termsOf(draft, given.id)) ? retotal(draft, given) : given;
  if (couponsOf(draft, session).length < (session.discounts ?? []).length) throw couponGone();
  const customer = customerFor(draft, session, payer);
  const details = {
    ...session.customer_details,
    ...payerDetails(payer),
    tax_exempt: session.customer_details?.tax_exempt ?? 'none',
    tax_ids: [],
  };
  const known = draft.set(session, { ...collected, customer_details: details }, { event: null });
  if (method === undefined) {
    complete(draft, known, undefined);
    return;
  }
  const params: Params = { payment_method: method.id, return_url: returnUrl };
  if (known.mode !== 'setup' && known.amount_total > 0) confirmPayment(draft, paymentIntentFor(draft, known, { customer, payer }), params);
  else confirmSetup(draft, setupIntentFor(draft, known, customer), params);
}

const payerDetails = ({ email, name, phone, address }: Payer): Fields => ({
  address,
  business_name: null,
  email,
  individual_name: null,
  name,
  phone,
});

/** A payment that was begun and is not wanted any more. */
export function letGo(draft: Draft, session: StripeObject): void {
  const { intent } = termsOf(draft, session.id);
  const begun = intent?.object === 'payment_intent' ? draft.get('payment_intent', intent.id) : undefined;
  if (begun !== undefined && begun.status !== 'succeeded' && begun.status !== 'canceled') cancelIntent(draft, begun, 'automatic');
}
