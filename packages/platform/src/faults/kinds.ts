import type { Field } from '../control/route.ts';

/** Where a fault strikes: on a webhook delivery, on an API request, or on every instant that is told. */
export type Target = 'delivery' | 'request' | 'time';

/** A kind of fault: what goes wrong, in a sentence, and what can be said about it. */
export interface FaultKind {
  readonly on: Target;
  readonly sentence: string;
  readonly params: Readonly<Record<string, Field>>;
}

const seconds = (sentence: string): Field => ({ type: 'number', sentence });

/** Everything that can be made to go wrong. `GET /_annex/faults` and the reference page are made from this table. */
export const KINDS = {
  duplicate: {
    on: 'delivery',
    sentence: 'A delivery that succeeded is made again, with the same event id and a new signature.',
    params: { times: { type: 'number', sentence: 'How many more times; 1 unless told.' } },
  },
  reorder: {
    on: 'delivery',
    sentence: 'A delivery is held for a random while, so that those within the window overtake each other.',
    params: { window: seconds('The longest while, in seconds of real time; 5 unless told.') },
  },
  drop: { on: 'delivery', sentence: 'A delivery is never made, nor tried again: the event is lost to the endpoint.', params: {} },
  delay: {
    on: 'delivery',
    sentence: 'A delivery is held before it is made.',
    params: {
      from: seconds('The shortest delay, in seconds of real time; 0 unless told.'),
      to: seconds('The longest delay; 60 unless told.'),
    },
  },
  error: {
    on: 'request',
    sentence: 'An API request is answered with 500.',
    params: {
      when: {
        type: 'string',
        oneOf: ['before', 'after'],
        sentence: '`before`: nothing was done; `after` (unless told): it was done, and a repeated Idempotency-Key gets the true answer.',
      },
    },
  },
  timeout: {
    on: 'request',
    sentence: 'An API request is carried out and never answered.',
    params: { for: seconds('The connection is closed after so many seconds; 100 unless told. 0 closes it at once.') },
  },
  rate_limit: {
    on: 'request',
    sentence: 'A burst of refusals: the request and the next ones in the scope get 429, as if too many had come.',
    params: {
      length: { type: 'number', sentence: 'How many requests a burst refuses; 5 unless told.' },
      reason: {
        type: 'string',
        oneOf: ['global-rate', 'global-concurrency', 'endpoint-rate', 'endpoint-concurrency', 'resource-specific', 'lock_timeout'],
        sentence:
          'What `Stripe-Rate-Limited-Reason` says; `global-rate` unless told. `lock_timeout` is a 429 of its own, without that header.',
      },
      status: { type: 'number', sentence: '429 unless told; some limits come as 400.' },
      should_retry: { type: 'boolean', sentence: 'What `Stripe-Should-Retry` says; absent unless told.' },
    },
  },
  slow: {
    on: 'request',
    sentence: 'An API request is carried out at once and answered late.',
    params: { from: seconds('The shortest delay, in seconds; 1 unless told.'), to: seconds('The longest delay; `from` unless told.') },
  },
  stale_list: {
    on: 'request',
    sentence: 'A list is answered as it was a while ago, although single objects are answered as they are.',
    params: { behind: seconds('How far behind, in seconds of real time; 2 unless told.') },
  },
  clock_skew: {
    on: 'time',
    sentence: 'The `Date` header of answers and the time in webhook signatures are wrong by so much.',
    params: { seconds: { type: 'number', sentence: 'Ahead of the truth; negative is behind. 60 unless told.' } },
  },
} as const satisfies Record<string, FaultKind>;

export type FaultName = keyof typeof KINDS;

/** What every rule can say beside its kind's own words. */
export const SCOPE: Readonly<Record<string, Field>> = {
  fault: { type: 'string', required: true, sentence: `What goes wrong: ${Object.keys(KINDS).join(', ')}.`, oneOf: Object.keys(KINDS) },
  share: { type: 'number', sentence: 'How often, from 0 to 1; always unless told.' },
  count: { type: 'number', sentence: 'After so many times the rule is done.' },
  account: { type: 'string', sentence: 'Only what is about this account.' },
  livemode: { type: 'boolean', sentence: 'Only live (true) or test data (false).' },
};

/** What rules about deliveries, and rules about requests, can be narrowed by. */
export const NARROWER: Readonly<Record<Target, Readonly<Record<string, Field>>>> = {
  delivery: {
    endpoint: { type: 'string', sentence: 'Only this endpoint (`we_…`).' },
    type: { type: 'string', sentence: 'Only this event type; `customer.*` is a family.' },
  },
  request: {
    operation: { type: 'string', sentence: 'Only this operation, as `GET /v1/customers/{id}`.' },
    method: { type: 'string', sentence: 'Only this method.', oneOf: ['GET', 'POST', 'DELETE'] },
  },
  time: {},
};
