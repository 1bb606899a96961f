import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { overrides } from '../overrides.ts';
import { fold } from './fold.ts';
import { difference, type Lock, lockOf, refusals } from './lock.ts';
import { readProgram } from './program.ts';

/**
 * Compiles the official SDK's published types into `dist/contract.json` and `dist/docs.json`. Does nothing where neither
 * the SDK nor this compiler has changed. `--update-lock` accepts a changed contract.
 */

const PACKAGE = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const DIST = join(PACKAGE, 'dist');
const LOCK = join(PACKAGE, 'contract.lock.json');
const COMPILED = [
  'compile/fold.js',
  'compile/lock.js',
  'compile/main.js',
  'compile/program.js',
  'compile/read-calls.js',
  'compile/read-types.js',
  'compile/resolve.js',
  'compile/shapes.js',
  'overrides.js',
];

function fingerprint(sdk: string): string {
  const hash = createHash('sha256');
  for (const file of COMPILED) hash.update(readFileSync(join(PACKAGE, 'build', file)));
  hash.update(readFileSync(join(sdk, 'package.json')));
  if (existsSync(LOCK)) hash.update(readFileSync(LOCK));
  return hash.digest('hex');
}

/** The folder of the package that a module belongs to: the SDK does not export its manifest. */
function packageFolder(module: string): string {
  let folder = dirname(module);
  while (!existsSync(join(folder, 'package.json')) || JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')).name !== 'stripe')
    folder = dirname(folder);
  return folder;
}

function stop(lines: readonly string[]): never {
  for (const line of lines) console.error(`contract: ${line}`);
  process.exit(1);
}

const sdk = packageFolder(createRequire(join(PACKAGE, 'package.json')).resolve('stripe'));
const mark = join(DIST, 'contract.fingerprint');
const updating = process.argv.includes('--update-lock');
const isFresh = existsSync(mark) && existsSync(join(DIST, 'contract.json')) && readFileSync(mark, 'utf8') === fingerprint(sdk);
if (!isFresh || updating) {
  const program = readProgram(sdk);
  const { table, docs } = fold(program, overrides);
  const before = existsSync(LOCK) ? (JSON.parse(readFileSync(LOCK, 'utf8')) as Lock) : undefined;
  const refused = refusals({ program, table, overrides, before: updating ? undefined : before });
  if (refused.length > 0) stop(refused);
  const lock = lockOf(table);
  const changes = before === undefined ? ['there is no contract.lock.json yet'] : difference(before, lock);
  if (changes.length > 0 && !updating)
    stop([...changes, 'The contract is not the locked one. Review the lines above; accept them with: npm run build -- --update-lock']);
  mkdirSync(DIST, { recursive: true });
  writeFileSync(join(DIST, 'contract.json'), JSON.stringify(table));
  writeFileSync(join(DIST, 'docs.json'), JSON.stringify(docs));
  if (updating) {
    for (const line of changes) console.log(`contract: ${line}`);
    writeFileSync(LOCK, `${JSON.stringify(lock, null, 1)}\n`);
  }
  writeFileSync(mark, fingerprint(sdk));
  const { operations, objects, events } = lock.counts;
  console.log(`contract: ${operations} operations, ${objects} objects, ${events} events of API ${table.api} (stripe ${table.sdk})`);
}
