import type { MirroredObject } from '../mirrored-object.ts';

export const quote: MirroredObject = {
  object: 'quote',
  table: 'quotes',
  list: '/v1/quotes',
  by_created: false,
  columns: ['customer', 'status'],
  quiet: true,
  priority: 2,
};
