import { fitFields } from '@annex/contract';
import { type Draft, type Fields, mergedMetadata, noSuch, type Params, type StripeObject } from '../../engine/index.ts';
import { redeemDiscounts, tellOver } from '../discount.ts';
import { checkDefaults } from '../payment-method/attach.ts';
import { taxRates } from '../tax-rate.ts';
import { applyPlan, billPlan, billsNow, leaveWaiting, settlePlan, tellUpdated } from './apply.ts';
import { ENDED } from './cancel.ts';
import { planChange } from './change.ts';
import { checkCollection, checkFeePercent } from './create.ts';
import { endFields, moveEnds } from './ending.ts';
import { itemAmount, itemsOf } from './items.ts';
import { extraLines } from './lines.ts';
import { pendingFields } from './pending-items.ts';
import { checkPending, holdBack } from './pending-update.ts';
import { onlyDetails, refuseUnsimulated } from './refusals.ts';
import { endsUnbilled, endUnbilled } from './trial.ts';

/** Parameters that name a field word for word are copied as the contract shapes them; these are not copied. */
const OWN = new Set([
  'items',
  'discounts',
  'trial_end',
  'billing_cycle_anchor',
  'cancel_at',
  'cancel_at_period_end',
  'default_tax_rates',
  'pause_collection',
]);

function discountFields(draft: Draft, subscription: StripeObject, params: Params): Fields {
  if (params.discounts === undefined) return {};
  const { currency } = subscription;
  const amount = itemsOf(draft, subscription.id).reduce(
    (sum, item) => sum + itemAmount(draft, item.price, { quantity: item.quantity ?? 0, currency }),
    0,
  );
  const owner = { customer: subscription.customer, subscription: subscription.id };
  const discounts = redeemDiscounts(draft, params.discounts, { owner, param: 'discounts', subtotal: { amount, currency } });
  tellOver(
    draft,
    subscription.discounts.filter((id: string) => !discounts.includes(id)),
  );
  return { discounts };
}

/** Fields that an update sets directly, whatever it means for items and cycle. */
export function directFields(draft: Draft, before: StripeObject, params: Params): Fields {
  const copied = Object.fromEntries(Object.entries(params).filter(([name]) => !OWN.has(name)));
  const pause = params.pause_collection;
  return {
    ...fitFields(draft.contract, 'subscription', copied, before),
    ...(params.metadata !== undefined && { metadata: mergedMetadata(before.metadata, params.metadata) }),
    ...(params.cancellation_details !== undefined && {
      cancellation_details: { ...before.cancellation_details, ...params.cancellation_details },
    }),
    ...(pause !== undefined && {
      pause_collection: pause === null ? null : { behavior: pause.behavior, resumes_at: pause.resumes_at ?? null },
    }),
    ...pendingFields(params.pending_invoice_item_interval, draft.now),
    ...(params.default_tax_rates !== undefined && {
      default_tax_rates: taxRates(draft, params.default_tax_rates, 'default_tax_rates') ?? [],
    }),
    ...discountFields(draft, before, params),
  };
}

function check(draft: Draft, before: StripeObject, params: Params): void {
  refuseUnsimulated(params);
  checkFeePercent(draft, params);
  checkCollection(params, { method: before.collection_method, days: before.days_until_due });
  checkDefaults(draft, params, before.customer);
}

const DETAILS = new Set(['metadata', 'cancellation_details']);

function changeEnded(draft: Draft, before: StripeObject, params: Params): StripeObject {
  if (Object.keys(params).some((name) => !DETAILS.has(name))) throw onlyDetails();
  draft.set(before, directFields(draft, before, params), { event: null });
  return tellUpdated(draft, before);
}

/** A trial that is told to end now where nothing can be charged ends as it would by time; the rest of the update comes first. */
function endUnbilledNow(draft: Draft, before: StripeObject, params: Params): StripeObject | undefined {
  const { trial_end: end, trial_settings: settings = before.trial_settings, ...rest } = params;
  if (end !== 'now' || before.status !== 'trialing' || rest.default_payment_method !== undefined || rest.collection_method !== undefined)
    return undefined;
  const unbilled = endsUnbilled(draft, { ...before, trial_settings: settings });
  if (unbilled === undefined) return undefined;
  const { trial_end: _now, ...others } = params;
  const after = Object.keys(others).length === 0 ? before : updateSubscription(draft, before.id, others);
  endUnbilled(draft, after, unbilled, { trial_end: draft.now });
  return draft.get('subscription', before.id)!;
}

/** `POST /v1/subscriptions/{id}`, and what schedules and items make of it. One event tells the whole update. */
export function updateSubscription(draft: Draft, id: string, params: Params): StripeObject {
  const before = draft.get('subscription', id);
  if (before === undefined) throw noSuch('subscription', id, { param: 'id', inPath: true });
  if (ENDED.has(before.status)) return changeEnded(draft, before, params);
  check(draft, before, params);
  const ended = endUnbilledNow(draft, before, params);
  if (ended !== undefined) return ended;
  const waits = params.payment_behavior === 'pending_if_incomplete';
  if (waits) checkPending(params);
  const plan = planChange(draft, before, params);
  const extra = extraLines(draft, before, params.add_invoice_items);
  const work = { plan: { ...plan, fields: { ...directFields(draft, before, params), ...plan.fields } }, extra };
  const how = { behavior: params.payment_behavior ?? 'allow_incomplete', offSession: params.off_session ?? false };
  const isBilled = billsNow(before, work);
  if (waits && isBilled && before.collection_method === 'charge_automatically')
    return holdBack(draft, before, work, params.cancel_at_period_end ?? null);
  const changed = applyPlan(draft, before, work.plan);
  moveEnds(draft, changed, endFields(draft, changed, params), plan.proration);
  if (isBilled) {
    settlePlan(draft, changed, billPlan(draft, before, draft.get('subscription', id)!, work), how);
    return tellUpdated(draft, before);
  }
  tellUpdated(draft, before);
  leaveWaiting(draft, before, work);
  return draft.get('subscription', id)!;
}
