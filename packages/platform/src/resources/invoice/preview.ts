import { settleInvoice } from '@annex/money';
import { type Draft, type Fields, invalid, notSimulated, type Params, refuse, type StripeObject } from '../../engine/index.ts';
import { balanceIn } from '../customer-balance.ts';
import { redeemDiscounts } from '../discount.ts';
import { itemFromParams } from '../invoiceitem.ts';
import { cancelNow, endsAt } from '../subscription/cancel.ts';
import { insertSubscription } from '../subscription/create.ts';
import { periodEnd, renew } from '../subscription/renew.ts';
import { endTrial } from '../subscription/trial.ts';
import { updateSubscription } from '../subscription/update.ts';
import { insertInvoice } from './make.ts';
import { pendingItems } from './pending.ts';
import { retotal } from './total.ts';

const nothingUpcoming = (whose: string) =>
  refuse({ status: 404, code: 'invoice_upcoming_none', message: `No upcoming invoices for ${whose}`, param: 'customer' });
const nobody = () =>
  invalid('You must specify a customer, a subscription, a schedule, or customer_details.', 'customer', 'parameter_missing');
const otherCustomer = () => invalid('The subscription does not belong to the customer.', 'subscription');

/** Details that make the preview one of another change than that of items, end, trial and anchor. */
const NOT_SIMULATED = ['billing_schedules', 'pause', 'resume_at'] as const;

function refuseUnsimulated(params: Params): void {
  if (params.schedule !== undefined || params.schedule_details !== undefined) throw notSimulated('previews of subscription schedules');
  const details = params.subscription_details ?? {};
  const found = NOT_SIMULATED.find((name) => details[name] !== undefined);
  if (found !== undefined) throw notSimulated(`previews with subscription_details[${found}]`);
}

const LIVING = new Set(['active', 'past_due', 'unpaid', 'trialing']);
const nextOf = (subscription: StripeObject): number =>
  subscription.status === 'trialing' ? subscription.trial_end : (periodEnd(subscription) ?? Number.POSITIVE_INFINITY);

/** Lives on to the next invoice of a subscription: its renewal, or the end of its trial. Nothing where it ends before. */
export function nextInvoice(draft: Draft, subscription: StripeObject): StripeObject | undefined {
  if (!LIVING.has(subscription.status)) return undefined;
  const at = nextOf(subscription);
  const later = draft.at(at);
  const end = endsAt(subscription);
  if (end !== null && end <= at) {
    cancelNow(draft.at(end), subscription, { invoice_now: true, prorate: false });
  } else if (subscription.status === 'trialing') endTrial(later, subscription);
  else renew(later, subscription);
  const after = later.get('subscription', subscription.id);
  return after?.latest_invoice === subscription.latest_invoice ? undefined : later.get('invoice', after?.latest_invoice);
}

/** Nothing is charged for a preview, and an anchor at an instant is one that begins there. */
function changeOf(details: Params): Params {
  const { start_date: _start, cancel_now: _now, billing_cycle_anchor: anchor, ...change } = details;
  return {
    ...change,
    ...(anchor !== undefined && { billing_cycle_anchor: { type: anchor.type } }),
    payment_behavior: 'default_incomplete',
  };
}

/** What a change of a subscription bills: at once where it does, else with the next invoice. */
function ofChange(draft: Draft, subscription: StripeObject, details: Params): StripeObject | undefined {
  if (details.cancel_now === true) {
    cancelNow(draft, subscription, { prorate: details.proration_behavior !== 'none', invoice_now: true });
  } else if (Object.keys(details).length > 0) updateSubscription(draft, subscription.id, changeOf(details));
  const after = draft.get('subscription', subscription.id)!;
  return after.latest_invoice === subscription.latest_invoice ? nextInvoice(draft, after) : draft.get('invoice', after.latest_invoice);
}

/** The first invoice of a subscription that is not there yet. */
function ofNew(draft: Draft, customer: string, params: Params): StripeObject | undefined {
  const {
    start_date: start,
    cancel_now: _now,
    billing_cycle_anchor: anchor,
    proration_date: _date,
    ...details
  } = params.subscription_details;
  const made = insertSubscription(draft, {
    ...details,
    customer,
    payment_behavior: 'default_incomplete',
    ...(params.currency !== undefined && { currency: params.currency }),
    ...(params.automatic_tax !== undefined && { automatic_tax: params.automatic_tax }),
    ...(typeof start === 'number' && start < draft.now && { backdate_start_date: start }),
    ...(anchor?.type === 'timestamp' && { billing_cycle_anchor: anchor.timestamp }),
  });
  return draft.get('invoice', made.latest_invoice);
}

/** What waits for a customer that has no subscription. */
function ofItems(draft: Draft, customer: StripeObject, params: Params): StripeObject | undefined {
  const currency = params.currency ?? customer.currency ?? 'usd';
  const items = pendingItems(draft, customer.id, { currency });
  if (items.length === 0) return undefined;
  const period = { start: draft.now, end: draft.now };
  const automatic_tax = params.automatic_tax?.enabled ?? false;
  return insertInvoice(draft, {
    customer,
    currency,
    billing_reason: 'upcoming',
    collection_method: 'charge_automatically',
    lines: [],
    items,
    automatic_tax,
    auto_advance: true,
    period,
  });
}

