// `npm start`: installs and builds what is missing, starts the platform and Lantern with a demo, says what to do next, and stops
// both on Ctrl-C or when one of them ends.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { introduceLantern } from './lib/demo.mjs';
import { checkFolder, checkPort, helpText, readOptions } from './lib/start-options.mjs';
import { checkNode, giveUp, prepare, root } from './prepare.mjs';

const HOST = '127.0.0.1';
const PATIENCE_MS = 60_000;
const children = new Map();
let stopping = false;

/** In a process group of its own: Ctrl-C reaches this process alone, which then stops both in order. */
function start(name, file, args, env = {}) {
  const child = spawn(process.execPath, [join(root, file), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'inherit'],
    detached: process.platform !== 'win32',
  });
  children.set(name, child);
  child.once('exit', (code, signal) => {
    children.delete(name);
    if (!stopping) void stop(`${name} has ended by itself (${signal ?? `exit code ${code}`}).`);
  });
}

/** Lantern goes first, so that it does not see its platform disappear. */
async function stop(sentence) {
  if (stopping) return;
  stopping = true;
  for (const name of ['Lantern', 'The platform']) {
    const child = children.get(name);
    if (child === undefined) continue;
    const ended = new Promise((done) => child.once('exit', done));
    child.kill('SIGTERM');
    const patience = setTimeout(() => child.kill('SIGKILL'), 10_000);
    await ended;
    clearTimeout(patience);
  }
  if (sentence !== undefined) giveUp(sentence);
  process.exit(0);
}

async function answering(name, url) {
  const deadline = Date.now() + PATIENCE_MS;
  while (children.has(name)) {
    const answer = await fetch(url).catch(() => undefined);
    if (answer?.ok) return;
    if (Date.now() > deadline) return stop(`${name} does not answer at ${url}.`);
    await new Promise((done) => setTimeout(done, 50));
  }
}

async function main() {
  checkNode();
  const options = readOptions(process.argv.slice(2), root);
  if (options === 'help') return void process.stdout.write(helpText());
  await checkPort(options.port, '--port');
  await checkPort(options.lanternPort, '--lantern-port');
  checkFolder(options.data);
  prepare();
  const platform = `http://${HOST}:${options.port}`;
  const lantern = `http://${HOST}:${options.lanternPort}`;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => void stop());

  const platformArgs = ['--port', String(options.port), '--data', join(options.data, 'platform'), '--seed', 'demo'];
  start('The platform', 'packages/platform/bin/annex-platform.mjs', platformArgs);
  await answering('The platform', `${platform}/_annex/health`);
  // Accounts pay for Lantern, as they would; it makes its products, prices and portal on its own account by itself.
  const charge = { LANTERN_CHARGE: process.env.LANTERN_CHARGE ?? 'yes' };
  const env = { ...charge, ...(await introduceLantern({ platform, lantern, root })) };
  start('Lantern', 'apps/lantern/dist/main.js', ['--port', String(options.lanternPort), '--data', join(options.data, 'lantern')], env);
  await answering('Lantern', `${lantern}/health`);
  if (!stopping) greet({ platform, lantern, data: options.data });
}

function greet({ platform, lantern, data }) {
  console.log(`
  Lantern   ${lantern}    the extension: revenue figures of every account that connects
  Platform  ${platform}   the local simulator (not Stripe): accounts, consent, dashboard, API

  Next: open Lantern, press “Connect your Stripe account” and sign in as
        demo@annex.local with the password demo.
  Then make something happen in the platform's dashboard, and watch Lantern change.

  Everything is kept in ${data}. Ctrl-C stops both.
`);
}

main().catch((error) => (stopping ? undefined : stop(error.message)));
