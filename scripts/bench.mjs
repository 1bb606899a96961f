// `npm run bench [-- NAME …]`: prepares, then runs the named benchmarks of bench/ (all of them without a name).
import { spawnSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { giveUp, prepare, root } from './prepare.mjs';

const known = readdirSync(join(root, 'bench'))
  .filter((file) => file.endsWith('.bench.mjs'))
  .map((file) => file.slice(0, -'.bench.mjs'.length));
const asked = process.argv.slice(2);
const unknown = asked.find((name) => !known.includes(name));
if (unknown !== undefined) giveUp(`There is no benchmark '${unknown}'. Choose from: ${known.join(', ')}.`);
prepare();
for (const name of asked.length > 0 ? asked : known) {
  const { status } = spawnSync(process.execPath, [join(root, 'bench', `${name}.bench.mjs`)], { cwd: root, stdio: 'inherit' });
  if (status !== 0) giveUp(`The benchmark '${name}' failed with exit code ${status}.`);
}
