#!/usr/bin/env node
// Says its one clear sentence on a Node that is too old, before anything is loaded that such a Node cannot read.
const [major, minor] = process.versions.node.split('.').map(Number);
if (major < 20 || (major === 20 && minor < 19)) {
  process.stderr.write(
    `annex platform: Node ${process.versions.node} is too old; Annex needs Node 20.19 or later. Install it from nodejs.org and run the command again.\n`,
  );
  process.exit(1);
}
const { main } = await import('../dist/main.js');
await main(process.argv.slice(2));
