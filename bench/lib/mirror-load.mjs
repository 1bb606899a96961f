// Sends signed events, so many at a time, and tells how long each took to be acknowledged. Argument: JSON of {port, secret, inFlight, count, from}.
// Signed and written out before it begins, and sent on raw sockets: the sender shares two cores with what it measures.
import { createHmac } from 'node:crypto';
import { load, request } from './load.mjs';

const { port, secret, inFlight, count, from } = JSON.parse(process.argv[2]);
const OBJECTS = ['customer', 'charge', 'invoice', 'subscription', 'payment_intent'];
/** Types that every engine knows. */
const TYPES = {
  customer: 'customer.updated',
  charge: 'charge.updated',
  invoice: 'invoice.updated',
  subscription: 'customer.subscription.updated',
  payment_intent: 'payment_intent.succeeded',
};
const now = Math.floor(Date.now() / 1000);
const PADDING = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field_${n}`, `some text of value ${n}`]));

/** Updates of 5,000 objects, each some seconds after the one before it. */
function event(n) {
  const object = OBJECTS[n % 5];
  const data = { id: `${object}_${Math.floor(n / 5) % 1_000}`, object, created: now - 1e6, livemode: false, metadata: {}, n };
  if (object === 'subscription')
    Object.assign(data, { customer: 'cus_1', status: 'active', items: { object: 'list', data: [], has_more: false } });
  const about = {
    id: `evt_${from + n}`,
    object: 'event',
    type: TYPES[object],
    api_version: '2026-10-28.endive',
    created: now - 100_000 + Math.floor((from + n) / 5),
    livemode: false,
  };
  return JSON.stringify({ ...about, data: { object: { ...data, ...PADDING } } });
}

const requests = Array.from({ length: count }, (_, n) => {
  const body = event(n);
  const signature = `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')}`;
  return request('POST', '/', { headers: { 'Stripe-Signature': signature }, body, type: 'application/json' });
});
const cpu = process.cpuUsage();
let at = 0;
const told = await load({ port, connections: inFlight, next: () => requests[at++], countWrong: true });
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ ...told, cpu: (user + system) / 1_000 / count })}\n`);
