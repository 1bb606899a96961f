import { completed, sessionFor } from '../event-tables/checkout-session.ts';
import { idOf, type StateTable } from './row.ts';

export const checkoutSession: StateTable = {
  object: 'checkout.session',
  path: '/v1/checkout/sessions',
  reached: {
    open: (shop) => idOf(sessionFor(shop)),
    complete: async (shop) => {
      const session = await sessionFor(shop);
      await completed(shop, session, 'tok_visa');
      return session.id;
    },
    expired: async (shop) => idOf(shop.stripe.checkout.sessions.expire((await sessionFor(shop)).id)),
  },
};
