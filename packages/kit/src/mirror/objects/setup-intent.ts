import type { MirroredObject } from '../mirrored-object.ts';

export const setupIntent: MirroredObject = {
  object: 'setup_intent',
  table: 'setup_intents',
  list: '/v1/setup_intents',
  columns: ['customer', 'status'],
  priority: 2,
};
