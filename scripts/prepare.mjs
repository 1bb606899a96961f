// What every command on a fresh clone needs first: the right Node, the dependencies, the build. Plain JavaScript, because
// it runs before anything is installed.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));
const [MAJOR, MINOR] = [20, 19];

/** Ends with one clear sentence and exit code 1. */
export function giveUp(sentence) {
  console.error(`annex: ${sentence}`);
  process.exit(1);
}

export function checkNode(version = process.versions.node) {
  const [major, minor] = version.split('.').map(Number);
  if (major > MAJOR || (major === MAJOR && minor >= MINOR)) return;
  giveUp(`Node ${version} is too old; Annex needs Node ${MAJOR}.${MINOR} or later. Install it from nodejs.org and run the command again.`);
}

const lockHash = () =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

function run(command, args, what) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32' });
  if (error) giveUp(`${what} could not start: ${error.message}`);
  if (status !== 0) giveUp(`${what} failed with exit code ${status}; its output is above.`);
}

/** Installs when nothing is installed, or when the lock file has changed since. */
function install() {
  const mark = join(root, 'node_modules', '.annex-installed');
  const wanted = lockHash();
  if (existsSync(mark) && readFileSync(mark, 'utf8') === wanted) return;
  console.log('Installing what is missing …');
  run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], 'npm ci');
  writeFileSync(mark, wanted);
}

export function prepare() {
  checkNode();
  install();
  run('npm', ['run', '--silent', 'build'], 'The build');
}
