// Lantern's books: from nothing, under other rules, after an event, and as a page. `npm run bench -- lantern`.
// ANNEX_BENCH_SUBSCRIPTIONS (10000) and ANNEX_BENCH_CHANGES (100 of each, over five years) change its size.
import { changeDesk, markAllStale } from '../apps/lantern/dist/figures/desk.js';
import { createLantern, readSettings, serveLantern } from '../apps/lantern/dist/index.js';
import { PLAIN, PRESETS } from '../apps/lantern/dist/ledger/index.js';
import { makeOwner } from '../apps/lantern/dist/people/members.js';
import { addGuest, newGuest } from '../apps/lantern/dist/people/people.js';
import { newToken } from '../apps/lantern/dist/people/secrets.js';
import { openSession } from '../apps/lantern/dist/people/sessions.js';
import { placeOf } from '../apps/lantern/dist/web/place.js';
import { connectDatabase } from '../packages/kit/dist/index.js';
import { findPostgres, startPostgres } from '../packages/testkit/dist/postgres.js';
import { ACCOUNT, fillBooks } from './lib/lantern-books.mjs';
import { fetchAgain, openPage, subscriptionEvent } from './lib/lantern-page.mjs';
import { table } from './lib/table.mjs';

const SUBSCRIPTIONS = Number(process.env.ANNEX_BENCH_SUBSCRIPTIONS ?? 10_000);
const CHANGES = Number(process.env.ANNEX_BENCH_CHANGES ?? 100);
const EVENTS_PER_SECOND = 200;
const PROBES = 100;
const SECRET = 'whsec_benchmark';
const WORLD = { account: ACCOUNT, livemode: false };

const percentile = (values, share) => [...values].sort((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * share))];
const timed = async (work) => {
  const start = performance.now();
  await work();
  return performance.now() - start;
};

async function signedIn(database) {
  const guest = newGuest();
  await addGuest(database, guest, Date.now());
  await makeOwner(database, { account: ACCOUNT, person: guest.id, nowMs: Date.now() });
  return `lantern_session=${await openSession(database, guest, Date.now())}; lantern_browser=${newToken()}`;
}

/** The time from a change of rules until every figure is that of the new ones. */
function switchTo(lantern, place, rules) {
  return timed(async () => {
    await lantern.kit.database.transaction((tx) => changeDesk(tx, place, { rules, currency: null, timeZone: null }));
    await lantern.books.catchUp(WORLD);
  });
}

/** CPU seconds of this process and of PostgreSQL that some work takes. */
async function cpuOf(postgres, work) {
  const [before, there] = [process.cpuUsage(), postgres.cpuSeconds()];
  const result = await work();
  const { user, system } = process.cpuUsage(before);
  return { result, own: (user + system) / 1e6, theirs: postgres.cpuSeconds() - there };
}

async function rebuilt(lantern) {
  await lantern.kit.database.transaction((tx) => markAllStale(tx, WORLD));
  let peak = 0;
  const watch = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  const took = await timed(() => lantern.books.catchUp(WORLD));
  clearInterval(watch);
  const [{ n: movements }] = await lantern.kit.query('select count(*)::int as n from lantern.movements');
  return { took, peak, movements };
}

/** So much more than all others together that the page's MRR tells how many of the probes it shows. */
const PROBE_MRR = 10 ** 11;

/** Under a load of events of random customers, over HTTP: from the sending of a webhook until an open page shows what it did. */
async function eventToPage(url, page) {
  let [running, sent] = [true, 0];
  const send = (about) => fetchAgain(`${url}/webhooks`, subscriptionEvent({ account: ACCOUNT, secret: SECRET, ...about }));
  const load = (async () => {
    const began = performance.now();
    const open = new Set();
    while (running) {
      const due = Math.floor(((performance.now() - began) * EVENTS_PER_SECOND) / 1000);
      for (; sent < due; sent++) {
        const number = Math.floor(Math.random() * SUBSCRIPTIONS);
        const one = send({ id: `evt_load_${sent}`, number, amount: 900 + (sent % 50) }).finally(() => open.delete(one));
        open.add(one);
      }
      await new Promise((done) => setTimeout(done, 5));
    }
    await Promise.all(open);
  })();
  await new Promise((done) => setTimeout(done, 2_000));
  const waits = [];
  page.times.length = 0;
  for (let probe = 1; probe <= PROBES; probe++) {
    const shown = page.shows(probe * PROBE_MRR);
    waits.push(
      await timed(async () => {
        await send({ id: `evt_probe_${probe}`, number: `probe${probe}`, amount: PROBE_MRR });
        await shown;
      }),
    );
    // Not in step with what is told, or every probe would wait equally long.
    await new Promise((done) => setTimeout(done, 50 + Math.random() * 250));
  }
  running = false;
  await load;
  return { waits, sent };
}

