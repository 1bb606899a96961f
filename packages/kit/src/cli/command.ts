import type { ParseArgsConfig } from 'node:util';
import type { Kit } from '../kit.ts';
import type { World } from '../wire/stripe-api.ts';
import type { Terminal } from './output.ts';

/** What a command is given. */
export interface Call {
  /** Opens and migrates the database at the first call; closed by `main`. */
  kit(): Promise<Kit>;
  readonly args: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly terminal: Terminal;
  /** Resolves when the person wants it to end (Ctrl-C, SIGTERM). */
  readonly ended: Promise<void>;
  /** The result: as text, or with `--json` as one JSON document. */
  print(value: unknown, text: string): void;
}

export interface Command {
  readonly name: string;
  /** What follows the name. */
  readonly usage: string;
  readonly sentence: string;
  readonly options?: NonNullable<ParseArgsConfig['options']>;
  readonly hints?: Readonly<Record<string, string>>;
  /** Answers the exit code. */
  run(call: Call): Promise<number>;
}

/** A sentence for the person at the terminal; no stack. */
export class Refused extends Error {}

/** The account a command is about, in the mode it is connected in; `--live` or `--test` where it is both. */
export async function worldOf(call: Call, command: string): Promise<World> {
  const [account] = call.args;
  if (account === undefined) throw new Refused(`Which account? annex ${command} acct_…`);
  const known = (await (await call.kit()).connections()).filter((one) => one.account === account);
  const chosen = known.filter(({ livemode }) => (call.options.live ? livemode : call.options.test ? !livemode : true));
  if (known.length === 0) throw new Refused(`${account} is not connected. annex accounts lists those that are.`);
  if (chosen.length === 0) throw new Refused(`${account} is not connected in ${call.options.live ? 'live' : 'test'} mode.`);
  if (chosen.length > 1) throw new Refused(`${account} is connected in both modes: add --live or --test.`);
  return { account, livemode: chosen[0]!.livemode };
}
