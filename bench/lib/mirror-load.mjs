// Sends signed events, so many at a time, and tells how long each took to be acknowledged. Argument: JSON of {port, secret, inFlight, count, from}.
import { createHmac } from 'node:crypto';
import { Agent, request } from 'undici';

const { port, secret, inFlight, count, from } = JSON.parse(process.argv[2]);
const OBJECTS = ['customer', 'charge', 'invoice', 'subscription', 'payment_intent'];
const now = Math.floor(Date.now() / 1000);
const PADDING = Object.fromEntries(Array.from({ length: 60 }, (_, n) => [`field_${n}`, `some text of value ${n}`]));

/** Updates of 5,000 objects, each some seconds after the one before it. */
function event(n) {
  const object = OBJECTS[n % 5];
  const data = { id: `${object}_${Math.floor(n / 5) % 1_000}`, object, created: now - 1e6, livemode: false, metadata: {}, n };
  if (object === 'subscription')
    Object.assign(data, { customer: 'cus_1', status: 'active', items: { object: 'list', data: [], has_more: false } });
  const type = object === 'subscription' ? 'customer.subscription.updated' : `${object}.updated`;
  const about = {
    id: `evt_${from + n}`,
    object: 'event',
    type,
    api_version: '2026-10-28.endive',
    created: now - 100_000 + Math.floor((from + n) / 5),
    livemode: false,
  };
  return JSON.stringify({ ...about, data: { object: { ...data, ...PADDING } } });
}

const events = Array.from({ length: count }, (_, n) => {
  const body = event(n);
  return { body, signature: `t=${now},v1=${createHmac('sha256', secret).update(`${now}.${body}`).digest('hex')}` };
});
const dispatcher = new Agent({ connections: inFlight, pipelining: 1 });
const took = [];
let at = 0;
let bad = 0;
const began = performance.now();
const send = async () => {
  while (at < count) {
    const { body, signature } = events[at++];
    const start = performance.now();
    const answer = await request(`http://127.0.0.1:${port}/`, {
      method: 'POST',
      body,
      headers: { 'content-type': 'application/json', 'stripe-signature': signature },
      dispatcher,
    });
    await answer.body.dump();
    took.push(performance.now() - start);
    if (answer.statusCode !== 200) bad++;
  }
};
await Promise.all(Array.from({ length: inFlight }, send));
const seconds = (performance.now() - began) / 1_000;
took.sort((a, b) => a - b);
const percentile = (share) => took[Math.min(count - 1, Math.floor(count * share))];
process.stdout.write(`${JSON.stringify({ perSecond: count / seconds, p50: percentile(0.5), p99: percentile(0.99), bad })}\n`);
await dispatcher.close();
