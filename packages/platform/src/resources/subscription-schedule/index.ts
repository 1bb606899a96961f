import {
  type Behaviour,
  type Draft,
  type Fields,
  invalid,
  type Machine,
  mergedMetadata,
  missingParam,
  type Params,
  previousAttributes,
  type StripeObject,
} from '../../engine/index.ts';
import { cancelNow, ENDED } from '../subscription/cancel.ts';
import { checkFeePercent } from '../subscription/create.ts';
import { itemsOf } from '../subscription/items.ts';
import { phasesOf, settingsOf } from './terms.ts';
import { applyPhase, currentOf, phaseAt, release, remindOfEnd, startSubscription } from './transition.ts';

const LIVING = ['not_started', 'active'];
const WORDS: Readonly<Record<string, string>> = { cancel: 'canceled', release: 'released' };

const machine: Machine = {
  field: 'status',
  moves: {
    cancel: { from: LIVING, to: ['canceled'] },
    release: { from: LIVING, to: ['released'] },
  },
  refusal: (schedule, action) =>
    invalid(
      `You cannot ${action} a subscription schedule that is ${schedule.status}: only one that is not_started or active can be ${WORDS[action]}.`,
    ),
};

const hasOne = (id: string, schedule: string) =>
  invalid(`The subscription ${id} already has a schedule: ${schedule}. Update or release that one.`, 'from_subscription');
const onlyFrom = (name: string) =>
  invalid(
    `You cannot set \`${name}\` together with \`from_subscription\`: the schedule begins as its subscription is. Update it afterwards.`,
    name,
  );
const ended = (id: string) => invalid(`The subscription ${id} has ended.`, 'from_subscription');
const notEditable = (schedule: StripeObject) =>
  invalid(`You cannot update a subscription schedule that is ${schedule.status}.`, undefined, 'subscription_schedule_not_editable');
const keepsCurrent = () =>
  invalid(
    'The first phase given must be the current one, or the one that comes next: the past of a schedule cannot be changed.',
    'phases[0][start_date]',
  );

/** A subscription as the one phase that it is in. */
function phaseOfSubscription(draft: Draft, subscription: StripeObject): Params {
  const items = itemsOf(draft, subscription.id);
  const start = Math.max(...items.map((item) => item.current_period_start));
  const end = Math.min(...items.map((item) => item.current_period_end));
  return {
    start_date: start,
    end_date: end,
    currency: subscription.currency,
    ...(subscription.discounts.length > 0 && { discounts: subscription.discounts.map((discount: string) => ({ discount })) }),
    items: items.map((item) => ({
      price: item.price.id,
      ...(item.quantity !== undefined && { quantity: item.quantity }),
      metadata: item.metadata,
    })),
    ...(subscription.status === 'trialing' && { trial_end: Math.min(subscription.trial_end, end) }),
  };
}

function fromSubscription(draft: Draft, id: string, params: Params): StripeObject {
  const subscription = draft.need('subscription', id, 'from_subscription');
  for (const name of ['customer', 'phases', 'start_date', 'end_behavior', 'default_settings'])
    if (params[name] !== undefined) throw onlyFrom(name);
  if (ENDED.has(subscription.status)) throw ended(id);
  if (typeof subscription.schedule === 'string') throw hasOne(id, subscription.schedule);
  const phase = phaseOfSubscription(draft, subscription);
  const phases = phasesOf(draft, [phase], phase.start_date);
  const settings = {
    collection_method: subscription.collection_method,
    default_payment_method: subscription.default_payment_method,
    invoice_settings: { days_until_due: subscription.days_until_due },
  };
  const made = draft.make('subscription_schedule', {
    ...common(draft, params, subscription.customer),
    billing_mode: subscription.billing_mode,
    current_phase: currentOf(phases[0]!),
    default_settings: settingsOf(settings),
    phases,
    status: 'active',
    subscription: subscription.id,
  });
  draft.set(draft.get('subscription', id)!, { schedule: made.id }, { event: 'customer.subscription.updated' });
  return made;
}

const common = (draft: Draft, params: Params, customer: string): Fields => ({
  application: draft.actor.application,
  customer,
  end_behavior: params.end_behavior ?? 'release',
  metadata: mergedMetadata({}, params.metadata ?? {}),
  pause_schedules: [],
  test_clock: draft.get('customer', customer)?.test_clock ?? null,
});

/** `POST /v1/subscription_schedules`: of phases to come, or of a subscription as it is. One that begins now makes its subscription. */
export function createSchedule(draft: Draft, params: Params): StripeObject {
  if (typeof params.from_subscription === 'string') {
    const made = fromSubscription(draft, params.from_subscription, params);
    remindOfEnd(draft, made);
    return draft.get('subscription_schedule', made.id)!;
  }
  if (params.customer === undefined) throw missingParam('customer');
  const customer = draft.need('customer', params.customer, 'customer');
  const start = typeof params.start_date === 'number' ? params.start_date : draft.now;
  const phases = phasesOf(draft, params.phases, start);
  const type = params.billing_mode?.type ?? 'flexible';
  checkFeePercent(draft, params.default_settings ?? {});
  const fields: Fields = {
    ...common(draft, params, customer.id),
    billing_mode: { flexible: type === 'flexible' ? { proration_discounts: 'included' } : null, type },
    current_phase: null,
    default_settings: settingsOf(params.default_settings),
    phases,
    status: 'not_started',
  };
  const now = phaseAt(fields as StripeObject, draft.now);
  if (now === undefined) {
    const made = draft.make('subscription_schedule', fields);
    remindOfEnd(draft, made);
    return made;
  }
  const made = draft.make('subscription_schedule', fields, { event: null });
  const subscription = startSubscription(draft, made, now);
  const begun = { current_phase: currentOf(now), status: 'active', subscription: subscription.id };
  remindOfEnd(draft, made);
  return draft.set(draft.get('subscription_schedule', made.id)!, begun, { event: 'subscription_schedule.created' });
}

