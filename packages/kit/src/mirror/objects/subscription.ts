import type { MirroredObject } from '../mirrored-object.ts';

export const subscription: MirroredObject = {
  object: 'subscription',
  table: 'subscriptions',
  list: '/v1/subscriptions',
  query: { status: 'all' },
  expand: ['discounts', 'items.data.discounts'],
  lists: [{ field: 'items', path: '/v1/subscription_items?subscription={id}', view: 'subscription_items' }],
  columns: ['customer', 'status'],
  priority: 0,
};