async function main() {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('This needs PostgreSQL: the embedded database is for development.');
  const postgres = await startPostgres(bin, { shared_buffers: '256MB' });
  const settings = readSettings([], {
    ...{ STRIPE_TEST_SECRET_KEY: 'sk_test_x', STRIPE_TEST_CLIENT_ID: 'ca_x', STRIPE_API_BASE: 'http://127.0.0.1:9', PORT: '0' },
    ...{ STRIPE_WEBHOOK_SECRETS: SECRET, DATABASE_URL: postgres.url(), SESSION_SECRET: 'benchmark'.repeat(4) },
  });
  // Nothing answers for this account: objects in doubt are not fetched while it runs.
  const kit = { settleMs: 600_000, reconcileMinutes: 0 };
  const lantern = await createLantern({ settings, publicUrl: 'http://127.0.0.1', kit });
  console.log(`${(SUBSCRIPTIONS * CHANGES).toLocaleString('en')} changes of ${SUBSCRIPTIONS.toLocaleString('en')} subscriptions …`);
  const filling = await connectDatabase({ url: postgres.url() });
  await fillBooks(filling, { now: Math.floor(Date.now() / 1000), subscriptions: SUBSCRIPTIONS, changes: CHANGES });
  await filling.close();
  const making = await cpuOf(postgres, () => rebuilt(lantern));
  const { took, peak, movements } = making.result;
  const place = await placeOf(lantern.kit.database, ACCOUNT, 'test');
  const switches = [];
  for (const { rules } of [...PRESETS.slice(1), PRESETS[0]]) switches.push(await switchTo(lantern, place, rules));
  const own = await switchTo(lantern, place, { ...PLAIN, pastDueDays: 10 });
  await switchTo(lantern, place, PLAIN);
  const cookie = await signedIn(lantern.kit.database);
  await lantern.close();

  const served = await serveLantern({ settings, kit });
  const page = await openPage(served.url, { account: ACCOUNT, cookie });
  page.times.length = 0;
  for (let n = 0; n < 200; n++) await page.load();
  const quiet = [...page.times];
  const living = await cpuOf(postgres, () => eventToPage(served.url, page));
  const { waits, sent } = living.result;

  const ms = (value) => `${value < 100 ? value.toFixed(1) : Math.round(value)} ms`;
  const spread = (values) => `${ms(percentile(values, 0.5))}, ${ms(percentile(values, 0.99))}`;
  table(
    ['what', 'reached', 'aim'],
    [
      ['books from nothing', `${(took / 1000).toFixed(1)} s, ${movements} movements`, '30 s'],
      ['CPU of it, process + PostgreSQL', `${making.own.toFixed(1)} s + ${making.theirs.toFixed(1)} s`, ''],
      ['memory while they are made', `${Math.round(peak / 2 ** 20)} MB`, '300 MB'],
      [`another preset, the longest of ${switches.length}`, ms(Math.max(...switches)), '2 s'],
      ['own rules, which concern a tenth of the customers', ms(own), '2 s'],
      ['overview page, p50 and p99 of 200', spread(quiet), 'p99 150 ms'],
      [`the same at ${EVENTS_PER_SECOND} events/s, p50 and p99 of ${page.times.length}`, spread(page.times), 'p99 150 ms'],
      ['overview page, size', `${Math.round(page.bytes() / 1024)} kB`, '100 kB'],
      [`event to changed page at ${EVENTS_PER_SECOND}/s (${sent} sent), p50 and p99 of ${PROBES}`, spread(waits), 'p50 300 ms, p99 2 s'],
      [
        'CPU per event, sender and pages with it: process + PostgreSQL',
        `${ms((living.own / sent) * 1000)} + ${ms((living.theirs / sent) * 1000)}`,
        '',
      ],
    ],
  );
  await page.close();
  await served.close();
  await postgres.stop();
}

await main();
