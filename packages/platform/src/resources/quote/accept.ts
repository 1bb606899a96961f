import { type Draft, type Fields, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { setFee } from '../invoice/fee.ts';
import { insertInvoice } from '../invoice/make.ts';
import { insertSubscription } from '../subscription/create.ts';
import { createSchedule } from '../subscription-schedule/index.ts';
import { isRecurring, itemsOf } from './terms.ts';

const expired = () => invalid('This quote has expired. Make a new one, from_quote it if you like.', undefined, 'quote_expired');

const discountParams = (draft: Draft, quote: StripeObject): Params[] =>
  quote.discounts.map((id: string) => {
    const discount = draft.get('discount', id)!;
    return discount.promotion_code === null ? { coupon: discount.source.coupon } : { promotion_code: discount.promotion_code };
  });

const itemParams = (item: StripeObject): Params => ({
  price: item.price.id,
  ...(item.quantity !== null && { quantity: item.quantity }),
  ...(item.rates.length > 0 && { tax_rates: item.rates }),
});

const feePercent = ({ application_fee_percent: percent }: StripeObject): Params =>
  percent === null ? {} : { application_fee_percent: percent };

/** What the subscription of a quote, or the one phase of its schedule, is asked for. */
function terms(draft: Draft, quote: StripeObject): Params {
  const items = itemsOf(draft, quote.id);
  const once = items.filter((item) => !isRecurring(item));
  const data = quote.subscription_data;
  const discounts = discountParams(draft, quote);
  return {
    items: items.filter(isRecurring).map(itemParams),
    collection_method: quote.collection_method,
    ...(quote.default_tax_rates.length > 0 && { default_tax_rates: quote.default_tax_rates }),
    ...(discounts.length > 0 && { discounts }),
    ...(once.length > 0 && { add_invoice_items: once.map(itemParams) }),
    ...(data.description !== null && { description: data.description }),
    metadata: { ...quote.metadata, ...data.metadata },
  };
}

function subscribe(draft: Draft, quote: StripeObject): Fields {
  const { trial_period_days: trial, billing_mode: mode } = quote.subscription_data;
  const sent = quote.collection_method === 'send_invoice';
  const params = {
    ...terms(draft, quote),
    billing_mode: { type: mode.type },
    customer: quote.customer,
    ...(sent && { days_until_due: quote.invoice_settings.days_until_due ?? 30 }),
    ...(trial > 0 && { trial_period_days: trial }),
    ...feePercent(quote),
  };
  return { subscription: insertSubscription(draft, params, { firstInvoice: 'draft' }).id };
}

/** What takes effect later waits in a schedule. */
function schedule(draft: Draft, quote: StripeObject, from: number): Fields {
  const sent = quote.collection_method === 'send_invoice';
  const phase = {
    ...terms(draft, quote),
    ...feePercent(quote),
    ...(sent && { invoice_settings: { days_until_due: quote.invoice_settings.days_until_due ?? 30 } }),
  };
  const made = createSchedule(draft, {
    billing_mode: { type: quote.subscription_data.billing_mode.type },
    customer: quote.customer,
    phases: [phase],
    start_date: from,
  });
  return { subscription_schedule: made.id };
}

/** What is paid once alone becomes an invoice, a draft for an hour. */
function bill(draft: Draft, quote: StripeObject): Fields {
  const customer = draft.get('customer', quote.customer)!;
  const id = draft.id('invoice');
  const owner = { customer: customer.id, invoice: id };
  const discounts = redeemDiscounts(draft, discountParams(draft, quote), { owner, param: 'discounts' });
  const lines = itemsOf(draft, quote.id).map((item) => ({
    amount: item.amount_subtotal,
    currency: quote.currency,
    description: item.description,
    period: { start: draft.now, end: draft.now },
    price: item.price,
    quantity: item.quantity,
    ...(item.rates.length > 0 && { tax_rates: item.rates.map((id: string) => draft.get('tax_rate', id)!) }),
  }));
  const invoice = insertInvoice(draft, {
    id,
    customer,
    currency: quote.currency,
    billing_reason: 'quote_accept',
    collection_method: quote.collection_method,
    lines,
    discounts: discounts.map((id) => draft.get('discount', id)!),
    default_tax_rates: quote.default_tax_rates.map((id: string) => draft.get('tax_rate', id)!),
    auto_advance: true,
    days_until_due: quote.invoice_settings.days_until_due,
    period: { start: draft.now, end: draft.now },
    fields: { parent: { quote_details: { quote: quote.id }, subscription_details: null, type: 'quote_details' }, metadata: quote.metadata },
  });
  if (quote.application_fee_amount !== null) setFee(draft, invoice.id, { application_fee_amount: quote.application_fee_amount });
  return { invoice: invoice.id };
}

/** Accepted, a quote becomes a subscription, a schedule of one, or an invoice. */
export function accept(draft: Draft, quote: StripeObject): StripeObject {
  if (quote.expires_at <= draft.now) throw expired();
  const acting = draft.onBehalfOf(quote.application);
  const recurs = itemsOf(draft, quote.id).some(isRecurring);
  const from = quote.subscription_data.effective_date;
  const made = !recurs
    ? bill(acting, quote)
    : typeof from === 'number' && from > draft.now
      ? schedule(acting, quote, from)
      : subscribe(acting, quote);
  const status_transitions = { ...quote.status_transitions, accepted_at: draft.now };
  return draft.set(draft.get('quote', quote.id)!, { ...made, status: 'accepted', status_transitions }, { event: 'quote.accepted' });
}
