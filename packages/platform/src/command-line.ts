import { SETTINGS, type Setting, type Settings, type SettingsGiven } from './settings.ts';

/** A command line that cannot be understood: one sentence for the person who typed it. */
export class CommandLineError extends Error {}

export type CommandLine = { readonly help: true } | { readonly help: false; readonly settings: SettingsGiven };

const entries = Object.entries(SETTINGS) as [keyof Settings, Setting<unknown>][];

function readValue(setting: Setting<unknown>, text: string): unknown {
  if (setting.kind === 'list') return text.split(',').map((item) => item.trim());
  if (setting.kind === 'text') return text;
  const number = Number(text);
  if (!Number.isInteger(number) || number < 0) throw new CommandLineError(`${setting.flag} takes a whole number, not '${text}'.`);
  if (setting.flag === '--port' && number > 65_535) throw new CommandLineError(`--port takes a number up to 65535, not ${text}.`);
  return number;
}

/** `--port 4000`, `--port=4000`, `--strict-keys`. */
export function readCommandLine(args: readonly string[]): CommandLine {
  const settings: Record<string, unknown> = {};
  for (let i = 0; i < args.length; i++) {
    const [flag, ...rest] = args[i]!.split('=');
    if (flag === '--help' || flag === '-h') return { help: true };
    const found = entries.find(([, setting]) => setting.flag === flag);
    if (found === undefined) throw new CommandLineError(`There is no option '${args[i]}'. --help lists them.`);
    const [name, setting] = found;
    if (setting.kind === 'switch') {
      if (rest.length > 0) throw new CommandLineError(`${flag} stands alone; it takes no value.`);
      settings[name] = true;
      continue;
    }
    const text = rest.length > 0 ? rest.join('=') : args[++i];
    if (text === undefined || (rest.length === 0 && text.startsWith('--'))) throw new CommandLineError(`${flag} needs a value.`);
    settings[name] = readValue(setting, text);
  }
  return { help: false, settings: settings as SettingsGiven };
}

const WORDS: Readonly<Record<Setting<unknown>['kind'], string>> = { number: ' N', text: ' TEXT', list: ' A,B,…', switch: '' };

/** What `--help` prints, made from the settings. */
export function helpText(): string {
  const rows = entries.map(([, setting]) => {
    const hasDefault = setting.default !== undefined && setting.kind !== 'switch';
    return [
      `  ${setting.flag}${WORDS[setting.kind]}`,
      `${setting.sentence}${hasDefault ? ` Default: ${String(setting.default)}.` : ''}`,
    ] as const;
  });
  const width = Math.max(...rows.map(([left]) => left.length)) + 2;
  return [
    'annex platform: a local simulator that speaks Stripe’s wire protocol. It is not Stripe.',
    '',
    'Usage: annex platform [options]',
    '',
    ...rows.map(([left, right]) => left.padEnd(width) + right),
    '',
  ].join('\n');
}
