import type { MirroredObject } from '../mirrored-object.ts';

export const subscriptionSchedule: MirroredObject = {
  object: 'subscription_schedule',
  table: 'subscription_schedules',
  list: '/v1/subscription_schedules',
  columns: ['customer', 'subscription', 'status'],
  priority: 1,
};
