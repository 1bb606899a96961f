import { type Draft, type Fields, invalid, mergedMetadata, missingParam, type Params, type StripeObject } from '../../engine/index.ts';
import { methodOptions } from '../payment-intent/options.ts';
import { currencyOf } from '../price.ts';
import { customFields, shippingCost, shippingOptions } from './collect.ts';
import { chosenDiscounts } from './discounts.ts';
import { firstAmounts } from './first-amount.ts';
import { checkMode, insertItems, itemsOf } from './items.ts';
import { insertTerms, termsOf } from './terms.ts';
import { total } from './totals.ts';

const HOUR = 3600;

const notHere = (param: string, mode: string) => invalid(`You can not pass \`${param}\` in \`${mode}\` mode.`, param);
const badUrl = (param: string, value: string) =>
  invalid(`Not a valid URL: '${value}'. It must begin with http:// or https://.`, param, 'url_invalid');
const badExpiry = () =>
  invalid('The `expires_at` timestamp must be less than 24 hours and at least 30 minutes from Checkout Session creation.', 'expires_at');
const oneCustomer = () => invalid('You may only specify one of these parameters: customer, customer_email.', 'customer');
const eitherDiscounts = () => invalid('You may only specify one of these parameters: allow_promotion_codes, discounts.', 'discounts');

const noFeeHere = (param: string) =>
  invalid(
    `You can only set \`${param}\` on behalf of another account (using an OAuth key, the Stripe-Account header, or transfer_data).`,
    param,
  );

/** Parameters that only some modes take. */
const MODES_OF: Readonly<Record<string, readonly string[]>> = {
  payment_intent_data: ['payment'],
  invoice_creation: ['payment'],
  subscription_data: ['subscription'],
  setup_intent_data: ['setup'],
  customer_creation: ['payment', 'setup'],
  payment_method_collection: ['subscription'],
  discounts: ['payment', 'subscription'],
  allow_promotion_codes: ['payment', 'subscription'],
  shipping_options: ['payment'],
};

