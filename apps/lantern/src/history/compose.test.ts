import { describe, expect, it } from 'vitest';
import { type CompactSubscription, compactOf } from './compact.ts';
import { composeHistory, type KeptEvent } from './compose.ts';

const DAY = 86_400;

const state = (more: Record<string, unknown>): CompactSubscription =>
  compactOf({
    ...{ id: 'sub_1', customer: 'cus_1', currency: 'usd', status: 'active', created: 10 * DAY, start_date: 10 * DAY },
    items: { data: [{ id: 'si_1', price: { id: 'price_1', unit_amount_decimal: '2000', recurring: { interval: 'month' } } }] },
    ...more,
  });

const created = (told: CompactSubscription): KeptEvent => ({
  ...{ event: 'evt_1', subscription: told.id, type: 'customer.subscription.created', at: 10 * DAY, before: null },
  after: JSON.stringify(told),
});

/** The subscription as it was when it was created, and as it was fetched on the sixtieth day; nothing told what lay between. */
const seenFrom = (first: CompactSubscription, fetched: CompactSubscription) =>
  composeHistory({
    ...{ customer: 'cus_1', events: [created(first)], discounts: [] },
    present: [{ state: fetched, lo: 60 * DAY * 1000, hi: 60 * DAY * 1000, dirty: false }],
    ...{ lines: new Map(), usage: new Map(), tries: new Map(), prices: new Map() },
  }).observations.map(({ at, status }) => [at / DAY, status]);

describe('where the event was lost', () => {
  it('an end counts from when the subscription says that it ended', () => {
    expect(seenFrom(state({}), state({ status: 'canceled', ended_at: 45 * DAY }))).toEqual([
      [10, 'active'],
      [45, 'canceled'],
    ]);
  });

  it('a trial that is over counts from its end', () => {
    const trial = { trial_start: 10 * DAY, trial_end: 24 * DAY };
    expect(seenFrom(state({ status: 'trialing', ...trial }), state(trial))).toEqual([
      [10, 'trialing'],
      [24, 'active'],
    ]);
  });

  it('any other change counts from when it was fetched', () => {
    expect(seenFrom(state({}), state({ status: 'past_due' }))).toEqual([
      [10, 'active'],
      [60, 'past_due'],
    ]);
  });
});
