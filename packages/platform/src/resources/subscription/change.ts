import { dayText, periodAt, remaining } from '@annex/money';
import { type Draft, type Fields, invalid, mergedMetadata, type Params, type StripeObject } from '../../engine/index.ts';
import { finalize } from '../invoice/finalize.ts';
import { attempt, methodForInvoice } from '../invoice/pay.ts';
import { insertItem as insertInvoiceItem } from '../invoiceitem.ts';
import { planOfPrice } from '../price.ts';
import { billSubscription, insertDiscounts } from './bill.ts';
import { checkFeePercent } from './create.ts';
import { checkTogether, insertItem, itemAmount, itemsOf, priceOf } from './items.ts';

export const ENDED = new Set(['canceled', 'incomplete_expired']);

const onlyDetails = () =>
  invalid(
    'A canceled subscription can only update its cancellation_details and metadata.',
    undefined,
    'invalid_canceled_subscription_fields',
  );

interface Change {
  readonly before: { readonly price: StripeObject; readonly quantity: number } | undefined;
  readonly after: { readonly price: StripeObject; readonly quantity: number } | undefined;
  readonly item: StripeObject;
}

/** Applies the `items` of an update: with an id they modify or delete, without one they add (api-and-events 3.12). */
function applyItems(draft: Draft, subscription: StripeObject, items: readonly Params[]): Change[] {
  const current = itemsOf(draft, subscription.id);
  const changes: Change[] = [];
  items.forEach((given, index) => {
    const known = given.id === undefined ? undefined : current.find((item) => item.id === given.id);
    if (given.id !== undefined && known === undefined) {
      throw invalid(`No such subscription_item: '${given.id}'`, `items[${index}][id]`, 'resource_missing');
    }
    changes.push(known === undefined ? added(draft, subscription, given, index) : modified(draft, known, given, index));
  });
  checkTogether(itemsOf(draft, subscription.id).map((item) => item.price));
  return changes;
}

function added(draft: Draft, subscription: StripeObject, given: Params, index: number): Change {
  const price = priceOf(draft, given, `items[${index}]`);
  if (price === undefined) throw invalid(`Missing required param: items[${index}][price].`, `items[${index}][price]`, 'parameter_missing');
  const period = periodAt(subscription.billing_cycle_anchor, price.recurring, draft.now);
  const item = insertItem(draft, { subscription: subscription.id, price, quantity: given.quantity, metadata: given.metadata, period });
  return { before: undefined, after: { price, quantity: item.quantity ?? 0 }, item };
}

function modified(draft: Draft, known: StripeObject, given: Params, index: number): Change {
  const before = { price: known.price, quantity: known.quantity ?? 0 };
  if (given.deleted === true) {
    draft.remove(known, 'stub', { event: null });
    return { before, after: undefined, item: known };
  }
  const price = priceOf(draft, given, `items[${index}]`) ?? known.price;
  // A new price without a quantity begins at one (documented).
  const quantity = given.quantity ?? (price.id === known.price.id ? known.quantity : 1);
  const fields: Fields = {
    price,
    plan: planOfPrice(price),
    quantity,
    ...(given.metadata !== undefined && { metadata: mergedMetadata(known.metadata, given.metadata) }),
  };
  const item = draft.set(known, fields, { event: null });
  return { before, after: { price, quantity: quantity ?? 0 }, item };
}

/** A credit for the unused time of the old and a debit for the remaining time of the new, each rounded on its own. */
function prorate(draft: Draft, subscription: StripeObject, changes: readonly Change[], at: number): void {
  for (const { before, after, item } of changes) {
    const { current_period_start: start, current_period_end: end } = item;
    const add = (side: { price: StripeObject; quantity: number }, sign: 1 | -1): void => {
      if (side.price.recurring.usage_type === 'metered') return;
      const name = draft.get('product', side.price.product)?.name ?? side.price.product;
      const times = side.quantity > 1 ? `${side.quantity} × ` : '';
      insertInvoiceItem(draft, {
        customer: subscription.customer,
        amount: sign * remaining(itemAmount(draft.get('price', side.price.id) ?? side.price, side.quantity), { start, end }, at),
        currency: subscription.currency,
        description: `${sign < 0 ? 'Unused' : 'Remaining'} time on ${times}${name} after ${dayText(at)}`,
        period: { start: at, end },
        price: side.price,
        quantity: side.quantity,
        proration: true,
        subscription,
      });
    };
    if (before !== undefined) add(before, -1);
    if (after !== undefined) add(after, 1);
  }
}

