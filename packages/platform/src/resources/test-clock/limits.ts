import { type Interval, step } from '@annex/money';
import { type Draft, invalid, type StripeObject } from '../../engine/index.ts';
import { ENDED } from '../subscription/cancel.ts';

const CLOCK = 'test_helpers.test_clock';
const DAY = 86_400;

/** Stripe's limits (api-and-events 3.13). `--unlimited-clocks` lifts them all. */
const MOST = { clocks: 100, customers: 3, subscriptions: 3 } as const;
const KEPT = 30 * DAY;
/** As good as for ever, and still a time that every client can read. */
const KEPT_UNLIMITED = 100 * 365 * DAY;

const LIFTED = 'Or start the platform with --unlimited-clocks.';

const tooManyClocks = () =>
  invalid(`An account can have at most ${MOST.clocks} test clocks at a time. Delete one that is not needed any more. ${LIFTED}`);
const tooManyCustomers = (clock: string) =>
  invalid(
    `The test clock ${clock} has ${MOST.customers} customers, and a test clock can have no more. Create another test clock. ${LIFTED}`,
    'test_clock',
  );
const tooManySubscriptions = (customer: string) =>
  invalid(
    `The customer ${customer} lives on a test clock, and can have at most ${MOST.subscriptions} subscriptions there, scheduled ones included. Create another customer. ${LIFTED}`,
    'customer',
  );
const tooFar = (limit: number, why: string) =>
  invalid(`You can advance a test clock at most ${why} at once (to ${limit}). Advance in steps. ${LIFTED}`, 'frozen_time');

export const roomForClock = (draft: Draft): void => {
  if (draft.limits && draft.find(CLOCK, []).length >= MOST.clocks) throw tooManyClocks();
};

export const roomForCustomer = (draft: Draft, clock: string): void => {
  if (draft.limits && draft.find('customer', [['test_clock', clock]]).length >= MOST.customers) throw tooManyCustomers(clock);
};

/** What a customer has going: its living subscriptions, and schedules that have not begun one. */
function going(draft: Draft, customer: StripeObject): number {
  const living = draft.find('subscription', [['customer', customer.id]], (row) => !ENDED.has(row.status));
  const scheduled = draft.find('subscription_schedule', [['customer', customer.id]], (row) => row.status === 'not_started');
  return living.length + scheduled.length;
}

/** Where a customer comes to a clock with those it has. */
export const roomForAll = (draft: Draft, customer: StripeObject): void => {
  if (draft.limits && going(draft, customer) > MOST.subscriptions) throw tooManySubscriptions(customer.id);
};

/** Where a customer of a clock gets one more. */
export const roomForOneMore = (draft: Draft, id: string | undefined): void => {
  const customer = draft.limits ? draft.get('customer', id) : undefined;
  if (typeof customer?.test_clock === 'string' && going(draft, customer) >= MOST.subscriptions) throw tooManySubscriptions(customer.id);
};

/** Two intervals of the shortest subscription on the clock, or two years where there is none. */
export function checkSpan(draft: Draft, clock: StripeObject, target: number): void {
  if (!draft.limits) return;
  const living = draft.find('subscription', [['test_clock', clock.id]], (row) => !ENDED.has(row.status));
  const limits = living.flatMap((row) =>
    row.items.data.map((item: StripeObject) => step(clock.frozen_time, item.price.recurring as Interval, 2)),
  );
  const [limit, why] =
    limits.length > 0
      ? [Math.min(...limits), 'two intervals of the shortest subscription on it']
      : [step(clock.frozen_time, { interval: 'year', interval_count: 2 }, 1), 'two years'];
  if (target > limit) throw tooFar(limit, why);
}

/** When a clock that was made now is deleted by itself. */
export const deletesAfter = (draft: Draft): number => draft.now + (draft.limits ? KEPT : KEPT_UNLIMITED);
