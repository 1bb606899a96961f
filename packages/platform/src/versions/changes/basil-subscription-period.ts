import type { StripeObject } from '../../engine/index.ts';
import type { VersionChange } from '../change.ts';

/** Before, all items of a subscription had one period. Of several the one that ends first is what is billed next. */
function periodOf(subscription: StripeObject): { start: number; end: number } {
  const items = (subscription.items?.data ?? []) as StripeObject[];
  const [first] = [...items].sort((a, b) => a.current_period_end - b.current_period_end);
  const fallback = subscription.start_date ?? subscription.created ?? 0;
  return { start: first?.current_period_start ?? fallback, end: first?.current_period_end ?? fallback };
}

export const basilSubscriptionPeriod: VersionChange = {
  version: '2025-03-31.basil',
  sentence: 'Each item of a subscription has its own `current_period_start` and `current_period_end`; they stood on the subscription.',
  answers: {
    subscription: (subscription) => {
      const { start, end } = periodOf(subscription);
      subscription.current_period_start = start;
      subscription.current_period_end = end;
    },
    subscription_item: (item) => {
      delete item.current_period_start;
      delete item.current_period_end;
    },
  },
  rows: [
    {
      title: 'the period moves up',
      answer: {
        now: {
          id: 'sub_1',
          object: 'subscription',
          items: { object: 'list', data: [{ id: 'si_1', object: 'subscription_item', current_period_start: 1, current_period_end: 9 }] },
        },
        before: {
          id: 'sub_1',
          object: 'subscription',
          items: { object: 'list', data: [{ id: 'si_1', object: 'subscription_item' }] },
          current_period_start: 1,
          current_period_end: 9,
        },
      },
    },
  ],
};
