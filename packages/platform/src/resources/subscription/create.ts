import { periodAt, share, step } from '@annex/money';
import { type Draft, type Fields, invalid, noSuch, type Params, StripeError, type StripeObject } from '../../engine/index.ts';
import { finalize } from '../invoice/finalize.ts';
import { finalizePaid } from '../invoice/paid-before.ts';
import { attempt, methodForInvoice } from '../invoice/pay.ts';
import { billSubscription, insertDiscounts, linesFor, noPaymentMethod } from './bill.ts';
import { checkTogether, insertItem, priceOf } from './items.ts';

const needsDays = () =>
  invalid('If subscription collection is set to send_invoice, you must specify days_until_due.', 'days_until_due', 'parameter_missing');
const DAY = 86_400;

interface Terms {
  readonly prices: readonly StripeObject[];
  readonly trialEnd: number | null;
  readonly anchor: number;
  readonly start: number;
  readonly period: { readonly start: number; readonly end: number };
  /** The payment by which a checkout session has collected the first invoice. */
  readonly paidBy?: StripeObject | undefined;
}

function trialEndOf(draft: Draft, params: Params): number | null {
  if (params.trial_end === 'now') return null;
  if (typeof params.trial_end === 'number') {
    if (params.trial_end <= draft.now) throw invalid('Invalid timestamp: must be an integer Unix timestamp in the future.', 'trial_end');
    return params.trial_end;
  }
  const days = params.trial_period_days;
  return typeof days === 'number' && days > 0 ? draft.now + days * DAY : null;
}

function termsOf(draft: Draft, params: Params): Terms {
  const items: Params[] = params.items ?? [];
  if (items.length === 0) throw invalid('Missing required param: items.', 'items', 'parameter_missing');
  const prices = items.map((item, index) => {
    const price = priceOf(draft, item, `items[${index}]`);
    if (price === undefined)
      throw invalid(`Missing required param: items[${index}][price].`, `items[${index}][price]`, 'parameter_missing');
    return price;
  });
  checkTogether(prices);
  const trialEnd = trialEndOf(draft, params);
  const start = typeof params.backdate_start_date === 'number' ? params.backdate_start_date : draft.now;
  const asked = typeof params.billing_cycle_anchor === 'number' ? params.billing_cycle_anchor : undefined;
  const anchor = asked ?? trialEnd ?? start;
  const every = prices[0]!.recurring;
  const period =
    trialEnd !== null
      ? { start: draft.now, end: trialEnd }
      : asked !== undefined && asked > draft.now
        ? { start: draft.now, end: asked }
        : periodAt(anchor, every, draft.now);
  return { prices, trialEnd, anchor, start, period };
}

const tooHigh = (percent: number) =>
  invalid(`This value must be less than or equal to 100 (it currently is '${percent.toFixed(1)}').`, 'application_fee_percent');
const noFeeHere = () =>
  invalid(
    'Can only apply an application_fee_percent when the request is made on behalf of another account (using an OAuth key, the Stripe-Account header, or transfer_data).',
    'application_fee_percent',
  );

/** A share of each invoice for the application that acts: 0 to 100, only where one acts. */
export function checkFeePercent(draft: Draft, params: Params): void {
  const percent = params.application_fee_percent;
  if (typeof percent !== 'number') return;
  if (percent < 0 || percent > 100) throw tooHigh(percent);
  if (draft.actor.application === null) throw noFeeHere();
}

/** Fields of a new subscription; its items, discounts and first invoice follow when it is stored. */
export function create(draft: Draft, params: Params): Fields {
  const customer = draft.get('customer', params.customer);
  if (customer === undefined) throw noSuch('customer', params.customer, { param: 'customer', inPath: true });
  const terms = termsOf(draft, params);
  const method = params.collection_method ?? 'charge_automatically';
  if (method === 'send_invoice' && params.days_until_due === undefined) throw needsDays();
  if (typeof params.default_payment_method === 'string')
    draft.need('payment_method', params.default_payment_method, 'default_payment_method');
  const trial = terms.trialEnd !== null;
  checkFeePercent(draft, params);
  return {
    application_fee_percent: params.application_fee_percent ?? null,
    automatic_tax: { disabled_reason: null, enabled: false, liability: null },
    billing_cycle_anchor: terms.anchor,
    billing_mode: {
      flexible: params.billing_mode?.type === 'classic' ? null : { proration_discounts: 'included' },
      type: params.billing_mode?.type ?? 'flexible',
    },
    cancel_at: typeof params.cancel_at === 'number' ? params.cancel_at : null,
    cancel_at_period_end: params.cancel_at_period_end ?? false,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: method,
    currency: terms.prices[0]!.currency,
    days_until_due: params.days_until_due ?? null,
    discounts: [],
    invoice_settings: { account_tax_ids: null, custom_fields: null, description: null, footer: null, issuer: { type: 'self' } },
    items: { object: 'list', data: [], has_more: false, url: '' },
    latest_invoice: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: params.payment_settings?.save_default_payment_method ?? 'off',
    },
    start_date: terms.start,
    status: trial ? 'trialing' : method === 'send_invoice' ? 'active' : 'incomplete',
    test_clock: customer.test_clock ?? null,
    trial_end: terms.trialEnd,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: params.trial_settings?.end_behavior?.billing_cycle_anchor ?? null,
        missing_payment_method: params.trial_settings?.end_behavior?.missing_payment_method ?? 'create_invoice',
      },
    },
    trial_start: trial ? draft.now : null,
  };
}

