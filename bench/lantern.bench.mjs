// Lantern's books: from nothing, after an event, as a page, and under other rules. `npm run bench -- lantern`.
// ANNEX_BENCH_SUBSCRIPTIONS (10000) and ANNEX_BENCH_CHANGES (100 of each, over five years) change its size.
import { createHmac } from 'node:crypto';
import { changeDesk, markAllStale } from '../apps/lantern/dist/figures/desk.js';
import { createLantern, readSettings } from '../apps/lantern/dist/index.js';
import { PRESETS } from '../apps/lantern/dist/ledger/index.js';
import { makeOwner } from '../apps/lantern/dist/people/members.js';
import { addGuest, newGuest } from '../apps/lantern/dist/people/people.js';
import { newToken } from '../apps/lantern/dist/people/secrets.js';
import { openSession } from '../apps/lantern/dist/people/sessions.js';
import { placeOf } from '../apps/lantern/dist/web/place.js';
import { connectDatabase } from '../packages/kit/dist/index.js';
import { findPostgres, startPostgres } from '../packages/testkit/dist/postgres.js';
import { table } from './lib/table.mjs';

const SUBSCRIPTIONS = Number(process.env.ANNEX_BENCH_SUBSCRIPTIONS ?? 10_000);
const CHANGES = Number(process.env.ANNEX_BENCH_CHANGES ?? 100);
const EVENTS_PER_SECOND = 200;
const PROBES = 20;
const SECRET = 'whsec_benchmark';
const ACCOUNT = 'acct_bench';
const WORLD = { account: ACCOUNT, livemode: false };
const FIVE_YEARS = 5 * 365 * 86_400;
const now = Math.floor(Date.now() / 1000);

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

/** A subscription's state, in SQL: price and quantity vary with its number and the number of the change. */
const STATE = `jsonb_build_object('id', 'sub_' || s, 'customer', 'cus_' || s, 'currency', 'usd', 'status', case when c = $3 - 1 and s % 5 = 0 then 'canceled' else 'active' end,
  'created', 0, 'start_date', 0, 'ended_at', null, 'trial_start', null, 'trial_end', null, 'cancel_at', null, 'cancel_at_period_end', false,
  'cancellation_details', jsonb_build_object('reason', null, 'feedback', null), 'pause_collection', null, 'discounts', '[]'::jsonb,
  'items', jsonb_build_object('data', jsonb_build_array(jsonb_build_object('id', 'si_' || s, 'quantity', 1 + (s * 7 + c * 13) % 20,
    'price', jsonb_build_object('id', 'price_' || (c % 3), 'product', 'prod_1', 'billing_scheme', 'per_unit', 'unit_amount_decimal', (900 + 1000 * (c % 3))::text,
      'transform_quantity', null, 'tiers_mode', null, 'tiers', null,
      'recurring', jsonb_build_object('interval', 'month', 'interval_count', 1, 'usage_type', 'licensed'))))))`;

async function fill(database) {
  await database.query(
    `insert into annex.connections (account, livemode, kind, state, scope, connected_ms) values ($1, false, 'oauth', 'connected', 'read_only', 0)`,
    [ACCOUNT],
  );
  await database.query(
    `insert into annex.streams (account, livemode, object, state, priority) values ($1, false, 'subscription', 'done', 0), ($1, false, 'customer', 'done', 0)`,
    [ACCOUNT],
  );
  for (let from = 0; from < SUBSCRIPTIONS; from += 500) {
    await database.query(
      `insert into lantern.observations (account, livemode, event, subscription, customer, type, at, state)
       select $1, false, 'evt_' || s || '_' || c, 'sub_' || s, 'cus_' || s, case when c = 0 then 'customer.subscription.created' else 'customer.subscription.updated' end,
         $2::bigint - $4::bigint + (c::bigint * $4::bigint) / $3 + s % 86400, ${STATE}
       from generate_series($5::int, $6::int) s, generate_series(0, $3::int - 1) c`,
      [ACCOUNT, now, CHANGES, FIVE_YEARS, from, Math.min(SUBSCRIPTIONS, from + 500) - 1],
    );
  }
  await database.query('analyze lantern.observations');
}

function signedEvent(id, subscription, quantity) {
  const price = {
    id: 'price_0',
    product: 'prod_1',
    billing_scheme: 'per_unit',
    unit_amount: 900,
    unit_amount_decimal: '900',
    recurring: { interval: 'month', interval_count: 1, usage_type: 'licensed' },
  };
  const items = { object: 'list', data: [{ id: `si_${subscription.slice(4)}`, quantity, price }], has_more: false };
  const object = {
    id: subscription,
    object: 'subscription',
    customer: `cus_${subscription.slice(4)}`,
    currency: 'usd',
    status: 'active',
    created: 0,
    start_date: 0,
    discounts: [],
    items,
  };
  const created = Math.floor(Date.now() / 1000);
  const event = {
    id,
    object: 'event',
    type: 'customer.subscription.updated',
    created,
    livemode: false,
    account: ACCOUNT,
    api_version: '2026-10-28.endive',
    data: { object, previous_attributes: {} },
  };
  const body = JSON.stringify(event);
  const mac = createHmac('sha256', SECRET).update(`${created}.${body}`).digest('hex');
  return new Request('http://lantern.bench/webhooks', { method: 'POST', body, headers: { 'stripe-signature': `t=${created},v1=${mac}` } });
}

