import { type Behaviour, type Draft, type DueRow, type Fields, invalid, type Params, type StripeObject } from '../../engine/index.ts';
import { removeCustomer } from '../customer.ts';
import { cancelNow, ENDED } from '../subscription/cancel.ts';
import { checkSpan, deletesAfter, roomForAll, roomForClock } from './limits.ts';

const CLOCK = 'test_helpers.test_clock';

const notReady = (clock: StripeObject) =>
  invalid(
    clock.status === 'advancing'
      ? `The test clock ${clock.id} is still advancing. Wait until its status is ready.`
      : `The test clock ${clock.id} stopped with ${clock.status} and cannot advance any more. Delete it, and create another one.`,
  );
const backwards = (clock: StripeObject) =>
  invalid(
    `You can only advance a test clock to a time in the future of its frozen_time. ${clock.id} stands at ${clock.frozen_time}.`,
    'frozen_time',
  );
const alreadyOnClock = (customer: StripeObject) =>
  invalid(`The customer ${customer.id} already lives on the test clock ${customer.test_clock}, and cannot leave it.`, 'customer');

/** Begins the advance; the platform runs what is due up to the target and then makes the clock ready. */
function advance(draft: Draft, clock: StripeObject, params: Params): StripeObject {
  if (clock.status !== 'ready') throw notReady(clock);
  const target = params.frozen_time;
  if (target <= clock.frozen_time) throw backwards(clock);
  checkSpan(draft, clock, target);
  const details = { advancing: { target_frozen_time: target } };
  return draft.set(clock, { status: 'advancing', status_details: details }, { event: 'test_helpers.test_clock.advancing' });
}

/** The clock has arrived. */
export const arrive = (draft: Draft, clock: StripeObject, target: number): StripeObject =>
  draft.set(clock, { frozen_time: target, status: 'ready', status_details: {} }, { event: 'test_helpers.test_clock.ready' });

/** Something on the clock could not be done at this instant (a defect of ours): it stands there, and says so. */
export const failAt = (draft: Draft, clock: StripeObject, at: number): StripeObject =>
  draft.set(
    clock,
    { frozen_time: Math.max(at, clock.frozen_time), status: 'internal_failure', status_details: {} },
    { event: 'test_helpers.test_clock.internal_failure' },
  );

/** A clock takes its customers and their subscriptions with it, at the instant it shows. */
function remove(draft: Draft, clock: StripeObject): 'stub' {
  const then = draft.at(clock.frozen_time);
  for (const subscription of then.find('subscription', [['test_clock', clock.id]])) {
    if (!ENDED.has(subscription.status)) cancelNow(then, subscription, {});
  }
  for (const reminder of then.find('annex.reminder', [['test_clock', clock.id]])) then.remove(reminder, 'gone', { event: null });
  for (const customer of then.find('customer', [['test_clock', clock.id]])) then.remove(customer, removeCustomer(then, customer));
  return 'stub';
}

function create(draft: Draft, params: Params): Fields {
  roomForClock(draft);
  return {
    frozen_time: params.frozen_time,
    deletes_after: deletesAfter(draft),
    name: params.name ?? null,
    status: 'ready',
    status_details: {},
  };
}

/** What names its clock besides the customer, and the reminders of it. */
const CLOCKED = ['subscription', 'subscription_schedule', 'invoice', 'invoiceitem', 'quote'] as const;

/** An existing customer comes to live on the new clock, with all that it has; it cannot leave it again. */
function created(draft: Draft, clock: StripeObject, params: Params): StripeObject {
  if (params.customer === undefined) return clock;
  const customer = draft.need('customer', params.customer, 'customer');
  if (typeof customer.test_clock === 'string') throw alreadyOnClock(customer);
  roomForAll(draft, customer);
  draft.set(customer, { test_clock: clock.id });
  const owned = CLOCKED.flatMap((object) => draft.find(object, [['customer', customer.id]]));
  const reminders = owned.flatMap((row) => draft.find('annex.reminder', [['of.id', row.id]]));
  for (const row of [...owned, ...reminders]) draft.set(row, { test_clock: clock.id }, { event: null });
  return clock;
}

/** Clocks are deleted by themselves in the end, with what lives on them. */
export const expiry: DueRow = {
  object: CLOCK,
  what: 'delete a test clock',
  at: (clock) => clock.deletes_after,
  act: (draft, clock) => {
    draft.remove(clock, remove(draft, clock));
  },
};

export const testClock: Behaviour = {
  object: CLOCK,
  grade: 'lived',
  create,
  created,
  remove,
  actions: { advance },
};
