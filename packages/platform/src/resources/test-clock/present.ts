import { type Draft, type Fields, refuse, type StripeObject, type Subject } from '../../engine/index.ts';

const CLOCK = 'test_helpers.test_clock';

/** The fields of an object, and the parameters of a request, that lead to one which knows its clock. */
const LEADS = ['customer', 'subscription', 'invoice', 'payment_intent', 'charge', 'dispute'] as const;

/** The id of the clock that an object lives on: its own, or that of the first object it names which has one. */
export function clockOf(draft: Draft, object: Fields | undefined): string | undefined {
  if (object === undefined) return undefined;
  if (typeof object.test_clock === 'string') return object.test_clock;
  for (const field of LEADS) {
    const led = object[field];
    const clock = typeof led === 'string' ? clockOf(draft, draft.get(field, led)) : undefined;
    if (clock !== undefined) return clock;
  }
  return undefined;
}

/** SDKs wait and send it again by themselves; what would be done now would be done in the midst of other times (api-and-events 3.13). */
const underway = (clock: StripeObject) =>
  refuse({
    status: 429,
    code: 'lock_timeout',
    message: `This object cannot be changed right now: its test clock ${clock.id} is advancing. Send the request again when the status of the clock is ready.`,
    headers: { 'Stripe-Should-Retry': 'true' },
  });

/** Objects on a test clock live in its present, whatever the real one is; while it advances there is none. */
export function present(draft: Draft, subject: Subject): number | undefined {
  const { object, id, params } = subject;
  if (object === CLOCK) return undefined;
  const own = object === undefined || id === undefined ? undefined : draft.get(object, id);
  const clock = draft.get(CLOCK, clockOf(draft, own) ?? clockOf(draft, params));
  if (clock?.status === 'advancing') throw underway(clock);
  return clock?.frozen_time;
}