/** `POST /v1/subscriptions`, from its fields on: items, then the first invoice, then its payment, and only then the event. */
export function insertSubscription(draft: Draft, fields: Fields, params: Params, paidBy?: StripeObject): StripeObject {
  const subscription = draft.make('subscription', fields, { event: null });
  const terms: Terms = { ...termsOf(draft, params), paidBy };
  terms.prices.forEach((price, index) => {
    const { quantity, metadata } = params.items[index];
    insertItem(draft, { subscription: subscription.id, price, quantity, metadata, period: terms.period });
  });
  const discounts = insertDiscounts(draft, params, { customer: subscription.customer, subscription: subscription.id });
  const discounted = draft.set(draft.get('subscription', subscription.id)!, { discounts }, { event: null });
  firstInvoice(draft, discounted, params, terms);
  if (terms.trialEnd !== null) remindOfTrialEnd(draft, draft.get('subscription', subscription.id)!);
  return draft.get('subscription', subscription.id)!;
}

/** `trial_will_end` is told three days before, or at once where the trial is shorter. */
export function remindOfTrialEnd(draft: Draft, subscription: StripeObject): void {
  const at = subscription.trial_end - 3 * DAY;
  if (at <= draft.now) {
    draft.emit('customer.subscription.trial_will_end', subscription);
    return;
  }
  const reminder = { id: subscription.id, object: 'annex.trial_reminder', at, created: draft.now, test_clock: subscription.test_clock };
  draft.insert(reminder, { event: null });
}

/** The first invoice is finalised and attempted inside the request, unless it is sent; then it stays a draft for an hour. */
function firstInvoice(draft: Draft, subscription: StripeObject, params: Params, terms: Terms): void {
  const trial = terms.trialEnd !== null;
  const now = { start: draft.now, end: draft.now };
  const willCharge = subscription.collection_method === 'charge_automatically';
  const due = linesFor(draft, subscription, trial).some((line) => line.amount > 0);
  const behavior = params.payment_behavior ?? 'allow_incomplete';
  const method = methodForInvoice(draft, {
    parent: { subscription_details: { subscription: subscription.id } },
    customer: subscription.customer,
  } as unknown as StripeObject);
  if (willCharge && due && method === undefined && behavior !== 'default_incomplete') throw noPaymentMethod();
  const prorated = proratedLines(draft, subscription, terms, params);
  const invoice = billSubscription(draft, subscription, {
    reason: 'subscription_create',
    trial,
    period: now,
    ...(prorated && { lines: prorated }),
  });
  if (!willCharge) {
    tellCreated(draft, subscription.id, {});
    return;
  }
  const open = terms.paidBy === undefined ? finalize(draft, invoice) : finalizePaid(draft, invoice, terms.paidBy);
  if (open.status === 'paid') {
    tellCreated(draft, subscription.id, { status: trial ? 'trialing' : 'active' });
    return;
  }
  if (behavior === 'default_incomplete' || method === undefined) {
    tellCreated(draft, subscription.id, {});
    return;
  }
  try {
    const after = attempt(draft, open, { method, offSession: params.off_session ?? false, automatic: true });
    tellCreated(draft, subscription.id, after.status === 'paid' ? { status: 'active' } : {});
  } catch (error) {
    if (!(error instanceof StripeError) || error.status !== 402) throw error;
    if (behavior === 'error_if_incomplete') throw new StripeError(error.refusal);
    tellCreated(draft, subscription.id, {});
  }
}

/** The event tells the subscription as it ended up: active where the first payment succeeded (captured). */
function tellCreated(draft: Draft, id: string, fields: Fields): void {
  const after = draft.set(draft.get('subscription', id)!, fields, { event: null });
  draft.emit('customer.subscription.created', after);
}

/** Up to a later anchor only the part of the period is billed. */
function proratedLines(draft: Draft, subscription: StripeObject, terms: Terms, params: Params): ReturnType<typeof linesFor> | undefined {
  const asked = params.billing_cycle_anchor;
  if (typeof asked !== 'number' || asked <= draft.now || terms.trialEnd !== null) return undefined;
  if (params.proration_behavior === 'none') return [];
  const every = terms.prices[0]!.recurring;
  const whole = asked - step(asked, every, -1);
  return linesFor(draft, subscription, false).map((line) => ({ ...line, amount: share(line.amount, asked - draft.now, whole) }));
}