/** Under a load of events of random customers: from a webhook's arrival until the books show it. */
async function eventLatency(lantern) {
  let running = true;
  let sent = 0;
  const load = (async () => {
    while (running) {
      const number = Math.floor(Math.random() * SUBSCRIPTIONS);
      void lantern.kit.receive(signedEvent(`evt_load_${sent++}`, `sub_${number}`, 1 + (sent % 50)));
      await new Promise((done) => setTimeout(done, 1000 / EVENTS_PER_SECOND));
    }
  })();
  const waits = [];
  for (let probe = 0; probe < PROBES; probe++) {
    const customer = `cus_probe${probe}`;
    const start = performance.now();
    await lantern.kit.receive(signedEvent(`evt_probe_${probe}`, `sub_probe${probe}`, 3));
    for (;;) {
      const [book] = await lantern.kit.query('select mrr from lantern.books where account = $1 and livemode = false and customer = $2', [
        ACCOUNT,
        customer,
      ]);
      if (book?.mrr === 2700) break;
      await new Promise((done) => setTimeout(done, 5));
    }
    waits.push(performance.now() - start);
    await new Promise((done) => setTimeout(done, 150));
  }
  running = false;
  await load;
  return { waits, sent };
}

async function pages(lantern) {
  const guest = newGuest();
  await addGuest(lantern.kit.database, guest, Date.now());
  await makeOwner(lantern.kit.database, { account: ACCOUNT, person: guest.id, nowMs: Date.now() });
  const session = await openSession(lantern.kit.database, guest, Date.now());
  const cookie = `lantern_session=${session}; lantern_browser=${newToken()}`;
  const times = [];
  let bytes = 0;
  for (let n = 0; n < 200; n++) {
    times.push(
      await timed(async () => {
        const answer = await lantern.app.fetch(
          new Request(`http://127.0.0.1/a/${ACCOUNT}/test`, { headers: { cookie, host: '127.0.0.1' } }),
        );
        bytes = (await answer.text()).length;
        if (answer.status !== 200) throw new Error(`the overview answered ${answer.status}`);
      }),
    );
  }
  return { times, bytes };
}

async function main() {
  const bin = findPostgres();
  const postgres = bin === undefined ? undefined : await startPostgres(bin, { shared_buffers: '256MB' });
  const database = await connectDatabase(postgres === undefined ? {} : { url: postgres.url() });
  const settings = readSettings([], {
    STRIPE_TEST_SECRET_KEY: 'sk_test_x',
    STRIPE_TEST_CLIENT_ID: 'ca_x',
    STRIPE_API_BASE: 'http://127.0.0.1:9',
    STRIPE_WEBHOOK_SECRETS: SECRET,
  });
  const lantern = await createLantern({
    settings,
    publicUrl: 'http://127.0.0.1',
    database,
    kit: { pollMs: 50, settleMs: 60_000, reconcileMinutes: 0 },
  });
  console.log(
    `${(SUBSCRIPTIONS * CHANGES).toLocaleString('en')} changes of ${SUBSCRIPTIONS.toLocaleString('en')} subscriptions, on ${postgres === undefined ? 'the embedded database' : 'PostgreSQL'} …`,
  );
  await fill(database);
  await lantern.kit.database.transaction((tx) => markAllStale(tx, WORLD));
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const rebuild = await timed(() => lantern.books.catchUp(WORLD));
  clearInterval(watch);
  const [{ n: movements }] = await lantern.kit.query('select count(*)::int as n from lantern.movements');

  const { times, bytes } = await pages(lantern);
  const place = await placeOf(lantern.kit.database, ACCOUNT, 'test');
  const preset = PRESETS.find(({ id }) => id === 'stripe');
  const switched = await timed(async () => {
    await lantern.kit.database.transaction((tx) => changeDesk(tx, place, { rules: preset.rules, currency: null, timeZone: null }));
    await lantern.books.catchUp(WORLD);
  });
  lantern.start();
  const { waits, sent } = await eventLatency(lantern);

  const ms = (value) => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
  table(
    ['what', 'reached', 'aim'],
    [
      ['books from nothing', `${(rebuild / 1000).toFixed(1)} s, ${movements} movements`, '30 s'],
      ['memory while they are made', `${Math.round(peak / 2 ** 20)} MB`, '300 MB'],
      ['overview page, p50 and p99 of 200', `${ms(percentile(times, 0.5))}, ${ms(percentile(times, 0.99))}`, 'p99 150 ms'],
      ['overview page, size', `${Math.round(bytes / 1024)} kB`, '100 kB'],
      ['other rules, until every figure follows', `${(switched / 1000).toFixed(1)} s`, '2 s'],
      [
        `event to books at ${EVENTS_PER_SECOND}/s (${sent} sent), p50 and p95`,
        `${ms(percentile(waits, 0.5))}, ${ms(percentile(waits, 0.95))}`,
        'p50 300 ms',
      ],
    ],
  );
  await lantern.close();
  await database.close();
  await postgres?.stop();
}

await main();
