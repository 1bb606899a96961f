import type { Form } from '@annex/contract';
import type { StripeObject } from '../../engine/index.ts';
import type { Look, VersionChange } from '../change.ts';
import { fresh, type OldRequest } from '../params.ts';

const NAMES = ['coupon', 'promotion_code'] as const;

/** `coupon=half` → `discounts[0][coupon]=half`; an empty one takes the discount away. */
function discountsOf(request: OldRequest, within = ''): void {
  const path = (name: string): string => (within === '' ? name : `${within}[${name}]`);
  for (const name of NAMES) {
    for (const place of request.places(path(name))) {
      const value = place.hash[name];
      if (value === undefined || typeof value !== 'string') continue;
      delete place.hash[name];
      const at = place.path.map((segment, index) => (index === 0 ? segment : `[${segment}]`)).join('');
      const own = at === '' ? name : `${at}[${name}]`;
      const list = at === '' ? 'discounts' : `${at}[discounts]`;
      place.hash.discounts = value === '' ? '' : withDiscount(place.hash.discounts, name, value);
      const index = Array.isArray(place.hash.discounts) ? place.hash.discounts.length - 1 : 0;
      request.names.push([`${list}[${index}][${name}]`, own], [`${list}[${index}]`, own], [list, own]);
    }
  }
}

function withDiscount(known: Form | undefined, name: string, value: string): Form[] {
  const discount = fresh();
  discount[name] = value;
  return [...(typeof known === 'object' ? Object.values(known) : []), discount];
}

/** Customers have no parameter for a discount now: what was meant is given to them beside their parameters. */
function beside(request: OldRequest): void {
  for (const name of NAMES) {
    const value = request.form[name];
    if (value === undefined) continue;
    delete request.form[name];
    request.beside[name] = value === '' ? null : value;
    request.names.push([`discounts[0][${name}]`, name]);
  }
}

/** The first of several discounts is the one that there was. */
function discount(holder: StripeObject, look: Look): void {
  const [first] = (holder.discounts ?? []) as (string | StripeObject)[];
  holder.discount = (typeof first === 'string' ? look.get('discount', first) : structuredClone(first)) ?? null;
}

export const basilSingleDiscount: VersionChange = {
  version: '2025-03-31.basil',
  sentence:
    'Subscriptions and invoices have a list of `discounts`; their one `discount` is gone, and with it the parameters `coupon` and `promotion_code` of customers, subscriptions, schedule phases and previews.',
  params: [
    { on: ['POST /v1/customers', 'POST /v1/customers/{}'], up: beside },
    { on: ['POST /v1/subscriptions', 'POST /v1/subscriptions/{}'], up: (request) => discountsOf(request) },
    {
      on: ['POST /v1/subscription_schedules', 'POST /v1/subscription_schedules/{}'],
      up: (request) => discountsOf(request, 'phases[]'),
    },
    {
      on: ['POST /v1/invoices/create_preview'],
      up: (request) => {
        discountsOf(request);
        discountsOf(request, 'schedule_details[phases][]');
      },
    },
  ],
  answers: {
    subscription: discount,
    invoice: discount,
    subscription_schedule: (schedule) => {
      for (const phase of schedule.phases ?? []) {
        const [first] = phase.discounts ?? [];
        phase.coupon = first?.coupon ?? null;
      }
    },
  },
  rows: [
    {
      title: 'a subscription with a coupon',
      request: {
        op: 'POST /v1/subscriptions',
        form: 'customer=cus_1&coupon=half',
        becomes: { customer: 'cus_1', discounts: [{ coupon: 'half' }] },
      },
    },
    {
      title: 'a subscription whose coupon is taken away',
      request: { op: 'POST /v1/subscriptions/{}', form: 'coupon=', becomes: { discounts: '' } },
    },
    {
      title: 'a phase with a coupon',
      request: {
        op: 'POST /v1/subscription_schedules',
        form: 'phases[0][coupon]=half',
        becomes: { phases: { 0: { discounts: [{ coupon: 'half' }] } } },
      },
    },
    {
      title: 'a discounted subscription',
      world: [{ id: 'di_1', object: 'discount', start: 5 }],
      answer: {
        now: { id: 'sub_1', object: 'subscription', discounts: ['di_1'] },
        before: { id: 'sub_1', object: 'subscription', discounts: ['di_1'], discount: { id: 'di_1', object: 'discount', start: 5 } },
      },
    },
  ],
};
