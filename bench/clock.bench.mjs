// Five years of a SaaS account on a test clock, once with webhooks off and once with every event delivered; the cost of an event in
// each year; and a payment made in one call. Beside a bare `node:http` hello world in the same run.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import Stripe from 'stripe';
import { load, request } from './lib/load.mjs';
import { cpuMicros, freePort, residentMb, start } from './lib/process.mjs';
import { table } from './lib/table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const PLATFORM = join(here, '..', 'packages', 'platform', 'bin', 'annex-platform.mjs');
const KEY = 'sk_test_bench_clock';
const CUSTOMERS = Number(process.env.ANNEX_BENCH_CUSTOMERS ?? 200);
const YEARS = Number(process.env.ANNEX_BENCH_YEARS ?? 5);
const FIRST_DAY = Date.UTC(2025, 0, 15) / 1000;
const SECONDS = 4;

/** Of twenty customers: sixteen pay by month, two by year, one by week, and the card of one fails. */
const PLANS = [
  { name: 'month', share: 16, recurring: { interval: 'month' }, unit_amount: 2900, card: 'pm_card_visa' },
  { name: 'year', share: 2, recurring: { interval: 'year' }, unit_amount: 29_000, card: 'pm_card_visa' },
  { name: 'week', share: 1, recurring: { interval: 'week' }, unit_amount: 900, card: 'pm_card_visa' },
  { name: 'failing', share: 1, recurring: { interval: 'month' }, unit_amount: 9900, card: 'pm_card_chargeCustomerFail' },
];
const planOf = PLANS.flatMap((plan) => Array.from({ length: plan.share }, () => plan));

async function startPlatform() {
  const port = await freePort();
  const server = await start([PLATFORM, '--port', String(port), '--unlimited-clocks'], { port, path: '/_annex/health' });
  const stripe = new Stripe(KEY, { host: '127.0.0.1', port, protocol: 'http', telemetry: false });
  return { port, stripe, ...server };
}

async function startReceiver() {
  const port = await freePort();
  const receiver = await start([join(here, 'lib', 'hook-receiver.mjs'), String(port)], { port, path: '/stats' });
  return { ...receiver, port, count: async () => (await (await fetch(`http://127.0.0.1:${port}/stats`)).json()).count };
}

async function populate(stripe) {
  const clock = await stripe.testHelpers.testClocks.create({ frozen_time: FIRST_DAY });
  const product = await stripe.products.create({ name: 'Plan' });
  const prices = new Map();
  for (const { name, recurring, unit_amount } of PLANS)
    prices.set(name, await stripe.prices.create({ product: product.id, currency: 'usd', recurring, unit_amount }));
  for (let n = 0; n < CUSTOMERS; n++) {
    const plan = planOf[n % planOf.length];
    const customer = await stripe.customers.create({ name: `Customer ${n}`, email: `c${n}@example.com`, test_clock: clock.id });
    const method = await stripe.paymentMethods.attach(plan.card, { customer: customer.id });
    await stripe.subscriptions.create({
      customer: customer.id,
      items: [{ price: prices.get(plan.name).id }],
      default_payment_method: method.id,
      ...(plan.name === 'failing' && { trial_period_days: 30 }),
    });
  }
  return clock.id;
}

/** How many events there are beyond this one, how many of them made an invoice, and which is the newest. */
async function eventsSince(stripe, newest) {
  let count = 0;
  let invoices = 0;
  for (let last = newest; ; ) {
    const { data, has_more } = await stripe.events.list({ limit: 100, ...(last !== undefined && { ending_before: last }) });
    // Without a beginning the first page is the newest one, and there is nothing to count from.
    if (last === undefined) return { count, invoices, newest: data[0].id };
    count += data.length;
    invoices += data.filter(({ type }) => type === 'invoice.created').length;
    last = data[0]?.id ?? last;
    if (!has_more) return { count, invoices, newest: last };
  }
}

async function advance(stripe, clock, to) {
  await stripe.testHelpers.testClocks.advance(clock, { frozen_time: to });
  while ((await stripe.testHelpers.testClocks.retrieve(clock)).status !== 'ready') await new Promise((resolve) => setTimeout(resolve, 50));
}

