import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** The real Stripe CLI, where the machine has it: an optional dependency on Linux. */
export const CLI: string | undefined = (() => {
  try {
    const manifest = createRequire(import.meta.url).resolve(`@stripe/cli-${process.platform}-${process.arch}/package.json`);
    const file = join(dirname(manifest), 'bin', 'stripe');
    return existsSync(file) ? file : undefined;
  } catch {
    return undefined;
  }
})();

if (CLI === undefined && process.env.CI !== undefined)
  throw new Error('The Stripe CLI is missing: npm ci must install @stripe/cli-linux-x64.');

/** A run of the CLI with a home of its own and without telemetry. */
export class CliRun {
  output = '';
  readonly ended: Promise<number | null>;
  private readonly child: ChildProcess;
  private readonly waiting = new Set<() => void>();

  constructor(url: string, key: string, args: readonly string[]) {
    const home = mkdtempSync(join(tmpdir(), 'annex-stripe-cli-'));
    const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: home, STRIPE_CLI_TELEMETRY_OPTOUT: '1', STRIPE_API_KEY: '' };
    this.child = spawn(CLI!, [...args, '--api-base', url, '--api-key', key], { env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [this.child.stdout!, this.child.stderr!]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        this.output += text;
        for (const check of [...this.waiting]) check();
      });
    }
    this.ended = new Promise((resolve) => this.child.once('close', resolve));
  }

  /** Resolves with the first group once the output matches. */
  says(pattern: RegExp): Promise<string> {
    return new Promise((resolve, reject) => {
      const check = (): void => {
        const match = pattern.exec(this.output);
        if (match === null) return;
        this.waiting.delete(check);
        resolve(match[1] ?? match[0]);
      };
      this.waiting.add(check);
      void this.ended.then((code) => reject(new Error(`The CLI ended with ${code}: ${this.output}`)));
      check();
    });
  }

  async stop(): Promise<void> {
    this.child.kill('SIGTERM');
    await this.ended;
  }
}
