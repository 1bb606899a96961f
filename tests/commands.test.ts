import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { SETTINGS } from '../packages/platform/src/settings.ts';

const ROOT = join(import.meta.dirname, '..');
const ANNEX = join(ROOT, 'packages', 'cli', 'bin', 'annex.mjs');
const PLATFORM = join(ROOT, 'packages', 'platform', 'bin', 'annex-platform.mjs');

const run = (args: readonly string[], before: readonly string[] = []) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...before, ...args], { cwd: ROOT, encoding: 'utf8', timeout: 60_000 });
  return { status, stdout, stderr };
};

/** As if this were an older Node: what a command must survive long enough to say so. */
const OLD = [
  '--import',
  `data:text/javascript,${encodeURIComponent("Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '18.20.4' } });")}`,
];

describe('the commands', () => {
  test('annex platform --help lists every option, and annex-platform the same', () => {
    const { status, stdout } = run([ANNEX, 'platform', '--help']);
    expect([status, stdout.match(/^ {2}--[a-z-]+/gm)?.length]).toEqual([0, Object.keys(SETTINGS).length]);
    expect(run([PLATFORM, '--help']).stdout).toBe(stdout);
  });

  test.each([
    [['--nope'], "There is no option '--nope'. --help lists them."],
    [['--port'], '--port needs a value.'],
    [['--port', 'many'], "--port takes a whole number, not 'many'."],
    [['--port', '70000'], '--port takes a number up to 65535, not 70000.'],
    [['--strict-keys=yes'], '--strict-keys stands alone; it takes no value.'],
    [['--seed', 'nothing'], "There is no seed 'nothing'. Choose from: demo."],
  ])('annex platform %j is refused in one sentence, with exit code 1', (args, sentence) => {
    expect(run([ANNEX, 'platform', ...args])).toEqual({ status: 1, stdout: '', stderr: `annex platform: ${sentence}\n` });
  });

  test.each([
    [[], 'Which business? Give its file: annex simulate examples/businesses/quiet.yaml'],
    [['a.yaml', 'b.yaml'], "One business at a time: 'b.yaml' is one too many."],
    [['a.yaml', '--port', 'many'], "--port takes a number up to 65535, not 'many'."],
    [['a.yaml', '--key', 'sk_live_x'], '--key takes a test key such as sk_test_mine: a business is simulated in test mode.'],
    [['README.md'], 'The business README.md cannot be lived:'],
  ])('annex simulate %j is refused in one sentence, with exit code 1', (args, sentence) => {
    const { status, stdout, stderr } = run([ANNEX, 'simulate', ...args]);
    expect([status, stdout, stderr.startsWith(`annex simulate: ${sentence}`)]).toEqual([1, '', true]);
  });

  test('annex simulate lives a business and writes what was decided', () => {
    const ledger = join(mkdtempSync(join(tmpdir(), 'annex-simulate-')), 'ledger.json');
    const { status, stdout } = run([ANNEX, 'simulate', 'examples/businesses/quiet.yaml', '--once', '--ledger', ledger]);
    expect([status, /^Quiet lives from .*\n\d+ customers have come/.test(stdout)]).toEqual([0, true]);
    expect(JSON.parse(readFileSync(ledger, 'utf8')).customers.length).toBeGreaterThan(10);
  });

  test.each([
    ['annex', ANNEX],
    ['annex-platform', PLATFORM],
  ])('%s says on a Node that is too old which one it needs', (_name, file) => {
    const { status, stdout, stderr } = run([file, 'platform'], OLD);
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^annex(?: platform)?: Node 18\.20\.4 is too old; Annex needs Node 20\.19 or later\.[^\n]*\n$/);
  });
});
