import type { MirroredObject } from '../mirrored-object.ts';

export const paymentLink: MirroredObject = {
  object: 'payment_link',
  table: 'payment_links',
  list: '/v1/payment_links',
  by_created: false,
  expand: ['line_items'],
  lists: [{ field: 'line_items', path: '/v1/payment_links/{id}/line_items', view: 'payment_link_line_items' }],
  priority: 2,
};
