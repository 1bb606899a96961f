// A demo owner with two accounts and a handful of customers, made through the platform's front doors.
import { ask } from './ask.mjs';

const OWNER = { email: 'dana@acme.example', password: 'demo-demo', name: 'Dana Fischer' };

const BUSINESSES = [
  {
    account: { name: 'Acme GmbH', email: 'billing@acme.example', country: 'DE', currency: 'eur', timezone: 'Europe/Berlin' },
    plans: [
      { name: 'Starter', unit_amount: 900, interval: 'month' },
      { name: 'Pro', unit_amount: 2900, interval: 'month' },
      { name: 'Pro, yearly', unit_amount: 29000, interval: 'year' },
    ],
    customers: ['Jane Roth', 'Omar Haddad', 'Mina Sato', 'Luis Prado', 'Ada Novak', 'Tom Berg', 'Eva Lind', 'Noah Klein'],
  },
  {
    account: { name: 'Acme Labs', email: 'labs@acme.example', country: 'US', currency: 'usd', timezone: 'America/New_York' },
    plans: [{ name: 'Lab seat', unit_amount: 4900, interval: 'month' }],
    customers: ['Quarry Inc', 'Northwind Lab'],
  },
];

async function openBusiness({ platform, control }, { account, plans, customers }) {
  const { id, keys } = await ask(`${control}/accounts`, { json: account });
  const post = (path, form) => ask(`${platform}/v1/${path}`, { key: keys.test.secret, form });
  const prices = [];
  for (const { name, unit_amount, interval } of plans) {
    const product = await post('products', { name });
    const form = { product: product.id, currency: account.currency, unit_amount: String(unit_amount), 'recurring[interval]': interval };
    prices.push(await post('prices', form));
  }
  for (const [n, name] of customers.entries()) {
    const email = `${name.toLowerCase().replaceAll(' ', '.')}@example.com`;
    const customer = await post('customers', {
      name,
      email,
      payment_method: 'pm_card_visa',
      'invoice_settings[default_payment_method]': 'pm_card_visa',
    });
    await post('subscriptions', { customer: customer.id, 'items[0][price]': prices[n % prices.length].id });
  }
  return id;
}

/** Makes them where the platform has no account yet but the extension's. Answers how to sign in. */
export async function openDemoOwners({ platform, control }) {
  const { data } = await ask(`${control}/accounts`);
  if (data.length > 1) return;
  const accounts = [];
  for (const business of BUSINESSES) accounts.push(await openBusiness({ platform, control }, business));
  await ask(`${control}/users`, { json: { ...OWNER, accounts } });
}
