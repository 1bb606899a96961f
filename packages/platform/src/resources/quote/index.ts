import {
  type Behaviour,
  type Draft,
  type DueRow,
  type Fields,
  invalid,
  limitOf,
  type Machine,
  noSuch,
  notSimulated,
  type Params,
  type Special,
  type StripeObject,
} from '../../engine/index.ts';
import { insertItems } from '../checkout-session/items.ts';
import { redeemDiscounts } from '../discount.ts';
import { checkFee } from '../invoice/fee.ts';
import { checkFeePercent } from '../subscription/create.ts';
import { accept } from './accept.ts';
import { computed, itemsOf, upfrontItems } from './terms.ts';

const DAY = 86_400;
/** How long a quote stands unless it is told (inferred). */
const STANDS = 30 * DAY;

const machine: Machine = {
  field: 'status',
  moves: {
    accept: { from: ['open'], to: ['accepted'] },
    cancel: { from: ['draft', 'open'], to: ['canceled'] },
    finalize: { from: ['draft'], to: ['open'] },
  },
  refusal: (quote, action, move) =>
    invalid(
      `You cannot ${action} a quote that is ${quote.status}: it must be ${move.from.join(' or ')}.`,
      undefined,
      'quote_invalid_state',
    ),
};

const notDraft = (quote: StripeObject) =>
  invalid(`You can only update a quote that is a draft. This one is ${quote.status}.`, undefined, 'quote_invalid_state');
const needsCustomer = () => invalid('A quote needs a customer before it can be finalized.', 'customer', 'parameter_missing');
const needsItems = () => invalid('A quote needs line items before it can be finalized.', 'line_items', 'parameter_missing');
const past = (at: number) => invalid(`Invalid expires_at: it must be in the future, but it is ${at}.`, 'expires_at');
const noRevision = (id: string) => invalid(`Only a quote that is open can be revised: ${id} is not.`, 'from_quote[quote]');
const mixedIntervals = () => invalid('All recurring line items of a quote must have the same interval.', 'line_items');

function setItems(draft: Draft, quote: StripeObject, given: readonly Params[]): void {
  const known = itemsOf(draft, quote.id);
  const params = given.map((item) => {
    const before = known.find((each) => each.id === item.id);
    return before === undefined
      ? item
      : { price: before.price.id, quantity: before.quantity ?? undefined, tax_rates: before.rates, ...item };
  });
  for (const item of known) draft.remove(item, 'gone', { event: null });
  const made = insertItems(draft, params, { by: 'quote', id: quote.id });
  const every = new Set(
    made.flatMap(({ price }) => (price.recurring === null ? [] : [`${price.recurring.interval_count} ${price.recurring.interval}`])),
  );
  if (every.size > 1) throw mixedIntervals();
}

const subscriptionData = (given: Params | undefined, before?: StripeObject): Fields => ({
  billing_mode: before?.billing_mode ?? { flexible: { proration_discounts: 'included' }, type: given?.billing_mode?.type ?? 'flexible' },
  description: given?.description ?? before?.description ?? null,
  effective_date:
    typeof given?.effective_date === 'number'
      ? given.effective_date
      : given?.effective_date === null
        ? null
        : (before?.effective_date ?? null),
  metadata: given?.metadata ?? before?.metadata ?? null,
  trial_period_days: given?.trial_period_days ?? before?.trial_period_days ?? null,
});

const settings = (given: Params | undefined, before?: StripeObject): Fields => ({
  custom_fields: null,
  days_until_due: null,
  description: null,
  footer: null,
  issuer: { type: 'self' },
  ...before,
  ...given,
});

/** The parameters that a clone starts from. */
function cloneOf(draft: Draft, params: Params): Params {
  const from = params.from_quote?.quote;
  if (from === undefined) return params;
  const quote = draft.need('quote', from, 'from_quote[quote]');
  if (params.from_quote.is_revision === true && quote.status !== 'open') throw noRevision(from);
  const items = itemsOf(draft, quote.id).map((item) => ({
    price: item.price.id,
    quantity: item.quantity ?? undefined,
    tax_rates: item.rates,
  }));
  const { customer, collection_method, default_tax_rates, description, footer, header, metadata, test_clock } = quote;
  const discounts = quote.discounts.map((id: string) => ({ discount: id }));
  const same = { customer, collection_method, default_tax_rates, description, discounts, footer, header, line_items: items, metadata };
  return { ...same, ...(test_clock !== null && { test_clock }), ...params };
}

function discountIds(draft: Draft, quote: StripeObject, given: unknown): string[] {
  const owner = { customer: quote.customer };
  return redeemDiscounts(draft, given, { owner, param: 'discounts', proposes: true });
}

/** Fields that a parameter names, on a new quote and on a draft alike. */
function plainFields(draft: Draft, params: Params, customer: string | null): Fields {
  if (typeof params.customer === 'string') draft.need('customer', params.customer, 'customer');
  if (typeof params.expires_at === 'number' && params.expires_at <= draft.now) throw past(params.expires_at);
  for (const [index, id] of ((params.default_tax_rates ?? []) as string[]).entries())
    draft.need('tax_rate', id, `default_tax_rates[${index}]`);
  checkFee(draft, params);
  checkFeePercent(draft, params);
  return {
    ...(params.default_tax_rates !== undefined && { default_tax_rates: params.default_tax_rates ?? [] }),
    ...(params.discounts !== undefined && { discounts: discountIds(draft, { customer } as unknown as StripeObject, params.discounts) }),
  };
}

