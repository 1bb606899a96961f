import { type Draft, type Fields, invalid, mergedMetadata, missingParam, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { checkDefaults } from '../payment-method/attach.ts';
import { currencyOf } from '../price.ts';
import { taxRates } from '../tax-rate.ts';
import { checkFee, setFee } from './fee.ts';
import { insertInvoice, type NewInvoice } from './make.ts';
import { assertFree } from './number.ts';
import { pendingItems } from './pending.ts';

const needsDue = () =>
  invalid(
    'If invoice collection is set to send_invoice, you must specify days_until_due or due_date.',
    'days_until_due',
    'parameter_missing',
  );
const notSent = (param: string) => invalid(`You can only specify ${param} if collection_method is set to send_invoice.`, param);
const bothDue = () =>
  invalid('You may only specify one of these parameters: days_until_due, due_date.', 'due_date', 'parameters_exclusive');
const past = (param: string) => invalid(`Invalid ${param}: it must be a time in the future.`, param);
const tooManyFields = () => invalid('You may specify at most 4 custom fields.', 'custom_fields');

/** The due date, where the invoice is sent. */
export function dueDate(draft: Draft, params: Params, method: string): number | undefined {
  const { days_until_due: days, due_date: date } = params;
  const asked = days !== undefined || date !== undefined;
  if (asked && method !== 'send_invoice') throw notSent(days === undefined ? 'due_date' : 'days_until_due');
  if (days !== undefined && date !== undefined) throw bothDue();
  if (typeof date === 'number' && date <= draft.now) throw past('due_date');
  return typeof days === 'number' ? draft.now + days * 86_400 : date;
}

/** Fields that are what their parameter says, on a new invoice and on a draft alike. */
export function plainFields(draft: Draft, params: Params, customer: string): Fields {
  if (Array.isArray(params.custom_fields) && params.custom_fields.length > 4) throw tooManyFields();
  checkDefaults(draft, params, customer);
  const given = (name: string, value: unknown = params[name]): Fields => (params[name] === undefined ? {} : { [name]: value });
  return {
    ...given('description'),
    ...given('issuer'),
    ...given('footer'),
    ...given('custom_fields', params.custom_fields === '' ? null : params.custom_fields),
    ...given('default_payment_method'),
    ...given('default_source'),
    ...given('effective_at', params.effective_at === '' ? null : params.effective_at),
    ...given('account_tax_ids', params.account_tax_ids === '' ? null : params.account_tax_ids),
    ...given('statement_descriptor'),
    ...given('on_behalf_of', params.on_behalf_of === '' ? null : params.on_behalf_of),
    ...given('number', params.number === '' ? null : params.number),
    ...given('shipping_details', params.shipping_details === '' ? null : params.shipping_details),
  };
}

/** How the PDF looks, filled up with what Stripe takes where nothing is said. */
export const renderingOf = (params: Params): Fields =>
  params.rendering === undefined
    ? {}
    : {
        rendering: {
          amount_tax_display: params.rendering.amount_tax_display || null,
          pdf: { page_size: params.rendering.pdf?.page_size ?? 'auto' },
          template: params.rendering.template ?? null,
          template_version: params.rendering.template_version || null,
        },
      };

/** `shipping_cost`: a shipping rate that exists, or one that is made for it. */
export function shippingCost(
  draft: Draft,
  given: Params | '' | null | undefined,
  currency: string,
): NewInvoice['shipping_cost'] | undefined {
  if (given === undefined) return undefined;
  if (given === '' || given === null) return null;
  const data = given.shipping_rate_data;
  const rate =
    data === undefined
      ? draft.need('shipping_rate', given.shipping_rate ?? '', 'shipping_cost[shipping_rate]')
      : draft.make('shipping_rate', { active: true, type: 'fixed_amount', tax_behavior: 'unspecified', ...data }, { event: null });
  if (rate.fixed_amount?.currency?.toLowerCase() !== currency)
    throw invalid(`The shipping rate must be in ${currency}, as the invoice is.`, 'shipping_cost');
  return { amount_subtotal: rate.fixed_amount.amount, shipping_rate: rate.id };
}

/** Given discounts stand in place of the customer's own; an empty value takes none. */
function discountsFor(draft: Draft, params: Params, { customer, invoice }: { customer: StripeObject; invoice: string }): StripeObject[] {
  const own = customer.discount?.id;
  const ids =
    params.discounts === undefined
      ? [own]
      : redeemDiscounts(draft, params.discounts, { owner: { customer: customer.id, invoice }, param: 'discounts' });
  return ids.map((id) => draft.get('discount', id)).filter((discount) => discount !== undefined);
}

/** `POST /v1/invoices`: a draft of its own, with the pending items where they are asked for. */
export function createInvoice(draft: Draft, params: Params): StripeObject {
  checkFee(draft, params);
  if (params.customer === undefined) throw missingParam('customer');
  const customer = draft.need('customer', params.customer, 'customer');
  const subscription = params.subscription === undefined ? undefined : draft.need('subscription', params.subscription, 'subscription');
  const currency =
    params.currency === undefined ? (subscription?.currency ?? customer.currency ?? defaultCurrency(draft)) : currencyOf(params.currency);
  const method = params.collection_method ?? 'charge_automatically';
  const due = dueDate(draft, params, method);
  if (method === 'send_invoice' && due === undefined) throw needsDue();
  if (typeof params.number === 'string') assertFree(draft, params.number, '');
  if (typeof params.automatically_finalizes_at === 'number' && params.automatically_finalizes_at <= draft.now)
    throw past('automatically_finalizes_at');
  const waiting = params.pending_invoice_items_behavior === 'include' || subscription !== undefined;
  const of = { currency, ...(subscription !== undefined && { subscription: subscription.id }) };
  const rates = taxRates(draft, params.default_tax_rates, 'default_tax_rates');
  const id = draft.id('invoice');
  const made = insertInvoice(draft, {
    id,
    customer,
    currency,
    billing_reason: 'manual',
    collection_method: method,
    lines: [],
    items: waiting ? pendingItems(draft, customer.id, of).slice(0, 250) : [],
    ...(subscription !== undefined && { subscription }),
    discounts: discountsFor(draft, params, { customer, invoice: id }),
    ...(rates !== undefined && { default_tax_rates: rates }),
    ...(params.automatic_tax !== undefined && { automatic_tax: params.automatic_tax.enabled }),
    shipping_cost: shippingCost(draft, params.shipping_cost, currency) ?? null,
    auto_advance: params.auto_advance ?? false,
    period: { start: draft.now, end: draft.now },
    fields: {
      ...plainFields(draft, params, customer.id),
      ...renderingOf(params),
      ...(params.payment_settings !== undefined && {
        payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null, ...params.payment_settings },
      }),
      ...(due !== undefined && { due_date: due }),
      ...(params.automatically_finalizes_at !== undefined && {
        automatically_finalizes_at: params.automatically_finalizes_at,
        auto_advance: true,
      }),
      metadata: mergedMetadata({}, params.metadata ?? {}),
    },
  });
  setFee(draft, made.id, params);
  return made;
}

const defaultCurrency = (draft: Draft): string =>
  draft.in({ account: 'annex', livemode: false }).get('account', draft.world.account)?.default_currency ?? 'usd';
