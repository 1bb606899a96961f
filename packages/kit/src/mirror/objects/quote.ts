import type { MirroredObject } from '../mirrored-object.ts';

export const quote: MirroredObject = {
  object: 'quote',
  table: 'quotes',
  list: '/v1/quotes',
  by_created: false,
  expand: ['line_items'],
  lists: [{ field: 'line_items', path: '/v1/quotes/{id}/line_items', view: 'quote_line_items' }],
  columns: ['customer', 'status'],
  quiet: true,
  priority: 2,
};