function create(draft: Draft, given: Params): Fields {
  const params = cloneOf(draft, given);
  const customer = draft.get('customer', params.customer);
  return {
    amount_subtotal: 0,
    amount_total: 0,
    application_fee_amount: params.application_fee_amount ?? null,
    application_fee_percent: params.application_fee_percent ?? null,
    automatic_tax: { enabled: params.automatic_tax?.enabled ?? false, liability: null, provider: null, status: null },
    collection_method: params.collection_method ?? 'charge_automatically',
    computed: { recurring: null, upfront: {} },
    currency: null,
    customer: params.customer ?? null,
    default_tax_rates: [],
    description: params.description ?? null,
    discounts: [],
    expires_at: params.expires_at ?? draft.now + STANDS,
    footer: params.footer ?? null,
    from_quote:
      params.from_quote === undefined ? null : { is_revision: params.from_quote.is_revision ?? false, quote: params.from_quote.quote },
    header: params.header ?? null,
    invoice_settings: settings(params.invoice_settings),
    metadata: params.metadata ?? {},
    number: null,
    status: 'draft',
    status_transitions: { accepted_at: null, canceled_at: null, finalized_at: null },
    subscription_data: subscriptionData(params.subscription_data),
    test_clock: params.test_clock ?? customer?.test_clock ?? null,
    ...plainFields(draft, params, params.customer ?? null),
  };
}

/** `POST /v1/quotes`: its items come first, so that the event tells what it comes to. */
const createQuote: Special = (draft, given) => {
  const params = cloneOf(draft, given);
  const quote = draft.make('quote', create(draft, given), { event: null });
  if (Array.isArray(params.line_items)) setItems(draft, quote, params.line_items);
  const made = draft.set(quote, computed(draft, quote), { event: null });
  draft.emit('quote.created', made);
  return made;
};

/** There is no `quote.updated`: a draft changes without being told. */
function update(draft: Draft, before: StripeObject, params: Params): Fields {
  const asked = Object.keys(params).filter((name) => name !== 'metadata');
  if (before.status !== 'draft' && asked.length > 0) throw notDraft(before);
  if (Array.isArray(params.line_items)) setItems(draft, before, params.line_items);
  return {
    ...plainFields(draft, params, params.customer ?? before.customer),
    ...(params.subscription_data !== undefined && {
      subscription_data: subscriptionData(params.subscription_data, before.subscription_data),
    }),
    ...(params.invoice_settings !== undefined && { invoice_settings: settings(params.invoice_settings, before.invoice_settings) }),
  };
}

function finalize(draft: Draft, quote: StripeObject, params: Params): StripeObject {
  if (quote.customer === null) throw needsCustomer();
  if (itemsOf(draft, quote.id).length === 0) throw needsItems();
  if (typeof params.expires_at === 'number' && params.expires_at <= draft.now) throw past(params.expires_at);
  const customer = draft.get('customer', quote.customer)!;
  const sequence = draft.find('quote', [['customer', customer.id]], (row) => row.number !== null).length + 1;
  const fields = {
    expires_at: params.expires_at ?? quote.expires_at,
    number: `QT-${customer.invoice_prefix}-${String(sequence).padStart(4, '0')}-1`,
    status: 'open',
    status_transitions: { ...quote.status_transitions, finalized_at: draft.now },
  };
  const revised = quote.from_quote?.is_revision ? draft.get('quote', quote.from_quote.quote) : undefined;
  // A revision takes the place of what it revises.
  if (revised?.status === 'open') cancel(draft, revised);
  return draft.set(quote, fields, { event: 'quote.finalized' });
}

const cancel = (draft: Draft, quote: StripeObject): StripeObject =>
  draft.set(
    quote,
    { status: 'canceled', status_transitions: { ...quote.status_transitions, canceled_at: draft.now } },
    { event: 'quote.canceled' },
  );

/** Nobody accepted it in time. */
export const expiry: DueRow = {
  object: 'quote',
  what: 'expire',
  at: (quote) => (quote.status === 'draft' || quote.status === 'open' ? quote.expires_at : null),
  act: (draft, quote) => {
    cancel(draft, quote);
  },
};

/** What is due when the quote is accepted. */
const upfrontLines: Special = (draft, params, ids) => {
  const quote = draft.get('quote', ids[0]);
  if (quote === undefined) throw noSuch('quote', ids[0]!, { param: 'quote', inPath: true });
  const items = upfrontItems(quote, itemsOf(draft, quote.id));
  const after = items.findIndex((item) => item.id === params.starting_after) + 1;
  const data = items.slice(after, after + limitOf(params)).map(({ quote: _quote, rates: _rates, ...rest }) => rest);
  const url = `/v1/quotes/${quote.id}/computed_upfront_line_items`;
  return { object: 'list', data, has_more: items.length > after + data.length, url };
};

const noPdf: Special = () => {
  throw notSimulated('the PDF of a quote; what it says is in the quote and its line items');
};

export const quote: Behaviour = {
  object: 'quote',
  grade: 'lived',
  machine,
  listed: (params) => (params.customer === undefined && params.test_clock === undefined ? { where: [['test_clock', null]] } : {}),
  update,
  updated: (draft, after) => draft.set(after, computed(draft, after), { event: null }),
  actions: { accept: (draft, open) => accept(draft, open), cancel: (draft, open) => cancel(draft, open), finalize },
  specials: {
    'POST /v1/quotes': createQuote,
    'GET /v1/quotes/{id}/computed_upfront_line_items': upfrontLines,
    'GET /v1/quotes/{id}/pdf': noPdf,
  },
};
