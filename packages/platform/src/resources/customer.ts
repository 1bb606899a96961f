import { type Behaviour, type Draft, type Fields, invalid, type Params, type StripeObject } from '../engine/index.ts';
import { setMode } from './cash-balance/index.ts';
import { recordBalance } from './customer-balance.ts';
import { deleteCustomerDiscount, discountGiven } from './customer-discount.ts';
import { addSource } from './customer-source.ts';
import { attach, ownMethod } from './payment-method/attach.ts';
import { insertTaxId, ofCustomer } from './tax-id.ts';
import { roomForCustomer } from './test-clock/limits.ts';

const badEmail = (email: string) => invalid(`Invalid email address: ${email}`, 'email', 'email_invalid');

function checkEmail(params: Params): void {
  const { email } = params;
  if (typeof email === 'string' && !/^[^\s@]+@[^\s@]+$/.test(email)) throw badEmail(email);
}

const noLocation = () =>
  invalid(
    "The customer's location isn't recognized. Set a valid customer address.",
    'tax[validate_location]',
    'customer_tax_location_invalid',
  );

/** `immediately` asks for an address that tax could be reckoned for. */
function checkLocation(params: Params, address: Fields | null | undefined): void {
  if (params.tax?.validate_location === 'immediately' && !address?.country) throw noLocation();
}

/** Eight characters that begin the customer's invoice numbers, unless the caller chooses them. */
const PREFIX_ALPHABET = /[^0-9A-Z]/g;

function clockFor(draft: Draft, id: string): string {
  const clock = draft.need('test_helpers.test_clock', id, 'test_clock');
  roomForCustomer(draft, clock.id);
  return clock.id;
}

function create(draft: Draft, params: Params): Fields {
  checkEmail(params);
  checkLocation(params, params.address);
  const prefix = params.invoice_prefix ?? draft.random(16).toUpperCase().replace(PREFIX_ALPHABET, '').slice(0, 8);
  return {
    balance: params.balance ?? 0,
    delinquent: false,
    invoice_prefix: prefix,
    next_invoice_sequence: params.next_invoice_sequence ?? 1,
    currency: null,
    discount: null,
    default_source: null,
    ...sourceOf(draft, params),
    test_clock: params.test_clock === undefined ? null : clockFor(draft, params.test_clock),
    invoice_settings: {
      custom_fields: params.invoice_settings?.custom_fields ?? null,
      default_payment_method: params.invoice_settings?.default_payment_method ?? null,
      footer: params.invoice_settings?.footer ?? null,
      rendering_options: params.invoice_settings?.rendering_options ?? null,
    },
    preferred_locales: params.preferred_locales ?? [],
    tax_exempt: params.tax_exempt ?? 'none',
  };
}

/** A `source` given at creation is made first, so that the customer is told with it as its default. */
function sourceOf(draft: Draft, params: Params): Fields {
  if (typeof params.source !== 'string') return {};
  const id = draft.id('customer');
  return { id, default_source: addSource(draft, { id, object: 'customer' }, { token: params.source }).id };
}

/** A `payment_method` given at creation is attached first (its event precedes the customer's in logs). */
function created(draft: Draft, made: StripeObject, params: Params): StripeObject {
  recordBalance(draft, made, made.balance, 'initial');
  setMode(draft, made.id, params.cash_balance?.settings?.reconciliation_mode);
  for (const given of params.tax_id_data ?? []) insertTaxId(draft, given, ofCustomer(made.id));
  const customer = withDiscount(draft, draft.get('customer', made.id)!, params);
  const { payment_method: method, invoice_settings: settings } = params;
  if (method === undefined) return customer;
  const attached = attach(draft, method, customer.id);
  if (settings?.default_payment_method === undefined) return customer;
  return draft.set(customer, { invoice_settings: { ...customer.invoice_settings, default_payment_method: attached.id } }, { event: null });
}

/** The discount follows the customer, so that both are told in that order. */
const withDiscount = (draft: Draft, customer: StripeObject, params: Params): StripeObject =>
  draft.set(customer, discountGiven(draft, customer, params), { event: null });

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  checkEmail(params);
  checkLocation(params, params.address ?? before.address);
  setMode(draft, before.id, params.cash_balance?.settings?.reconciliation_mode);
  if (typeof params.balance === 'number') recordBalance(draft, before, params.balance, 'adjustment');
  const source = {
    ...(typeof params.source === 'string' && { default_source: addSource(draft, before, { token: params.source }).id }),
    ...discountGiven(draft, before, params),
  };
  const method = params.invoice_settings?.default_payment_method;
  if (typeof method !== 'string') return source;
  ownMethod(draft, method, { customer: before.id, param: 'invoice_settings[default_payment_method]' });
  return source;
}

const ENDED = new Set(['canceled', 'incomplete_expired']);

/** Living subscriptions end with their customer; its payment methods are let go. */
export function removeCustomer(draft: Draft, customer: StripeObject): 'stub' {
  for (const subscription of draft.find('subscription', [['customer', customer.id]])) {
    if (ENDED.has(subscription.status)) continue;
    draft.set(
      subscription,
      { status: 'canceled', canceled_at: draft.now, ended_at: draft.now },
      { event: 'customer.subscription.deleted' },
    );
  }
  for (const method of draft.find('payment_method', [['customer', customer.id]])) draft.set(method, { customer: null }, { event: null });
  return 'stub';
}

export const customer: Behaviour = {
  object: 'customer',
  grade: 'lived',
  filters: {
    email: (row, value) => typeof row.email === 'string' && row.email === value,
    test_clock: 'test_clock',
  },
  // Objects under a test clock are in no list that does not ask for them (api-and-events 1.11).
  listed: (params) => (params.test_clock === undefined ? { where: [['test_clock', null]] } : {}),
  create,
  created,
  update,
  remove: removeCustomer,
  specials: { 'DELETE /v1/customers/{id}/discount': deleteCustomerDiscount },
};
