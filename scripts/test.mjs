// `npm test`: prepares, runs every test, and closes with one line that a machine can read. Arguments go to vitest.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { prepare, root } from './prepare.mjs';

prepare();
const folder = mkdtempSync(join(tmpdir(), 'annex-test-'));
const report = join(folder, 'report.json');
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs');
const args = [vitest, 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' });

let closing = '0 passed, 0 failed';
let failed = status !== 0;
try {
  const result = JSON.parse(readFileSync(report, 'utf8'));
  const broken = result.testResults.filter(
    (file) => file.status === 'failed' && file.assertionResults.every((test) => test.status !== 'failed'),
  );
  const failures = result.numFailedTests + broken.length;
  failed ||= failures > 0 || result.numTotalTests === 0;
  closing = `${result.numPassedTests} passed, ${failures} failed${result.numPendingTests > 0 ? `, ${result.numPendingTests} skipped` : ''}`;
} catch {
  failed = true;
}
rmSync(folder, { recursive: true, force: true });
console.log(closing);
process.exit(failed ? 1 : 0);
