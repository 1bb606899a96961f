import type { Draft, Fields, Params, StripeObject } from '../../engine/index.ts';
import { type Reminded, remind } from '../reminder.ts';
import { cancelNow, ENDED } from '../subscription/cancel.ts';
import { insertSubscription } from '../subscription/create.ts';
import { itemsOf } from '../subscription/items.ts';
import { updateSubscription } from '../subscription/update.ts';

const DAY = 86_400;
const WARNING = 7 * DAY;
const given = (value: unknown): boolean => value !== null && value !== undefined;

/** The phase that an instant lies in. */
export const phaseAt = (schedule: StripeObject, at: number): StripeObject | undefined =>
  schedule.phases.find((phase: StripeObject) => phase.start_date <= at && at < phase.end_date);

const lastEnd = (schedule: StripeObject): number => schedule.phases.at(-1)!.end_date;

/** When a schedule next moves: its first phase begins, the current one ends. */
export function movesAt(schedule: StripeObject): number | null {
  if (schedule.status === 'not_started') return schedule.phases[0].start_date;
  return schedule.status === 'active' ? (schedule.current_phase?.end_date ?? null) : null;
}

const discountParams = (discounts: readonly Params[]): Params[] =>
  discounts.map((each) => Object.fromEntries(Object.entries(each).filter(([, value]) => value !== null)));

const itemParams = (item: StripeObject): Params => ({
  price: item.price,
  ...(item.quantity !== undefined && { quantity: item.quantity }),
  ...(item.discounts.length > 0 && { discounts: discountParams(item.discounts) }),
  ...(item.tax_rates.length > 0 && { tax_rates: item.tax_rates.map((rate: StripeObject) => rate.id) }),
  metadata: item.metadata,
});

/** What a phase and the schedule's defaults say about the subscription, as parameters. */
function termsOf(schedule: StripeObject, phase: StripeObject): Params {
  const defaults = schedule.default_settings;
  const own = (name: string): unknown => (given(phase[name]) ? phase[name] : defaults[name]);
  const { days_until_due: days, ...invoice } = { ...defaults.invoice_settings, ...phase.invoice_settings };
  const method = own('collection_method') ?? 'charge_automatically';
  return {
    collection_method: method,
    ...(method === 'send_invoice' && { days_until_due: days ?? 30 }),
    ...(given(own('default_payment_method')) && { default_payment_method: own('default_payment_method') }),
    ...(given(own('application_fee_percent')) && { application_fee_percent: own('application_fee_percent') }),
    ...(given(own('automatic_tax')) && { automatic_tax: { enabled: (own('automatic_tax') as Params).enabled } }),
    ...(given(own('description')) && { description: own('description') }),
    ...(phase.default_tax_rates?.length > 0 && { default_tax_rates: phase.default_tax_rates.map((rate: StripeObject) => rate.id) }),
    ...(phase.add_invoice_items.length > 0 && {
      add_invoice_items: phase.add_invoice_items.map(({ price, quantity, discountable, metadata }: StripeObject) => ({
        price,
        quantity,
        ...(given(discountable) && { discountable }),
        metadata,
      })),
    }),
    invoice_settings: Object.fromEntries(Object.entries(invoice).filter(([, value]) => given(value))),
    proration_behavior: phase.proration_behavior,
  };
}

/** The first phase begins: it makes the subscription. Its first invoice stays a draft for an hour (documented). */
export function startSubscription(draft: Draft, schedule: StripeObject, phase: StripeObject): StripeObject {
  const params: Params = {
    ...termsOf(schedule, phase),
    billing_mode: { type: schedule.billing_mode.type },
    currency: phase.currency,
    customer: schedule.customer,
    items: phase.items.map(itemParams),
    metadata: phase.metadata,
    ...(phase.discounts.length > 0 && { discounts: discountParams(phase.discounts) }),
    ...(typeof phase.trial_end === 'number' && phase.trial_end > draft.now && { trial_end: phase.trial_end }),
    ...(phase.start_date < draft.now && { backdate_start_date: phase.start_date }),
  };
  const acting = draft.onBehalfOf(schedule.application);
  return insertSubscription(acting, params, { firstInvoice: 'draft', fields: { schedule: schedule.id } });
}

/** Items of a phase laid over those of a subscription: the same price is kept, then one is changed for another, the rest comes or goes. */
export function itemChanges(current: readonly StripeObject[], wanted: readonly StripeObject[]): Params[] {
  const left = [...current];
  const take = (matches: (item: StripeObject) => boolean): StripeObject | undefined => {
    const at = left.findIndex(matches);
    return at < 0 ? undefined : left.splice(at, 1)[0];
  };
  const kept = wanted.map((item) => take((each) => each.price.id === item.price));
  const changes = wanted.map((item, index) => {
    const known = kept[index] ?? take(() => true);
    return known === undefined ? itemParams(item) : { ...itemParams(item), id: known.id };
  });
  return [...changes, ...left.map((item) => ({ id: item.id, deleted: true }))];
}

