import { readFileSync } from 'node:fs';
import type { Answer } from '@annex/testkit';
import type { ApiEvent } from './telling.ts';

/* The worked timelines of cases/mrr.json as what Stripe would have told. */

interface Step {
  readonly at: string;
  readonly customer: string;
  readonly sub: string;
  readonly status: string;
  readonly items: readonly {
    readonly price: { readonly unit_amount: number; readonly interval: string; readonly interval_count: number };
    readonly quantity: number;
  }[];
  readonly discounts?: readonly {
    readonly duration: string;
    readonly percent_off?: number;
    readonly amount_off?: number;
    readonly end?: string;
  }[];
  readonly cancel_at_period_end?: boolean;
  readonly pause_collection?: string;
}

interface Case {
  readonly id: string;
  readonly title: string;
  readonly timeline: readonly Step[];
  readonly through?: string;
  readonly settings?: { readonly discounts?: readonly ('forever' | 'repeating' | 'once')[] };
  readonly expected: readonly Record<string, number | string>[];
}

export interface Story extends Case {
  readonly events: readonly ApiEvent[];
  readonly customers: readonly string[];
}

const seconds = (text: string): number => Date.parse(`${text}Z`) / 1000;

const discountOf = (step: Step, n: number): Answer => {
  const { duration, percent_off = null, amount_off = null, end } = step.discounts![n]!;
  const coupon = { id: `${step.sub}_${n}`, object: 'coupon', duration, percent_off, amount_off };
  const ends = end === undefined ? null : seconds(end);
  const id = `di_${step.sub}_${duration}_${percent_off}_${amount_off}`;
  return { ...{ id, object: 'discount', customer: step.customer, subscription: step.sub, start: 0, end: ends }, source: { coupon } };
};

function stateOf(step: Step, begun: number): Answer {
  const { sub, customer, status, cancel_at_period_end: ending = false, pause_collection: behavior } = step;
  return {
    ...{ id: sub, object: 'subscription', customer, currency: 'usd', status, created: begun, start_date: begun },
    ...{ ended_at: status === 'canceled' ? seconds(step.at) : null, trial_start: null, trial_end: null, cancel_at: null },
    ...{ cancel_at_period_end: ending, pause_collection: behavior === undefined ? null : { behavior } },
    discounts: (step.discounts ?? []).map((_, n) => discountOf(step, n).id),
    items: {
      data: step.items.map(({ price, quantity }, n) => {
        const { unit_amount, interval, interval_count } = price;
        const id = `price_${unit_amount}_${interval_count}_${interval}`;
        const recurring = { interval, interval_count, usage_type: 'licensed' };
        return { id: `si_${sub}_${n}`, quantity, price: { id, product: 'prod', billing_scheme: 'per_unit', unit_amount, recurring } };
      }),
    },
  };
}

/** What a state was before, of the fields that changed. */
const previousOf = (before: Answer, after: Answer): Answer =>
  Object.fromEntries(
    Object.keys(after).flatMap((key) => (JSON.stringify(before[key]) === JSON.stringify(after[key]) ? [] : [[key, before[key]]])),
  );

function eventsOf(timeline: readonly Step[]): ApiEvent[] {
  const last = new Map<string, Answer>();
  return timeline.flatMap((step, n): ApiEvent[] => {
    const created = seconds(step.at);
    const before = last.get(step.sub);
    const object = stateOf(step, before?.created ?? created);
    last.set(step.sub, object);
    const ends = step.status === 'canceled' ? 'deleted' : 'updated';
    const told = { created, api_version: null };
    const type = `customer.subscription.${before === undefined ? 'created' : ends}`;
    const data = { object, ...(before !== undefined && { previous_attributes: previousOf(before, object) }) };
    const discounts = (step.discounts ?? []).map(
      (_, k): ApiEvent => ({ ...told, id: `evt_${n}_${k}`, type: 'customer.discount.created', data: { object: discountOf(step, k) } }),
    );
    return [...discounts, { ...told, id: `evt_${n}`, type, data }];
  });
}

const cases = JSON.parse(readFileSync(new URL('../cases/mrr.json', import.meta.url), 'utf8')) as readonly Case[];

export const stories: readonly Story[] = cases.map((each) => ({
  ...each,
  events: eventsOf(each.timeline),
  customers: [...new Set(each.timeline.map(({ customer }) => customer))],
}));
