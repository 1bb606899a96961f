import { step } from '@annex/money';
import { type Behaviour, type Draft, type Fields, invalid, type Params, refuse, type StripeObject, type Subject } from '../engine/index.ts';
import { cancelNow, ENDED } from './subscription/cancel.ts';

const CLOCK = 'test_helpers.test_clock';
const DAY = 86_400;

const advancing = (clock: StripeObject) =>
  refuse({
    status: 400,
    message: `The test clock ${clock.id} is still advancing. Wait until its status is ready.`,
    code: 'test_clock_advancing',
  });
const backwards = () => invalid('You can only advance a test clock to a time in the future of its frozen_time.', 'frozen_time');
const tooFar = (limit: number) =>
  invalid(
    `You can advance a test clock at most two intervals of the shortest subscription on it at once (to ${limit}). Advance in steps, or start the platform with --unlimited-clocks.`,
    'frozen_time',
  );

const clockOf = (draft: Draft, object: StripeObject | undefined): string | null | undefined =>
  object?.test_clock ?? (typeof object?.customer === 'string' ? draft.get('customer', object.customer)?.test_clock : undefined);

/** Objects on a test clock live in its present, whatever the real one is. */
export function present(draft: Draft, subject: Subject): number | undefined {
  const { object, id, params } = subject;
  const own = object === undefined || id === undefined || object === CLOCK ? undefined : draft.get(object, id);
  const named = [
    params.test_clock,
    clockOf(draft, own),
    clockOf(draft, draft.get('customer', params.customer)),
    clockOf(draft, draft.get('subscription', params.subscription ?? own?.subscription)),
    clockOf(draft, draft.get('invoice', params.invoice)),
  ].find((clock) => typeof clock === 'string');
  return draft.get(CLOCK, named)?.frozen_time;
}

/** Two intervals of the shortest subscription on the clock (documented). */
function checkSpan(draft: Draft, clock: StripeObject, target: number): void {
  const living = draft.find('subscription', [['test_clock', clock.id]], (row) => !ENDED.has(row.status));
  if (!draft.limits || living.length === 0) return;
  const spans = living.flatMap((row) => row.items.data.map((item: StripeObject) => step(clock.frozen_time, item.price.recurring, 2)));
  const limit = Math.min(...spans);
  if (target > limit) throw tooFar(limit);
}

/** Begins the advance; the platform runs what is due up to the target and then makes the clock ready. */
function advance(draft: Draft, clock: StripeObject, params: Params): StripeObject {
  if (clock.status === 'advancing') throw advancing(clock);
  const target = params.frozen_time;
  if (target <= clock.frozen_time) throw backwards();
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

/** A clock takes its customers and their subscriptions with it. */
function remove(draft: Draft, clock: StripeObject): 'stub' {
  for (const subscription of draft.find('subscription', [['test_clock', clock.id]])) {
    if (!ENDED.has(subscription.status)) cancelNow(draft, subscription, {});
  }
  for (const customer of draft.find('customer', [['test_clock', clock.id]])) draft.remove(customer, 'stub');
  return 'stub';
}

function create(draft: Draft, params: Params): Fields {
  return {
    frozen_time: params.frozen_time,
    deletes_after: draft.now + 30 * DAY,
    name: params.name ?? null,
    status: 'ready',
    status_details: {},
  };
}

export const testClock: Behaviour = {
  object: CLOCK,
  grade: 'lived',
  create,
  remove,
  actions: { advance },
};
