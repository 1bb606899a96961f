import type { Plan } from '@annex/kit';

/** What Lantern costs: the same figures for everybody, paid by the month or by the year. */
export const PLANS: readonly Plan[] = [
  {
    key: 'monthly',
    name: 'Lantern, monthly',
    amount: 2_900,
    currency: 'usd',
    interval: 'month',
    description: 'Every figure, billed each month',
  },
  {
    key: 'yearly',
    name: 'Lantern, yearly',
    amount: 29_000,
    currency: 'usd',
    interval: 'year',
    description: 'Every figure, two months free',
  },
];
