import { parseArgs } from 'node:util';
import { createKit, type Kit } from '../kit.ts';
import { SETTINGS } from '../settings.ts';
import { type Call, type Command, Refused } from './command.ts';
import { COMMANDS } from './commands.ts';
import { ENVIRONMENT, kitOptions } from './environment.ts';
import type { Terminal } from './output.ts';

export interface Around {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly terminal: Terminal;
  readonly ended: Promise<void>;
}

/** Runs one command and ends the process with its exit code. */
export async function main(args: readonly string[]): Promise<void> {
  const ended = new Promise<void>((done) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => done());
  });
  // `annex … | head` closes the pipe: that is no error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));
  const code = await runCommand(args, { env: process.env, terminal: { out: process.stdout, err: process.stderr }, ended });
  process.exitCode = code;
}

/** One command with everything around it given. Answers the exit code: 0 fine, 1 refused or drift, 2 not understood. */
export async function runCommand(args: readonly string[], around: Around): Promise<number> {
  const { out, err } = around.terminal;
  const [name, ...rest] = args;
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') {
    out.write(overview());
    return name === undefined ? 2 : 0;
  }
  const command = COMMANDS.find((one) => one.name === name);
  if (command === undefined) {
    err.write(`There is no command ${name}. Commands: ${COMMANDS.map((one) => one.name).join(', ')}.\n`);
    return 2;
  }
  let kit: Promise<Kit> | undefined;
  try {
    const { values, positionals } = parse(command, rest);
    if (values.help) {
      out.write(helpOf(command));
      return 0;
    }
    const call: Call = {
      kit: () => {
        kit ??= createKit({
          ...kitOptions(around.env),
          log: (level, message, facts) => level !== 'info' && err.write(`${message}${facts ? ` ${JSON.stringify(facts)}` : ''}\n`),
        });
        return kit;
      },
      args: positionals,
      options: values,
      terminal: around.terminal,
      ended: around.ended,
      print: (value, text) => out.write(values.json ? `${JSON.stringify(value ?? null, null, 2)}\n` : `${text}\n`),
    };
    return await command.run(call);
  } catch (error) {
    err.write(`annex ${name}: ${(error as Error).message}\n`);
    return error instanceof TypeError ? 2 : 1;
  } finally {
    await kit?.then((open) => open.close()).catch(() => {});
  }
}

function parse(command: Command, args: readonly string[]): { values: Record<string, string | boolean | undefined>; positionals: string[] } {
  const options = { ...command.options, json: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } } as const;
  try {
    const { values, positionals } = parseArgs({ args: [...args], options, allowPositionals: true });
    return { values: values as Record<string, string | boolean | undefined>, positionals };
  } catch (error) {
    throw new Refused(`${(error as Error).message} annex ${command.name} --help says what there is.`);
  }
}

function helpOf({ name, usage, sentence, options = {}, hints = {} }: Command): string {
  const lines = Object.keys(options).map((option) => `  --${option.padEnd(14)} ${hints[option] ?? HINTS[option] ?? ''}`.trimEnd());
  return `annex ${name} ${usage}\n\n${sentence}\n\n${[...lines, '  --json           Prints one JSON document instead of text.'].join('\n')}\n`;
}

const HINTS: Readonly<Record<string, string>> = {
  live: 'The account’s live data, where it is connected in both modes.',
  test: 'The account’s test data, where it is connected in both modes.',
};

function overview(): string {
  const commands = COMMANDS.map(({ name, usage, sentence }) => `  annex ${`${name} ${usage}`.padEnd(52)} ${sentence}`);
  const settings = Object.values(SETTINGS).flatMap(({ env, sentence }) => (env === undefined ? [] : [[env, sentence] as const]));
  const variables = [...Object.entries(ENVIRONMENT), ...settings].map(([variable, sentence]) => `  ${variable.padEnd(26)} ${sentence}`);
  return `annex: connects, mirrors and forgets Stripe accounts. (annex platform runs the local platform, annex simulate lives a business on it.)\n\n${commands.join('\n')}\n\nEvery command takes --json and --help. The environment says the rest:\n\n${variables.join('\n')}\n`;
}
