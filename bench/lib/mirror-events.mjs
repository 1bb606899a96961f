// Signed events for the mirror's benchmarks: updates of 5,000 objects of five types, each some seconds after the one before it.
import { createHmac } from 'node:crypto';

const OBJECTS = ['customer', 'charge', 'invoice', 'subscription', 'payment_intent'];
/** Types that every engine knows. */
const TYPES = {
  customer: 'customer.updated',
  charge: 'charge.updated',
  invoice: 'invoice.updated',
  subscription: 'customer.subscription.updated',
  payment_intent: 'payment_intent.succeeded',
};
const PADDING = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field_${n}`, `some text of value ${n}`]));
const PRICE = {
  id: 'price_bench',
  product: 'prod_bench',
  billing_scheme: 'per_unit',
  unit_amount: 900,
  unit_amount_decimal: '900',
  recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
};
const now = Math.floor(Date.now() / 1000);

/** What a subscription has besides, so that books can be kept of it. */
const subscription = (n) => ({
  customer: `customer_${n % 1_000}`,
  currency: 'usd',
  status: 'active',
  start_date: now - 1e6,
  discounts: [],
  items: { object: 'list', data: [{ id: `si_${n % 1_000}`, quantity: 1 + (n % 9), price: PRICE }], has_more: false },
});

/** The text of event `n`. */
export function event(n) {
  const object = OBJECTS[n % 5];
  const which = Math.floor(n / 5);
  const data = { id: `${object}_${which % 1_000}`, object, created: now - 1e6, livemode: false, metadata: {}, n };
  const more = object === 'subscription' ? subscription(which) : {};
  return eventText({ id: `evt_${n}`, type: TYPES[object], created: now - 100_000 + which, object: { ...data, ...more, ...PADDING } });
}

export const eventText = ({ object, ...about }) =>
  JSON.stringify({ object: 'event', api_version: '2026-10-28.endive', livemode: false, ...about, data: { object } });

export function signature(body, secret) {
  const at = Math.floor(Date.now() / 1000);
  return `t=${at},v1=${createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')}`;
}
