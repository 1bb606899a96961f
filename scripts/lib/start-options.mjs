// What `npm start` takes, and what it checks before it starts anything. Every refusal is one sentence.
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, isAbsolute, join } from 'node:path';

const FLAGS = {
  '--port': { name: 'port', standard: '12111', sentence: 'The port of the platform.' },
  '--lantern-port': { name: 'lanternPort', standard: '4242', sentence: 'The port of Lantern.' },
  '--data': { name: 'data', standard: '.annex', sentence: 'The folder that keeps everything; remove it to begin again.' },
};

export function helpText() {
  const rows = Object.entries(FLAGS).map(([flag, { standard, sentence }]) => `  ${flag.padEnd(16)} ${sentence} Default: ${standard}.`);
  return ['npm start -- [options]', '', 'Starts the local platform and Lantern with a demo.', '', ...rows, ''].join('\n');
}

/** Answers the options, `help`, or throws one sentence. */
export function readOptions(args, root) {
  const options = Object.fromEntries(Object.values(FLAGS).map(({ name, standard }) => [name, standard]));
  for (let i = 0; i < args.length; i++) {
    const [flag, ...rest] = args[i].split('=');
    if (flag === '--help' || flag === '-h') return 'help';
    const known = FLAGS[flag];
    if (known === undefined) throw new Error(`There is no option '${args[i]}'. --help lists them.`);
    const value = rest.length > 0 ? rest.join('=') : args[++i];
    if (value === undefined || value === '') throw new Error(`${flag} needs a value.`);
    options[known.name] = value;
  }
  for (const [flag, name] of [
    ['--port', 'port'],
    ['--lantern-port', 'lanternPort'],
  ]) {
    const port = Number(options[name]);
    if (!Number.isInteger(port) || port < 1 || port > 65535)
      throw new Error(`${flag} takes a port from 1 to 65535, not '${options[name]}'.`);
    options[name] = port;
  }
  if (options.port === options.lanternPort) throw new Error('--port and --lantern-port must differ.');
  return { ...options, data: isAbsolute(options.data) ? options.data : join(root, options.data) };
}

/** Throws one sentence when somebody listens there already. */
export function checkPort(port, flag) {
  return new Promise((done, failed) => {
    const probe = createServer();
    probe.once('error', (error) => {
      const taken = `Port ${port} is taken by another program. Stop that program, or choose another port with ${flag}.`;
      failed(
        new Error(error.code === 'EADDRINUSE' ? taken : `Port ${port} cannot be opened (${error.code}). Choose another one with ${flag}.`),
      );
    });
    probe.listen(port, '127.0.0.1', () => probe.close(done));
  });
}

// Node's own `recursive` never returns where the system answers 'no such file' for a folder that is there (/proc).
function make(folder) {
  if (existsSync(folder)) return;
  make(dirname(folder));
  mkdirSync(folder);
}

/** Makes the folder where it is missing. Throws one sentence when nothing can be written there. */
export function checkFolder(folder) {
  try {
    make(folder);
    accessSync(folder, constants.W_OK | constants.X_OK);
  } catch (error) {
    throw new Error(
      `The data folder ${folder} cannot be written to (${error.code}). Change its permissions, or choose another one with --data.`,
    );
  }
}
