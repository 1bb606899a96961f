import { type EventRow, row } from './row.ts';

export const billingPortal: readonly EventRow[] = [
  row({
    operation: 'open the portal for the first time',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.billingPortal.sessions.create({ customer: customer.id }),
    tells: ['billing_portal.configuration.created', 'billing_portal.session.created'],
  }),
  row({
    operation: 'open the portal again',
    given: async (shop) => {
      const customer = await shop.customer();
      await shop.stripe.billingPortal.sessions.create({ customer: customer.id });
      return customer;
    },
    when: (shop, customer) => shop.stripe.billingPortal.sessions.create({ customer: customer.id }),
    tells: ['billing_portal.session.created'],
  }),
  row({
    operation: 'create a configuration',
    given: async () => undefined,
    when: (shop) => shop.stripe.billingPortal.configurations.create({ features: { invoice_history: { enabled: true } } }),
    tells: ['billing_portal.configuration.created'],
  }),
  row({
    operation: 'deactivate a configuration',
    given: (shop) => shop.stripe.billingPortal.configurations.create({ features: { invoice_history: { enabled: true } } }),
    when: (shop, { id }) => shop.stripe.billingPortal.configurations.update(id, { active: false }),
    tells: [['billing_portal.configuration.updated', { active: true }]],
  }),
];
