import { notSimulated } from '../../engine/index.ts';
import type { VersionChange } from '../change.ts';
import type { OldRequest } from '../params.ts';

/** `sum` is what meters do as well; other ways to count need usage records, which are not simulated. */
function sumOnly(request: OldRequest, path: string): void {
  const value = request.at(path);
  if (value === undefined) return;
  if (value !== 'sum') throw notSimulated(`${path}=${String(value)} of API versions before basil (usage records); use a billing meter`);
  for (const place of request.places(path)) delete place.hash.aggregate_usage;
}

export const basilAggregateUsage: VersionChange = {
  version: '2025-03-31.basil',
  sentence: 'Usage is counted by billing meters; prices and plans had an `aggregate_usage` that told how usage records add up.',
  params: [
    { on: ['POST /v1/prices'], up: (request) => sumOnly(request, 'recurring[aggregate_usage]') },
    { on: ['POST /v1/plans'], up: (request) => sumOnly(request, 'aggregate_usage') },
  ],
  answers: {
    price: (price) => {
      if ((price.recurring ?? null) !== null) price.recurring.aggregate_usage = price.recurring.usage_type === 'metered' ? 'sum' : null;
    },
    plan: (plan) => {
      plan.aggregate_usage = plan.usage_type === 'metered' ? 'sum' : null;
    },
  },
  rows: [
    {
      title: 'a metered plan',
      request: { op: 'POST /v1/plans', form: 'currency=usd&aggregate_usage=sum', becomes: { currency: 'usd' } },
      answer: {
        now: { id: 'price_1', object: 'plan', usage_type: 'metered' },
        before: { id: 'price_1', object: 'plan', usage_type: 'metered', aggregate_usage: 'sum' },
      },
    },
    {
      title: 'a price that is not metered',
      answer: {
        now: { id: 'price_1', object: 'price', recurring: { interval: 'month', usage_type: 'licensed' } },
        before: { id: 'price_1', object: 'price', recurring: { interval: 'month', usage_type: 'licensed', aggregate_usage: null } },
      },
    },
  ],
};