/** Who is billed, with what the preview says of them laid over. */
function customerOf(draft: Draft, params: Params, subscription: StripeObject | undefined): StripeObject {
  const id = params.customer ?? subscription?.customer;
  if (id === undefined && params.customer_details === undefined) throw nobody();
  const customer =
    id === undefined ? draft.make('customer', { balance: 0, tax_exempt: 'none' }, { event: null }) : draft.need('customer', id, 'customer');
  const { tax: _tax, tax_ids: _ids, ...details } = params.customer_details ?? {};
  return draft.set(customer, details, { event: null });
}

/** `invoice_items`: items that would wait, and changes of those that do. */
function addItems(draft: Draft, customer: StripeObject, params: Params): void {
  for (const { invoiceitem, price, unit_amount, ...given } of params.invoice_items ?? []) {
    const known = invoiceitem === undefined ? undefined : draft.need('invoiceitem', invoiceitem, 'invoice_items[invoiceitem]');
    if (known !== undefined) draft.remove(known, 'gone', { event: null });
    const asked = {
      ...(known !== undefined && { amount: known.amount, description: known.description, currency: known.currency, period: known.period }),
      ...given,
      ...(price !== undefined && { pricing: { price } }),
      ...(unit_amount !== undefined && { unit_amount_decimal: String(unit_amount) }),
    };
    itemFromParams(draft, asked, { customer, currency: params.currency ?? customer.currency ?? 'usd' });
  }
}

/** Only what comes again and again: neither what waits nor a trial. */
function recurringOnly(draft: Draft, customer: string, subscription: StripeObject | undefined): StripeObject | undefined {
  for (const item of draft.find('invoiceitem', [['customer', customer]], (row) => row.invoice === null))
    draft.remove(item, 'gone', { event: null });
  return subscription === undefined ? undefined : nextInvoice(draft, draft.get('subscription', subscription.id)!);
}

function find(
  draft: Draft,
  params: Params,
  whose: { customer: StripeObject; subscription: StripeObject | undefined },
): StripeObject | undefined {
  const { customer, subscription } = whose;
  const details = params.subscription_details;
  addItems(draft, customer, params);
  const isNew = subscription === undefined && details?.items !== undefined;
  if (params.preview_mode === 'recurring') {
    const changed = isNew ? ofNew(draft, customer.id, params) : subscription && ofChange(draft, subscription, details ?? {});
    const owner = draft.get('subscription', subscription?.id ?? changed?.parent?.subscription_details?.subscription);
    return recurringOnly(draft, customer.id, owner);
  }
  if (isNew) return ofNew(draft, customer.id, params);
  if (subscription !== undefined) return ofChange(draft, subscription, details ?? {});
  const soonest = draft
    .find('subscription', [['customer', customer.id]], (row) => LIVING.has(row.status))
    .sort((a, b) => nextOf(a) - nextOf(b))[0];
  return soonest === undefined ? ofItems(draft, customer, params) : nextInvoice(draft, soonest);
}

/** As it is told: nothing of it is kept, so its ids lead nowhere, and all its lines stand in it. */
export function asPreview(draft: Draft, invoice: StripeObject): StripeObject {
  const lines = draft
    .find('line_item', [['invoice', invoice.id]])
    .map((line) => ({ ...line, id: `il_tmp_${line.id.slice('il_'.length)}`, invoice: null }));
  const id = `upcoming_${invoice.id}`;
  const { confirmation_secret: _secret, ...rest } = invoice;
  const settled = settleInvoice(invoice.total, balanceIn(draft.get('customer', invoice.customer)!, invoice.currency), invoice.currency);
  const isDraft = invoice.status === 'draft';
  const fields: Fields = {
    id,
    billing_reason: 'upcoming',
    status: 'draft',
    attempted: false,
    attempt_count: 0,
    ...(isDraft && { amount_due: settled.due, amount_remaining: settled.due, ending_balance: settled.ending }),
    ...(!isDraft && { amount_remaining: invoice.amount_due, amount_paid: 0 }),
    effective_at: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    number: null,
    automatically_finalizes_at: null,
    next_payment_attempt: invoice.collection_method === 'charge_automatically' ? invoice.created + 3600 : null,
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/invoices/${id}/lines` },
  };
  return { ...(rest as StripeObject), ...fields };
}

/**
 * `POST /v1/invoices/create_preview`: lives what would happen in a draft that is thrown away, so that a preview is what the
 * invoice will be, by the same code.
 */
export function createPreview(kept: Draft, params: Params): StripeObject {
  refuseUnsimulated(params);
  const draft = kept.scratch();
  const subscription = params.subscription === undefined ? undefined : draft.need('subscription', params.subscription, 'subscription');
  const customer = customerOf(draft, params, subscription);
  if (subscription !== undefined && subscription.customer !== customer.id) throw otherCustomer();
  const invoice = find(draft, params, { customer, subscription });
  if (invoice === undefined) throw nothingUpcoming(params.subscription ?? `customer: ${customer.id}`);
  if (params.discounts === undefined) return asPreview(draft, draft.get('invoice', invoice.id)!);
  const discounts = redeemDiscounts(draft, params.discounts, { owner: { customer: customer.id, invoice: invoice.id }, param: 'discounts' });
  draft.set(draft.get('invoice', invoice.id)!, { discounts }, { event: null });
  return asPreview(draft, retotal(draft, invoice.id));
}
