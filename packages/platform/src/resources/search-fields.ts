import type { SearchField } from '../engine/index.ts';

const token: SearchField = { type: 'token' };
const string: SearchField = { type: 'string' };
const numeric: SearchField = { type: 'numeric' };

const card = (kind: string): Readonly<Record<string, SearchField>> =>
  Object.fromEntries(
    Object.entries({ last4: token, exp_month: token, exp_year: token, brand: token, fingerprint: token }).map(([name, field]) => [
      `payment_method_details.${kind}.${name}`,
      field,
    ]),
  );

/** What can be searched, by object (api-and-events 1.13); `metadata["key"]` everywhere. */
export const searchFields: Readonly<Record<string, Readonly<Record<string, SearchField>>>> = {
  charge: {
    amount: numeric,
    'billing_details.address.postal_code': token,
    created: numeric,
    currency: token,
    customer: token,
    disputed: token,
    refunded: token,
    status: token,
    ...card('card'),
    ...card('card_present'),
    ...card('interac_present'),
  },
  customer: { created: numeric, email: string, name: string, phone: string },
  invoice: {
    created: numeric,
    currency: token,
    customer: token,
    number: string,
    receipt_number: string,
    status: token,
    subscription: { type: 'token', path: 'parent.subscription_details.subscription' },
    total: numeric,
  },
  payment_intent: { amount: numeric, created: numeric, currency: token, customer: token, status: token },
  price: { active: token, currency: token, lookup_key: string, product: token, type: token },
  product: { active: token, description: string, name: string, shippable: token, url: string },
  subscription: { canceled_at: numeric, created: numeric, status: token },
};
