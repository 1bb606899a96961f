import type { MirroredObject } from '../mirrored-object.ts';

export const review: MirroredObject = {
  object: 'review',
  table: 'reviews',
  list: '/v1/reviews',
  columns: ['charge'],
  priority: 2,
};
