// Sends signed events, so many at a time, and tells how long each took to be acknowledged. Argument: JSON of {port, secret, inFlight, count, from}.
// Signed and written out before it begins, and sent on raw sockets: the sender shares two cores with what it measures.
import { load, request } from './load.mjs';
import { event, signature } from './mirror-events.mjs';

const { port, secret, inFlight, count, from } = JSON.parse(process.argv[2]);
const requests = Array.from({ length: count }, (_, n) => {
  const body = event(from + n);
  return request('POST', '/', { headers: { 'Stripe-Signature': signature(body, secret) }, body, type: 'application/json' });
});
const cpu = process.cpuUsage();
let at = 0;
const told = await load({ port, connections: inFlight, next: () => requests[at++], countWrong: true });
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ ...told, cpu: (user + system) / 1_000 / count })}\n`);
