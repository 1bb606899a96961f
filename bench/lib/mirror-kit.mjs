// The kit imports the account whose key it is given, and tells what that cost. Argument: JSON of {url, key, databaseUrl, limits,
// secret?}: with a secret it receives webhooks instead, and says its port.
import { createServer } from 'node:http';
import { createKit, nodeWebhook } from '../../packages/kit/dist/index.js';

const { url, key, databaseUrl, limits, secret } = JSON.parse(process.argv[2]);
const kit = await createKit({
  database: databaseUrl === null ? {} : { url: databaseUrl },
  apps: [{ secretKey: key, clientId: 'ca_none' }],
  apiBase: url,
  limits,
  webhookSecrets: secret === undefined ? [] : [secret],
  // Without an account behind it nothing can be fetched: doubts stay where they are.
  settleMs: secret === undefined ? 1_500 : 3_600_000,
  limitShare: 1,
  reconcileMinutes: 0,
  refreshMinutes: 0,
  log: (...said) => process.stderr.write(`${JSON.stringify(said)}\n`),
});
if (secret !== undefined) {
  // Connected, with nothing to import: only what arrives is measured.
  const { id } = await (await fetch(`${url}/v1/account`, { headers: { authorization: `Bearer ${key}` } })).json();
  await kit.query(
    "insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'own', 'connected', 'read_write', 0)",
    [id],
  );
  kit.work.start();
  const server = createServer(nodeWebhook(kit));
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  process.stdout.write(`${JSON.stringify({ port: server.address().port })}\n`);
  await new Promise(() => {});
}
let peak = 0;
const watching = setInterval(() => {
  peak = Math.max(peak, process.memoryUsage().rss);
}, 50);
const cpu = process.cpuUsage();
const began = performance.now();
kit.work.start();
const { account } = await kit.connect.own(false);
let progress;
do {
  await new Promise((done) => setTimeout(done, 20));
  progress = await kit.progress(account, false);
} while (progress.state === 'running');
const seconds = (performance.now() - began) / 1_000;
clearInterval(watching);
const used = process.cpuUsage(cpu);
const [items] = await kit.query('select count(*)::int as n from stripe.subscription_items');
process.stdout.write(
  `${JSON.stringify({ seconds, cpu: (used.user + used.system) / 1e6, rss: peak / 1e6, rows: progress.rows - 1, requests: progress.requests, state: progress.state, items: items.n })}\n`,
);
await kit.close();