/** `{CHECKOUT_SESSION_ID}` is no part of a URL; it stands for one. */
function checkUrl(params: Params, name: string): void {
  const url = params[name];
  if (url === undefined) return;
  const filled = String(url).replaceAll('{CHECKOUT_SESSION_ID}', 'cs');
  if (!/^https?:\/\/[^\s/?#@]+(?:[/?#]\S*)?$/i.test(filled)) throw badUrl(name, url);
}

const FEES = [
  ['payment_intent_data', 'application_fee_amount'],
  ['subscription_data', 'application_fee_percent'],
] as const;

/** Only an application earns a fee, or a payment that goes to another account. */
function checkFee(draft: Draft, params: Params): void {
  for (const [data, fee] of FEES)
    if (typeof params[data]?.[fee] === 'number' && draft.actor.application === null && params[data].transfer_data === undefined)
      throw noFeeHere(`${data}[${fee}]`);
}

function check(draft: Draft, params: Params, mode: string): void {
  for (const [name, modes] of Object.entries(MODES_OF)) if (params[name] !== undefined && !modes.includes(mode)) throw notHere(name, mode);
  const hosted = (params.ui_mode ?? 'hosted_page') === 'hosted_page';
  if (hosted && params.success_url === undefined) throw missingParam('success_url');
  if (!hosted && params.return_url === undefined && params.redirect_on_completion !== 'never') throw missingParam('return_url');
  for (const name of ['success_url', 'cancel_url', 'return_url']) checkUrl(params, name);
  if (mode === 'setup' && params.currency === undefined && params.allowed_payment_method_types === undefined)
    throw missingParam('currency');
  if (mode !== 'setup' && (params.line_items ?? []).length === 0) throw missingParam('line_items');
  if (params.customer !== undefined && params.customer_email !== undefined) throw oneCustomer();
  if (params.allow_promotion_codes === true && (params.discounts ?? []).length > 0) throw eitherDiscounts();
  if (params.customer !== undefined) draft.need('customer', params.customer, 'customer');
  checkFee(draft, params);
  const asked = params.expires_at;
  if (asked !== undefined && (asked < draft.now + HOUR / 2 || asked > draft.now + 24 * HOUR)) throw badExpiry();
}

/** Who pays, as far as the caller has said it. */
function detailsOf(draft: Draft, params: Params): Fields | null {
  const customer = draft.get('customer', params.customer);
  const email = customer?.email ?? params.customer_email;
  if (customer === undefined && email === undefined) return null;
  return {
    address: null,
    business_name: null,
    email: email ?? null,
    individual_name: null,
    name: null,
    phone: null,
    tax_exempt: customer === undefined ? 'none' : (customer.tax_exempt ?? 'none'),
    tax_ids: null,
  };
}

const customerCreation = (params: Params, mode: string): string | null =>
  params.customer !== undefined ? null : mode === 'subscription' ? 'always' : (params.customer_creation ?? 'if_required');

/** `hosted_page` is a page of ours; what a browser embeds has a client secret instead of an address. */
export const addressOf = (draft: Draft, session: { id: string }): string =>
  `${draft.origin}/c/pay/${draft.world.account}/${draft.world.livemode ? 'live' : 'test'}/${session.id}`;

export const newId = (draft: Draft): string => `cs_${draft.world.livemode ? 'live' : 'test'}_a1${draft.random(56)}`;

export function create(draft: Draft, params: Params): Fields {
  const { mode } = params;
  if (mode === undefined) throw missingParam('mode');
  check(draft, params, mode);
  return sessionFields(draft, params);
}

/** The fields of a session whose parameters are in order. */
export function sessionFields(draft: Draft, params: Params): Fields {
  const { mode } = params;
  const discounts = params.discounts === undefined ? null : chosenDiscounts(draft, params.discounts, params.customer);
  return {
    after_expiration: afterExpiration(params),
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    amount_subtotal: null,
    amount_total: null,
    automatic_tax: { enabled: params.automatic_tax?.enabled ?? false, liability: null, provider: null, status: null },
    client_secret: null,
    currency: params.currency === undefined ? null : currencyOf(params.currency),
    custom_fields: customFields(params.custom_fields),
    customer: params.customer ?? null,
    customer_creation: customerCreation(params, mode),
    customer_details: detailsOf(draft, params),
    discounts,
    expires_at: params.expires_at ?? draft.now + 24 * HOUR,
    invoice_creation: mode === 'payment' ? invoiceCreation(params) : null,
    metadata: mergedMetadata({}, params.metadata ?? {}),
    mode,
    payment_method_collection: mode === 'subscription' ? (params.payment_method_collection ?? 'always') : 'if_required',
    payment_method_options: methodOptions(params.payment_method_options, { card: { request_three_d_secure: 'automatic' } }),
    payment_method_types: params.allowed_payment_method_types ?? ['card'],
    payment_status: mode === 'setup' ? 'no_payment_required' : 'unpaid',
    phone_number_collection: { enabled: params.phone_number_collection?.enabled ?? false },
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    total_details: mode === 'setup' ? null : { amount_discount: 0, amount_shipping: 0, amount_tax: 0 },
    ui_mode: params.ui_mode ?? 'hosted_page',
    url: null,
  };
}

/** Whether an expired session can be taken up again; its address is told when it has expired. */
function afterExpiration(params: Params): Fields | null {
  const asked = params.after_expiration?.recovery;
  if (asked === undefined) return null;
  const { allow_promotion_codes: codes = false, enabled } = asked;
  return { recovery: { allow_promotion_codes: codes, enabled, expires_at: null, url: null } };
}

const invoiceCreation = (params: Params): Fields => ({
  enabled: params.invoice_creation?.enabled ?? false,
  invoice_data: {
    account_tax_ids: null,
    custom_fields: params.invoice_creation?.invoice_data?.custom_fields ?? null,
    description: params.invoice_creation?.invoice_data?.description ?? null,
    footer: params.invoice_creation?.invoice_data?.footer ?? null,
    issuer: null,
    metadata: params.invoice_creation?.invoice_data?.metadata ?? {},
    rendering_options: null,
  },
});

/** The line items come after the session whose they are, and its amounts after them. */
export function created(draft: Draft, session: StripeObject, params: Params): StripeObject {
  insertTerms(draft, session, params);
  const address =
    session.ui_mode === 'hosted_page'
      ? { url: addressOf(draft, session) }
      : { client_secret: `${session.id}_secret_${draft.random(30)}`, url: null };
  if (session.mode === 'setup') return draft.set(session, address, { event: null });
  const items = insertItems(draft, params.line_items, { by: 'checkout_session', id: session.id });
  checkMode(items, session.mode);
  const { currency } = items[0]!;
  if (session.currency !== null && session.currency !== currency)
    throw invalid(`The session is in ${session.currency}, but its line items are in ${currency}.`, 'currency');
  const options = shippingOptions(draft, params.shipping_options, currency);
  const shipping = options.length === 0 ? {} : { shipping_options: options, shipping_cost: shippingCost(options[0] as Params) };
  return retotal(draft, draft.set(session, { ...address, ...shipping, currency }, { event: null }));
}

/** The amounts of a session after its items or discounts have changed. */
export function retotal(draft: Draft, session: StripeObject): StripeObject {
  const terms = termsOf(draft, session.id);
  const items = itemsOf(draft, session.id);
  const given = {
    items,
    amounts: firstAmounts(draft, session, { items, terms }),
    defaultRates: terms.subscription_data.default_tax_rates ?? [],
  };
  return draft.set(session, total(draft, session, given), { event: null });
}
