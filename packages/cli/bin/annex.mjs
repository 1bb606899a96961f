#!/usr/bin/env node
// `annex platform …` runs the simulator, `annex simulate …` lives a business on one; every other command is the kit's. Plain
// JavaScript, because it must say its one clear sentence on a Node that is too old, and because in a fresh clone it runs before
// anything is built.
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

function giveUp(sentence) {
  process.stderr.write(`annex: ${sentence}\n`);
  process.exit(1);
}

const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  giveUp(
    `Node ${process.versions.node} is too old; Annex needs Node 20.19 or later. Install it from nodejs.org and run the command again.`,
  );
}

/** In a clone that was installed but not built yet, the first command builds. */
function build() {
  const root = dirname(dirname(dirname(dirname(fileURLToPath(import.meta.url)))));
  if (!existsSync(join(root, 'scripts', 'prepare.mjs'))) giveUp('Its parts are missing. Install the package again.');
  process.stderr.write('annex: building once …\n');
  const { status } = spawnSync('npm', ['run', '--silent', 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: process.platform === 'win32',
  });
  if (status !== 0) giveUp(`The build failed with exit code ${status}; its output is above.`);
}

const args = process.argv.slice(2);
const ours = { platform: '@annex/platform/main', simulate: '@annex/platform/simulate' }[args[0]];
const command = ours ?? '@annex/kit/cli';
if (!existsSync(fileURLToPath(import.meta.resolve(command)))) build();
const { main } = await import(command);
await main(ours === undefined ? args : args.slice(1));
