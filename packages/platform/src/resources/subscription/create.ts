import { fitFields } from '@annex/contract';
import { type Draft, type Fields, invalid, mergedMetadata, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts } from '../discount.ts';
import { checkDefaults } from '../payment-method/attach.ts';
import { insertSetupIntent } from '../setup-intent/insert.ts';
import { taxRates } from '../tax-rate.ts';
import { afterPaid, billSubscription, payerOf, payNow } from './bill.ts';
import { insertItem, itemAmount } from './items.ts';
import { extraLines, linesFor, pastLines, trialLines } from './lines.ts';
import { pendingFields } from './pending-items.ts';
import { needsDays, noDaysHere, noPaymentMethod, onlyOnUpdate, refuseUnsimulated } from './refusals.ts';
import { firstPeriod, type Terms, termsOf } from './terms.ts';
import { remindOfTrialEnd } from './trial.ts';
import { remindOfInvoice } from './upcoming.ts';

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

export function checkCollection(params: Params, current: { method: string; days: number | null }): void {
  const method = params.collection_method ?? current.method;
  const days = params.days_until_due ?? current.days;
  if (method === 'send_invoice' && days === null) throw needsDays();
  if (method !== 'send_invoice' && typeof params.days_until_due === 'number') throw noDaysHere();
}