/** Metadata of a phase is merged into the subscription's; an empty value takes a key away (documented). */
function changeParams(draft: Draft, schedule: StripeObject, phase: StripeObject, subscription: StripeObject): Params {
  const anchor = phase.billing_cycle_anchor ?? schedule.default_settings.billing_cycle_anchor;
  return {
    ...termsOf(schedule, phase),
    items: itemChanges(itemsOf(draft, subscription.id), phase.items),
    ...(Object.keys(phase.metadata ?? {}).length > 0 && { metadata: phase.metadata }),
    ...((phase.discounts.length > 0 || subscription.discounts.length > 0) && { discounts: discountParams(phase.discounts) }),
    ...(typeof phase.trial_end === 'number' && phase.trial_end > draft.now && { trial_end: phase.trial_end }),
    ...(anchor === 'phase_start' && { billing_cycle_anchor: { type: 'now' } }),
  };
}

/** Makes the subscription what a phase says. At the end of its period this comes before the renewal, which then bills the new items. */
export function applyPhase(draft: Draft, schedule: StripeObject, phase: StripeObject, more: Params = {}): void {
  const subscription = draft.get('subscription', schedule.subscription);
  if (subscription === undefined || ENDED.has(subscription.status)) return;
  const acting = draft.onBehalfOf(schedule.application);
  updateSubscription(acting, subscription.id, { ...changeParams(draft, schedule, phase, subscription), ...more });
}

export const currentOf = (phase: StripeObject): Fields => ({ end_date: phase.end_date, start_date: phase.start_date });

/** Told seven days before a schedule has no phase left. */
export function remindOfEnd(draft: Draft, schedule: StripeObject): void {
  const at = lastEnd(schedule) - WARNING;
  if (at > draft.now) remind(draft, schedule, { what: 'warn of its end', at, test_clock: schedule.test_clock });
}

export const endWarning: Reminded = {
  object: 'subscription_schedule',
  what: 'warn of its end',
  act: (draft, schedule) => {
    if (schedule.status === 'active' || schedule.status === 'not_started') draft.emit('subscription_schedule.expiring', schedule);
  },
};

const detach = (draft: Draft, id: string | null, end: Fields): void => {
  const subscription = draft.get('subscription', id);
  if (subscription !== undefined) draft.set(subscription, { ...end, schedule: null }, { event: 'customer.subscription.updated' });
};

/** The subscription goes on without its schedule; the end that the schedule had for it is kept where that is asked for. */
export function release(draft: Draft, schedule: StripeObject, keepsEnd = false): StripeObject {
  const end = keepsEnd && schedule.end_behavior === 'cancel' ? { cancel_at: lastEnd(schedule), canceled_at: draft.now } : {};
  detach(draft, schedule.subscription, end);
  const fields = {
    status: 'released',
    released_at: draft.now,
    released_subscription: schedule.subscription,
    subscription: null,
    current_phase: null,
  };
  return draft.set(schedule, fields, { event: 'subscription_schedule.released' });
}

/**
 * The last phase is over: the subscription ends with it, or is released and goes on as it is. Both complete the schedule
 * (documented; the CLI's own fixture hears `completed` from one that releases).
 */
function finish(draft: Draft, schedule: StripeObject): void {
  const completed = { completed_at: draft.now, current_phase: null };
  if (schedule.end_behavior !== 'cancel') {
    release(draft, draft.set(schedule, completed, { event: 'subscription_schedule.completed' }));
    return;
  }
  const done = draft.set(schedule, { ...completed, status: 'completed' }, { event: 'subscription_schedule.completed' });
  const subscription = draft.get('subscription', done.subscription);
  if (subscription !== undefined && !ENDED.has(subscription.status)) cancelNow(draft, subscription, { invoice_now: true });
}

/** A phase begins or ends by time. */
export function move(draft: Draft, schedule: StripeObject): void {
  const phase = phaseAt(schedule, draft.now);
  if (phase === undefined) {
    finish(draft, schedule);
    return;
  }
  const entered = { current_phase: currentOf(phase), status: 'active' };
  if (schedule.status === 'not_started') {
    const subscription = startSubscription(draft, schedule, phase);
    draft.set(schedule, { ...entered, subscription: subscription.id }, { event: 'subscription_schedule.updated' });
    return;
  }
  const moved = draft.set(schedule, entered, { event: 'subscription_schedule.updated' });
  applyPhase(draft, moved, phase);
}

/** What a schedule has to say before its subscription renews: the phases that begin, or end, at this instant. */
export function moveFirst(draft: Draft, subscription: StripeObject): void {
  const schedule = draft.get('subscription_schedule', subscription.schedule);
  const at = schedule === undefined ? null : movesAt(schedule);
  if (schedule !== undefined && at !== null && at <= draft.now) move(draft, schedule);
}
