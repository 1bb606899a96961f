// Lantern's books: from nothing, under other rules, after an event, and as a page. `npm run bench -- lantern`.
// ANNEX_BENCH_SUBSCRIPTIONS (10000) and ANNEX_BENCH_CHANGES (100 of each, over five years) change its size.
import { fork } from 'node:child_process';
import { join } from 'node:path';
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

/** Browsers and Stripe: a process of its own, that is asked one thing at a time. */
function outside() {
  const child = fork(join(import.meta.dirname, 'lib', 'lantern-outside.mjs'));
  return (task, given) =>
    new Promise((done, fail) => {
      const ended = (code) => fail(new Error(`What is outside of Lantern ended with ${code}.`));
      child.once('exit', task === 'close' ? done : ended);
      child.once('message', ({ result, error }) => {
        child.off('exit', ended);
        if (error === undefined) done(result);
        else fail(new Error(error));
      });
      child.send({ task, given });
    });
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
  const ask = outside();
  await ask('open', { url: served.url, account: ACCOUNT, cookie, secret: SECRET });
  const quiet = await ask('load', { times: 200 });
  const living = await cpuOf(postgres, () =>
    ask('eventToPage', { perSecond: EVENTS_PER_SECOND, probes: PROBES, subscriptions: SUBSCRIPTIONS }),
  );
  const { waits, sent, pages } = living.result;

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
      ['overview page, p50 and p99 of 200', spread(quiet.pages), 'p99 150 ms'],
      [`the same at ${EVENTS_PER_SECOND} events/s, p50 and p99 of ${pages.length}`, spread(pages), 'p99 150 ms'],
      ['overview page, size', `${Math.round(quiet.bytes / 1024)} kB`, '100 kB'],
      [`event to changed page at ${EVENTS_PER_SECOND}/s (${sent} sent), p50 and p99 of ${PROBES}`, spread(waits), 'p50 300 ms, p99 2 s'],
      [
        'CPU per event, pages with it: process + PostgreSQL',
        `${ms((living.own / sent) * 1000)} + ${ms((living.theirs / sent) * 1000)}`,
        '',
      ],
    ],
  );
  await ask('close');
  await served.close();
  await postgres.stop();
}

await main();