/** Phases that are past stay; the current one and those to come are replaced by what is given. */
function replaced(draft: Draft, schedule: StripeObject, given: unknown): StripeObject[] {
  const current = schedule.current_phase;
  const past = schedule.phases.filter((phase: StripeObject) => current !== null && phase.end_date <= current.start_date);
  const first = (given as Params[] | undefined)?.[0];
  const start = current?.start_date ?? (typeof first?.start_date === 'number' ? first.start_date : schedule.phases[0].start_date);
  const given0 = typeof first?.start_date === 'number' ? first.start_date : start;
  // Past phases may be given again as they were.
  const wanted = (given as Params[]).filter(
    (phase) => !(typeof phase.end_date === 'number' && current !== null && phase.end_date <= current.start_date),
  );
  if (wanted === given && given0 !== start) throw keepsCurrent();
  return [...past, ...phasesOf(draft, wanted, start)];
}

function update(draft: Draft, before: StripeObject, params: Params): Fields {
  checkFeePercent(draft, params.default_settings ?? {});
  const asked = Object.keys(params).filter((name) => name !== 'metadata');
  if (!LIVING.includes(before.status) && asked.length > 0) throw notEditable(before);
  return {
    ...(params.phases !== undefined && { phases: replaced(draft, before, params.phases) }),
    ...(params.default_settings !== undefined && { default_settings: settingsOf(params.default_settings, before.default_settings) }),
  };
}

/** A change of the current phase changes the subscription at once. */
function updated(draft: Draft, given: StripeObject, params: Params, before: StripeObject): StripeObject {
  const phase = phaseAt(given, draft.now);
  const changes = params.phases !== undefined && given.status === 'active' && phase !== undefined;
  const after = changes ? draft.set(given, { current_phase: currentOf(phase) }, { event: null }) : given;
  const previous = previousAttributes(before, after);
  if (previous !== undefined) draft.emit('subscription_schedule.updated', after, { previous });
  if (params.phases !== undefined) remindOfEnd(draft, after);
  if (changes) applyPhase(draft, after, phase, { proration_behavior: params.proration_behavior ?? 'create_prorations' });
  return draft.get('subscription_schedule', after.id)!;
}

/** Ends the schedule and its subscription with it. */
function cancel(draft: Draft, schedule: StripeObject, params: Params): StripeObject {
  const fields = { status: 'canceled', canceled_at: draft.now, current_phase: null };
  const canceled = draft.set(schedule, fields, { event: 'subscription_schedule.canceled' });
  const subscription = draft.get('subscription', schedule.subscription);
  if (subscription !== undefined && !ENDED.has(subscription.status))
    cancelNow(draft, subscription, { invoice_now: params.invoice_now ?? true, prorate: params.prorate ?? true });
  return draft.get('subscription_schedule', canceled.id)!;
}

/** Its subscription is over: so is the schedule. Payments that failed to the end abort it. */
export function endWith(draft: Draft, subscription: StripeObject): void {
  const schedule = draft.get('subscription_schedule', subscription.schedule);
  if (schedule === undefined || !LIVING.includes(schedule.status)) return;
  const isAborted = subscription.cancellation_details?.reason === 'payment_failed';
  const fields = { status: 'canceled', canceled_at: draft.now, current_phase: null };
  draft.set(schedule, fields, { event: isAborted ? 'subscription_schedule.aborted' : 'subscription_schedule.canceled' });
}

const happened =
  (field: string) =>
  (row: StripeObject, value: unknown): boolean => {
    const at = row[field];
    if (typeof at !== 'number') return false;
    if (typeof value === 'number') return at === value;
    const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = value as Record<string, number>;
    return at > gt && at >= gte && at < lt && at <= lte;
  };

export const subscriptionSchedule: Behaviour = {
  object: 'subscription_schedule',
  grade: 'lived',
  // One event an update, told when the current phase is as it should be.
  events: { updated: null },
  machine,
  filters: {
    scheduled: (row, value) => (row.status === 'not_started') === value,
    canceled_at: happened('canceled_at'),
    completed_at: happened('completed_at'),
    released_at: happened('released_at'),
  },
  listed: (params) => (params.customer === undefined ? { where: [['test_clock', null]] } : {}),
  update,
  updated,
  actions: { cancel, release: (draft, schedule, params) => release(draft, schedule, params.preserve_cancel_date) },
  specials: { 'POST /v1/subscription_schedules': createSchedule },
};
