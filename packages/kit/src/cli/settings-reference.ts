import { SETTINGS } from '../settings.ts';
import { COMMANDS } from './commands.ts';
import { ENVIRONMENT } from './environment.ts';

/** `docs/reference/kit.md`: every command and every setting, from the tables the code runs on. */
export function kitReference(): string {
  const commands = COMMANDS.map(
    ({ name, usage, sentence }) => `| \`annex ${`${name} ${usage}`.trim().replaceAll('|', '\\|')}\` | ${sentence} |`,
  );
  const settings = Object.entries(SETTINGS).map(
    ([name, row]) => `| \`${name}\` | ${row.env === undefined ? '' : `\`${row.env}\``} | ${shown(row.default)} | ${row.sentence} |`,
  );
  const others = Object.entries(ENVIRONMENT).map(([variable, sentence]) => `| \`${variable}\` | ${sentence} |`);
  return `<!-- Generated from packages/kit/src/settings.ts and src/cli/commands.ts. Do not edit: run \`npx vitest run packages/kit/src/cli -u\`. -->

# Commands and settings of the kit

## Commands

Every command takes \`--json\` (one JSON document instead of text) and \`--help\`.

| command | |
| --- | --- |
${commands.join('\n')}

## Settings

In \`createKit({ … })\` by name; for the command line in the environment.

| name | environment | default | |
| --- | --- | --- | --- |
${settings.join('\n')}

The command line also reads:

| variable | |
| --- | --- |
${others.join('\n')}
`;
}

const shown = (value: unknown): string =>
  value === '' || (Array.isArray(value) && value.length === 0) ? '' : `\`${typeof value === 'string' ? value : JSON.stringify(value)}\``;