/** Fields that an update sets directly. Periods and prorations follow in `updated`. */
export function update(draft: Draft, before: StripeObject, params: Params): Fields {
  if (ENDED.has(before.status)) {
    const asked = Object.keys(params).filter((name) => name !== 'metadata' && name !== 'cancellation_details');
    if (asked.length > 0) throw onlyDetails();
    return {};
  }
  checkFeePercent(draft, params);
  if (typeof params.default_payment_method === 'string')
    draft.need('payment_method', params.default_payment_method, 'default_payment_method');
  const fields: Record<string, unknown> = {};
  if (params.cancel_at_period_end !== undefined) Object.assign(fields, scheduledEnd(draft, before, params.cancel_at_period_end));
  if (typeof params.cancel_at === 'number') Object.assign(fields, { cancel_at: params.cancel_at, canceled_at: draft.now });
  if (params.cancel_at === null) Object.assign(fields, { cancel_at: null, canceled_at: null });
  if (params.trial_end === 'now' && before.status === 'trialing') Object.assign(fields, { trial_end: draft.now });
  else if (typeof params.trial_end === 'number')
    Object.assign(fields, { trial_end: params.trial_end, status: 'trialing', billing_cycle_anchor: params.trial_end });
  if (params.discounts !== undefined)
    fields.discounts = insertDiscounts(draft, params, { customer: before.customer, subscription: before.id });
  if (params.pause_collection !== undefined) {
    fields.pause_collection =
      params.pause_collection === null
        ? null
        : { behavior: params.pause_collection.behavior, resumes_at: params.pause_collection.resumes_at ?? null };
  }
  return fields;
}

function scheduledEnd(draft: Draft, subscription: StripeObject, atEnd: boolean): Fields {
  const end = Math.min(...itemsOf(draft, subscription.id).map((item) => item.current_period_end));
  return atEnd
    ? {
        cancel_at_period_end: true,
        cancel_at: end,
        canceled_at: draft.now,
        cancellation_details: { ...subscription.cancellation_details, reason: 'cancellation_requested' },
      }
    : {
        cancel_at_period_end: false,
        cancel_at: null,
        canceled_at: null,
        cancellation_details: { ...subscription.cancellation_details, reason: null },
      };
}

/** What an update of items means: prorations that wait, or an invoice now. */
export function changeItems(draft: Draft, subscription: StripeObject, params: Params): void {
  if (!Array.isArray(params.items)) return;
  const changes = applyItems(draft, subscription, params.items);
  const behavior = params.proration_behavior ?? 'create_prorations';
  const isPriced = changes.some(({ before, after }) => before?.price.id !== after?.price.id || before?.quantity !== after?.quantity);
  if (behavior === 'none' || subscription.status === 'trialing' || !isPriced) return;
  prorate(
    draft,
    subscription,
    changes.filter(({ before, after }) => before?.price.id !== after?.price.id || before?.quantity !== after?.quantity),
    params.proration_date ?? draft.now,
  );
  if (behavior !== 'always_invoice') return;
  const now = { start: draft.now, end: draft.now };
  const invoice = billSubscription(draft, draft.get('subscription', subscription.id)!, {
    reason: 'subscription_update',
    period: now,
    lines: [],
  });
  const open = finalize(draft, invoice);
  const method = methodForInvoice(draft, open);
  if (open.status === 'open' && method !== undefined) attempt(draft, open, { method, offSession: true, automatic: true });
}
