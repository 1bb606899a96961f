import { type Draft, type Fields, invalid, type Params, previousAttributes, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { taxRates } from '../tax-rate.ts';
import { dueDate, plainFields, renderingOf, shippingCost } from './create.ts';
import { checkFee, setFee } from './fee.ts';
import { HOUR, schedule, shippingOf } from './make.ts';
import { assertFree } from './number.ts';
import { automaticTax } from './tax.ts';
import { retotal } from './total.ts';

/** What may still be said about an invoice that is finalised, and about one whose story is over. */
const WHILE_OPEN = new Set(['auto_advance', 'default_payment_method', 'default_source', 'metadata', 'payment_settings']);
const FOR_EVER = new Set(['metadata']);

const notEditable = (param: string) => invalid("Finalized invoices can't be updated in this way", param, 'invoice_not_editable');

function assertEditable(invoice: StripeObject, params: Params): void {
  if (invoice.status === 'draft') return;
  const allowed = invoice.status === 'open' || invoice.status === 'uncollectible' ? WHILE_OPEN : FOR_EVER;
  const refused = Object.keys(params).find((name) => !allowed.has(name));
  if (refused !== undefined) throw notEditable(refused);
}

/** Whether the invoice goes on by itself: a draft is finalised in an hour, an open one is collected. */
function advance(draft: Draft, invoice: StripeObject, params: Params): Fields {
  if (params.auto_advance === undefined && params.automatically_finalizes_at === undefined && params.collection_method === undefined)
    return {};
  const auto = params.auto_advance ?? (params.automatically_finalizes_at !== undefined ? true : invoice.auto_advance);
  const method = params.collection_method ?? invoice.collection_method;
  if (invoice.status !== 'draft') {
    const next = auto && method === 'charge_automatically' && invoice.status === 'open' ? draft.now + HOUR : null;
    return { auto_advance: auto, next_payment_attempt: next };
  }
  const planned = schedule(draft, { auto_advance: auto, collection_method: method });
  const asked = params.automatically_finalizes_at;
  return { auto_advance: auto, ...planned, ...(typeof asked === 'number' && auto && { automatically_finalizes_at: asked }) };
}

const noDue = () =>
  invalid(
    'If invoice collection is set to send_invoice, you must specify days_until_due or due_date.',
    'days_until_due',
    'parameter_missing',
  );

function dueFields(draft: Draft, invoice: StripeObject, params: Params): Fields {
  const method = params.collection_method ?? invoice.collection_method;
  const due = dueDate(draft, params, method);
  if (method === 'charge_automatically') return params.collection_method === undefined ? {} : { due_date: null };
  if (due === undefined && invoice.due_date === null) throw noDue();
  return due === undefined ? {} : { due_date: due };
}

/** `POST /v1/invoices/{id}`: a draft is free to change, a finalised one in few ways. */
export function update(draft: Draft, invoice: StripeObject, params: Params): Fields {
  assertEditable(invoice, params);
  if (invoice.status !== 'draft') return advance(draft, invoice, params);
  checkFee(draft, params);
  setFee(draft, invoice.id, params);
  if (typeof params.number === 'string') assertFree(draft, params.number, invoice.id);
  const rates = taxRates(draft, params.default_tax_rates, 'default_tax_rates');
  const shipping = shippingCost(draft, params.shipping_cost, invoice.currency);
  const discounts =
    params.discounts === undefined
      ? undefined
      : redeemDiscounts(draft, params.discounts, { owner: { customer: invoice.customer, invoice: invoice.id }, param: 'discounts' });
  const tax = params.automatic_tax;
  const customer = draft.get('customer', invoice.customer)!;
  return {
    ...plainFields(draft, params, invoice.customer),
    ...renderingOf(params),
    ...advance(draft, invoice, params),
    ...dueFields(draft, invoice, params),
    ...(rates !== undefined && { default_tax_rates: rates }),
    ...(discounts !== undefined && { discounts: discounts }),
    ...(shipping !== undefined && { shipping_cost: shippingOf(shipping) }),
    ...(tax !== undefined && { automatic_tax: automaticTax(draft, tax.enabled, { customer, rates: rates ?? invoice.default_tax_rates }) }),
  };
}

/** One event for an edit, with all that it changed: terms, lines and amounts. */
export function tellEdited(draft: Draft, before: StripeObject): StripeObject {
  const after = draft.get('invoice', before.id)!;
  const previous = previousAttributes(before, after);
  if (previous !== undefined) draft.emit('invoice.updated', after, { previous });
  return after;
}

/** Works on a draft, reckons it anew and tells it once. */
export function editing(draft: Draft, id: string, work: () => void): StripeObject {
  const before = draft.get('invoice', id)!;
  work();
  retotal(draft, id);
  return tellEdited(draft, before);
}
