import type { MirroredObject } from '../mirrored-object.ts';

export const checkoutSession: MirroredObject = {
  object: 'checkout.session',
  table: 'checkout_sessions',
  list: '/v1/checkout/sessions',
  expand: ['line_items'],
  lists: [{ field: 'line_items', path: '/v1/checkout/sessions/{id}/line_items', view: 'checkout_session_line_items' }],
  columns: ['customer', 'status', 'subscription'],
  quiet: true,
  priority: 2,
};