/** Lives the years one by one: wall time, the platform's CPU and the events of each. Reading the events is not counted. */
async function live(delivered) {
  const platform = await startPlatform();
  const { stripe, pid } = platform;
  const receiver = delivered ? await startReceiver() : undefined;
  const clock = await populate(stripe);
  let { newest } = await eventsSince(stripe);
  if (receiver) await stripe.webhookEndpoints.create({ url: `http://127.0.0.1:${receiver.port}/ok/1`, enabled_events: ['*'] });
  const years = [];
  for (let year = 1, owed = 0; year <= YEARS; year++) {
    const began = { at: performance.now(), cpu: cpuMicros(pid) };
    await advance(stripe, clock, Date.UTC(2025 + year, 0, 15) / 1000);
    const reading = { at: performance.now(), cpu: cpuMicros(pid) };
    const since = await eventsSince(stripe, newest);
    const read = { at: performance.now(), cpu: cpuMicros(pid) };
    newest = since.newest;
    owed += since.count;
    while (receiver && (await receiver.count()) < owed) await new Promise((resolve) => setTimeout(resolve, 20));
    const spent = (what, now) => now - began[what] - (read[what] - reading[what]);
    years.push({ events: since.count, invoices: since.invoices, ms: spent('at', performance.now()), cpu: spent('cpu', cpuMicros(pid)) });
  }
  const memory = residentMb(pid);
  await Promise.all([platform.stop(), receiver?.stop()]);
  return { years, memory };
}

const sum = (rows, what) => rows.reduce((total, row) => total + row[what], 0);
const perEvent = ({ cpu, events }) => (cpu / events).toFixed(0);
const row = (name, { years, memory }) => [
  name,
  sum(years, 'invoices'),
  sum(years, 'events'),
  (sum(years, 'ms') / 1000).toFixed(1),
  (sum(years, 'cpu') / 1e6).toFixed(1),
  (sum(years, 'events') / (sum(years, 'ms') / 1000)).toFixed(0),
  perEvent(years[0]),
  perEvent(years.at(-1)),
  memory.toFixed(0),
];
table(
  [
    `${YEARS} years of ${CUSTOMERS} customers`,
    'invoices',
    'events',
    's',
    'CPU s',
    'events/s',
    'CPU us per event, first year',
    'last year',
    'RSS MB',
  ],
  [row('webhooks off', await live(false)), row('every event delivered', await live(true))],
);

/** CPU per request is the robust figure: user and system time of the server over the run. */
async function measure({ port, pid }, next) {
  const before = cpuMicros(pid);
  const { count, perSecond, p50, p99 } = await load({ port, connections: 16, seconds: SECONDS, next });
  return { cpu: (cpuMicros(pid) - before) / count, perSecond, p50, p99 };
}
const headers = { Authorization: `Bearer ${KEY}`, 'X-Stripe-Client-User-Agent': '{}' };
const body =
  'amount=2000&currency=usd&confirm=true&payment_method=pm_card_visa&automatic_payment_methods[enabled]=true&automatic_payment_methods[allow_redirects]=never';
const platform = await startPlatform();
const helloPort = await freePort();
const hello = { port: helloPort, ...(await start([join(here, 'lib', 'hello.mjs'), String(helloPort)], { port: helloPort, path: '/' })) };
const pay = () => request('POST', '/v1/payment_intents', { headers, body });
await measure(platform, pay);
const base = await measure(hello, () => request('GET', '/', { headers }));
const paid = await measure(platform, pay);
await Promise.all([platform.stop(), hello.stop()]);
table(
  ['16 connections', 'per second', 'CPU us', 'x hello', 'p50 ms', 'p99 ms'],
  [
    ['hello world', base],
    ['payment intent, created and confirmed', paid],
  ].map(([name, it]) => [
    name,
    it.perSecond.toFixed(0),
    it.cpu.toFixed(0),
    (it.cpu / base.cpu).toFixed(2),
    it.p50.toFixed(2),
    it.p99.toFixed(2),
  ]),
);