/** The fields of a new subscription that its parameters do not name word for word. */
function fieldsOf(draft: Draft, params: Params, terms: Terms, customer: StripeObject): Fields {
  const method = params.collection_method ?? 'charge_automatically';
  const trial = terms.trialEnd !== null;
  return {
    application: draft.actor.application,
    application_fee_percent: params.application_fee_percent ?? null,
    automatic_tax: { disabled_reason: null, enabled: params.automatic_tax?.enabled ?? false, liability: null },
    billing_cycle_anchor: terms.anchor,
    billing_mode: { flexible: terms.mode === 'classic' ? null : { proration_discounts: 'included' }, type: terms.mode },
    cancel_at: terms.cancelAt,
    cancel_at_period_end: params.cancel_at_period_end ?? false,
    cancellation_details: { comment: null, feedback: null, feedback_option: null, reason: null },
    collection_method: method,
    currency: terms.currency,
    days_until_due: params.days_until_due ?? null,
    default_tax_rates: taxRates(draft, params.default_tax_rates, 'default_tax_rates') ?? [],
    discounts: [],
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
      ...params.invoice_settings,
    },
    items: { object: 'list', data: [], has_more: false, url: '' },
    latest_invoice: null,
    metadata: mergedMetadata({}, params.metadata ?? {}),
    payment_settings: {
      payment_method_options: params.payment_settings?.payment_method_options ?? null,
      payment_method_types: params.payment_settings?.payment_method_types ?? null,
      save_default_payment_method: params.payment_settings?.save_default_payment_method ?? 'off',
    },
    start_date: terms.start,
    status: 'incomplete',
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

/** How a subscription begins that no request creates directly. */
export interface Beginning {
  /** A schedule's first invoice stays a draft for an hour (documented). */
  readonly firstInvoice: 'now' | 'draft';
  /** The payment by which a checkout session has collected the first invoice. */
  readonly paidBy?: StripeObject | undefined;
  /** Its metadata and other fields that belong to whoever begins it. */
  readonly fields?: Fields;
}

/** Items, then the first invoice, then its payment, and only then the event: it tells the subscription as it ended up (captured). */
export function insertSubscription(draft: Draft, params: Params, beginning: Beginning = { firstInvoice: 'now' }): StripeObject {
  const customer = draft.get('customer', params.customer);
  if (customer === undefined) throw noSuch('customer', params.customer, { param: 'customer', inPath: true });
  refuseUnsimulated(params);
  if (params.payment_behavior === 'pending_if_incomplete') throw onlyOnUpdate();
  const terms = termsOf(draft, params);
  checkCollection(params, { method: 'charge_automatically', days: null });
  checkDefaults(draft, params, customer.id);
  checkFeePercent(draft, params);
  const given = fitFields(draft.contract, 'subscription', params);
  const made = draft.make('subscription', { ...given, ...fieldsOf(draft, params, terms, customer), ...beginning.fields }, { event: null });
  terms.prices.forEach((price, index) => {
    const period = firstPeriod(draft, terms, price, params);
    insertItem(draft, { subscription: made, price, given: params.items[index], period, at: `items[${index}]` });
  });
  begin(draft, draft.get('subscription', made.id)!, params, terms);
  const begun = draft.get('subscription', made.id)!;
  bill(draft, begun, params, { ...beginning, terms });
  if (terms.trialEnd !== null) remindOfTrialEnd(draft, draft.get('subscription', made.id)!);
  remindOfInvoice(draft, draft.get('subscription', made.id)!);
  return draft.get('subscription', made.id)!;
}

/** What needs the items to be there: the discounts that may ask for a minimum, and the end that counts from their periods. */
function begin(draft: Draft, subscription: StripeObject, params: Params, terms: Terms): void {
  const { currency } = terms;
  const items: StripeObject[] = subscription.items.data;
  const amount = items.reduce((sum, item) => sum + itemAmount(draft, item.price, { quantity: item.quantity ?? 0, currency }), 0);
  const owner = { customer: subscription.customer, subscription: subscription.id };
  const discounts = redeemDiscounts(draft, params.discounts, { owner, param: 'discounts', subtotal: { amount, currency } });
  const end = Math.min(...items.map((item) => item.current_period_end));
  const ending = params.cancel_at_period_end === true ? { cancel_at: end, canceled_at: draft.now } : {};
  const next = pendingFields(params.pending_invoice_item_interval, draft.now);
  draft.set(subscription, { discounts, ...ending, ...next }, { event: null });
}

/** The first invoice is finalised and attempted inside the request, unless it is sent or belongs to a schedule; then it stays a draft for an hour. */
function bill(draft: Draft, subscription: StripeObject, params: Params, how: Beginning & { terms: Terms }): void {
  const { terms } = how;
  const items: StripeObject[] = subscription.items.data;
  const lines = firstLines(draft, subscription, items, { terms, params });
  const willCharge = subscription.collection_method === 'charge_automatically';
  const behavior = params.payment_behavior ?? 'allow_incomplete';
  const payer = payerOf(draft, subscription);
  const due = lines.some((line) => line.amount > 0);
  if (willCharge && due && payer === undefined && behavior !== 'default_incomplete' && how.firstInvoice === 'now') throw noPaymentMethod();
  const invoice = billSubscription(draft, subscription, {
    reason: 'subscription_create',
    period: { start: draft.now, end: draft.now },
    lines,
    empty: terms.mode === 'classic' && terms.anchor <= draft.now,
  });
  const settled = terms.trialEnd !== null ? 'trialing' : 'active';
  const tell = (fields: Fields): void => tellCreated(draft, subscription.id, fields);
  if (!willCharge) tell({ status: settled });
  else if (invoice === undefined || how.firstInvoice === 'draft')
    tell({ ...askForMethod(draft, subscription, payer, due), status: settled });
  else if (payNow(draft, invoice, { behavior, offSession: params.off_session ?? false, paidBy: how.paidBy }) === 'unpaid')
    tell({ status: 'incomplete' });
  else tell({ ...afterPaid(draft, draft.get('invoice', invoice.id)!), ...askForMethod(draft, subscription, payer, due), status: settled });
}

/** Where nothing is due yet and nobody could pay, a setup intent asks for a payment method (captured on trials). */
const askForMethod = (draft: Draft, subscription: StripeObject, payer: StripeObject | undefined, due: boolean): Fields =>
  payer === undefined && !due
    ? { pending_setup_intent: insertSetupIntent(draft, { customer: subscription.customer, application: draft.actor.application }).id }
    : {};

function firstLines(
  draft: Draft,
  subscription: StripeObject,
  items: readonly StripeObject[],
  { terms, params }: { terms: Terms; params: Params },
) {
  const extra = extraLines(draft, subscription, params.add_invoice_items);
  if (terms.trialEnd !== null) return [...trialLines(draft, subscription, items), ...extra];
  const none = params.proration_behavior === 'none';
  const past = none ? [] : pastLines(draft, subscription, items);
  // Up to a later anchor only a part of the period is billed, or nothing at all.
  const waits = none && terms.anchor > draft.now;
  return [...past, ...(waits ? [] : linesFor(draft, subscription, items)), ...extra];
}

function tellCreated(draft: Draft, id: string, fields: Fields): void {
  const after = draft.set(draft.get('subscription', id)!, fields, { event: null });
  draft.emit('customer.subscription.created', after);
}
