// The platform beside a bare `node:http` hello world, in one run: start, memory, requests per second, CPU per request.
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { load, request } from './lib/load.mjs';
import { cpuMicros, freePort, residentMb, start } from './lib/process.mjs';
import { median, table } from './lib/table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const PLATFORM = join(here, '..', 'packages', 'platform', 'bin', 'annex-platform.mjs');
const CUSTOMERS = 10_000;
const SECONDS = 4;
const headers = { Authorization: 'Bearer sk_test_bench_platform', 'X-Stripe-Client-User-Agent': '{}' };

const startPlatform = async () => {
  const port = await freePort();
  const server = await start([PLATFORM, '--port', String(port)], { port, path: '/_annex/health' });
  return { port, ...server };
};
const startHello = async () => {
  const port = await freePort();
  const server = await start([join(here, 'lib', 'hello.mjs'), String(port)], { port, path: '/' });
  return { port, ...server };
};

async function startTimes() {
  const times = { platform: [], hello: [] };
  for (let i = 0; i < 7; i++) {
    for (const [name, begin] of [
      ['platform', startPlatform],
      ['hello', startHello],
    ]) {
      const server = await begin();
      times[name].push(server.readyMs);
      await server.stop();
    }
  }
  return { platform: median(times.platform), hello: median(times.hello) };
}

let serial = 0;
const createCustomer = () => {
  serial += 1;
  const body = `name=Customer+${serial}&email=c${serial}%40example.com&metadata[serial]=${serial}&description=Made+by+the+benchmark`;
  return request('POST', '/v1/customers', { headers: { ...headers, 'Idempotency-Key': `bench-${process.pid}-${serial}` }, body });
};

async function fill(port) {
  const ids = [];
  for (let i = 0; i < CUSTOMERS; i += 50) {
    const batch = Array.from({ length: 50 }, async () => {
      serial += 1;
      const answer = await fetch(`http://127.0.0.1:${port}/v1/customers`, {
        method: 'POST',
        headers: { ...headers, 'Content-Type': 'application/x-www-form-urlencoded' },
        body: `name=Customer+${serial}&email=c${serial}%40example.com`,
      });
      ids.push((await answer.json()).id);
    });
    await Promise.all(batch);
  }
  return ids;
}

/** CPU per request is the robust figure: user and system time of the server over the run. */
async function measure(server, connections, next) {
  const before = cpuMicros(server.pid);
  const result = await load({ port: server.port, connections, seconds: SECONDS, next });
  return { ...result, cpu: (cpuMicros(server.pid) - before) / result.count };
}

const starts = await startTimes();
const platform = await startPlatform();
const hello = await startHello();
const idleMb = residentMb(platform.pid);
const ids = await fill(platform.port);
const filledMb = residentMb(platform.pid);
table(
  ['', 'platform', 'hello world', 'ratio'],
  [
    [
      'start to first answer, ms (median of 7)',
      starts.platform.toFixed(0),
      starts.hello.toFixed(0),
      (starts.platform / starts.hello).toFixed(2),
    ],
    ['memory idle, MB', idleMb.toFixed(0), residentMb(hello.pid).toFixed(0), ''],
    [`memory with ${CUSTOMERS} customers, MB`, filledMb.toFixed(0), '', ''],
  ],
);

let turn = 0;
const get = () => request('GET', `/v1/customers/${ids[turn++ % ids.length]}`, { headers });
const list = () => request('GET', '/v1/customers?limit=100', { headers });
const floor = () => request('GET', '/', { headers });
const rows = [];
for (const connections of [1, 16, 64]) {
  const base = await measure(hello, connections, floor);
  for (const [name, next] of [
    ['hello world', undefined],
    ['get customer', get],
    [`list 100 of ${CUSTOMERS}`, list],
    ['create customer', createCustomer],
  ]) {
    const it = next === undefined ? base : await measure(platform, connections, next);
    rows.push([
      name,
      connections,
      it.perSecond.toFixed(0),
      it.cpu.toFixed(0),
      (it.cpu / base.cpu).toFixed(2),
      it.p50.toFixed(2),
      it.p99.toFixed(2),
    ]);
  }
}
table(['request', 'connections', 'per second', 'CPU us', 'x hello', 'p50 ms', 'p99 ms'], rows);
await Promise.all([platform.stop(), hello.stop()]);
