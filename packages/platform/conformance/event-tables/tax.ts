import { type EventRow, row } from './row.ts';

const VAT = { display_name: 'VAT', percentage: 19, inclusive: false } as const;

export const tax: readonly EventRow[] = [
  row({
    operation: 'create a tax rate',
    given: async () => undefined,
    when: (shop) => shop.stripe.taxRates.create(VAT),
    tells: ['tax_rate.created'],
  }),
  row({
    operation: 'archive a tax rate',
    given: (shop) => shop.stripe.taxRates.create(VAT),
    when: (shop, rate) => shop.stripe.taxRates.update(rate.id, { active: false }),
    tells: [['tax_rate.updated', { active: true }]],
  }),
  row({
    operation: 'give a customer a tax id that no register answers for',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.customers.createTaxId(customer.id, { type: 'us_ein', value: '12-3456789' }),
    tells: ['customer.tax_id.created'],
  }),
  row({
    operation: 'give a customer a tax id that is verified',
    given: (shop) => shop.customer(undefined, { name: 'Ada GmbH' }),
    when: (shop, customer) => shop.stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE000000000' }),
    tells: [
      'customer.tax_id.created',
      ['customer.tax_id.updated', { verification: { status: 'pending', verified_address: null, verified_name: null } }],
    ],
  }),
  row({
    operation: 'give a customer a tax id that is found wrong',
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.customers.createTaxId(customer.id, { type: 'eu_vat', value: 'DE111111111' }),
    tells: ['customer.tax_id.created', ['customer.tax_id.updated', { verification: { status: 'pending' } }]],
  }),
  row({
    operation: 'remove a tax id of a customer',
    given: async (shop) => {
      const customer = await shop.customer();
      return { customer, id: await shop.stripe.customers.createTaxId(customer.id, { type: 'us_ein', value: '123456789' }) };
    },
    when: (shop, { customer, id }) => shop.stripe.customers.deleteTaxId(customer.id, id.id),
    tells: ['customer.tax_id.deleted'],
  }),
  row({
    operation: 'give the account itself a tax id',
    given: async () => undefined,
    when: (shop) => shop.stripe.taxIds.create({ type: 'us_ein', value: '123456789' }),
    tells: [],
  }),
  row({
    operation: "move a customer's balance",
    given: (shop) => shop.customer(),
    when: (shop, customer) => shop.stripe.customers.createBalanceTransaction(customer.id, { amount: -500, currency: 'usd' }),
    tells: [['customer.updated', { balance: 0, currency: null }]],
  }),
];
